// What a description is resolved to: references are places, structures have offsets, captures have sites.
import type { ConstantTable } from '../constants/table.js';
import type { BytesReader, Renderer, ScalarFormat } from '../decode/printer.js';
import type { Style } from '../decode/style.js';
import type { Dump, Result } from './call.js';
import type { Base, Condition, PointerNode, PointerOptions, Versioned, PidKind } from './node.js';

/** An argument's registers: `high` holds the upper half of a wide one on i386, else it is -1. */
export interface ArgumentPlace {
  readonly kind: 'arg';
  readonly register: number;
  readonly bytes: number;
  readonly high: number;
}

/** A reference whose place is known. */
export type Place =
  | ArgumentPlace
  | { readonly kind: 'ret'; readonly orAll?: boolean }
  | { readonly kind: 'field'; readonly up: number; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'const'; readonly value: number }
  | { readonly kind: 'room' }
  | { readonly kind: 'index' }
  | { readonly kind: 'scale'; readonly of: Place; readonly by: number; readonly per: number; readonly down: boolean }
  | { readonly kind: 'min'; readonly of: Place; readonly max: number }
  | { readonly kind: 'less'; readonly of: Place; readonly by: number }
  | { readonly kind: 'moved'; readonly of: Place; readonly left: Place }
  | { readonly kind: 'least' | 'product'; readonly a: Place; readonly b: Place }
  | {
      readonly kind: 'deref';
      readonly target: NamedRegister;
      readonly at: number;
      readonly absent: number;
      readonly entry?: boolean;
      readonly signed?: boolean;
    }
  | { readonly kind: 'before'; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'link' | 'terminal' | 'netlink'; readonly of: Place; readonly site: number }
  | { readonly kind: 'bits'; readonly of: Place; readonly mask: number }
  | { readonly kind: 'holds'; readonly test: Test };

export interface Test {
  readonly on: Place;
  readonly op: Condition['op'];
  readonly value: number;
  readonly than?: Place;
  readonly values?: readonly number[];
  readonly and?: Test;
  readonly or?: Test;
}

export interface RField {
  readonly name: string;
  /** The name that is printed. */
  readonly label: string;
  readonly node: R;
  readonly offset: number;
  readonly ifSet: boolean;
  readonly verboseOnly: boolean;
  readonly hidden: boolean;
  /** How many bytes of it must be there for it to be printed; 0: it is always there. */
  readonly ifThere: number;
  /** As bytes in hexadecimal when not all of it is there. */
  readonly cut: boolean;
  readonly rest: boolean;
  readonly upTo?: Place;
  readonly bare: boolean;
  readonly arrow: boolean | 'structure';
  readonly beyond?: number;
  readonly changed: boolean | 'success' | 'named';
  readonly fresh: boolean | 'value';
  readonly answer: boolean;
  readonly remark?: Renderer;
  readonly bits?: readonly [shift: number, width: number];
  readonly when?: Test;
  readonly inline: boolean;
  /** Site of a flexible array behind the structure; -1: the field is none. */
  readonly behind: number;
  readonly lost?: string;
}

/** Resolved nodes; `bytes` is what the node takes in memory (0: variable), `align` its alignment there. */
export type R =
  | { readonly kind: 'int'; readonly bytes: number; readonly align: number; readonly base: Base }
  | { readonly kind: 'address'; readonly bytes: number; readonly align: number }
  | {
      readonly kind: 'xlat';
      readonly bytes: number;
      readonly align: number;
      readonly table: ConstantTable;
      readonly base?: Base;
      readonly annotated: boolean;
    }
  | {
      readonly kind: 'format';
      readonly bytes: number;
      readonly align: number;
      readonly format: ScalarFormat;
      readonly pid?: PidKind;
      readonly site: number;
    }
  | {
      readonly kind: 'fd';
      readonly bytes: number;
      readonly align: number;
      readonly at: boolean;
      readonly names?: ConstantTable;
      readonly of?: { readonly process: Place; readonly by: 'pid' | 'pidfd' };
      readonly site: number;
    }
  | {
      readonly kind: 'pointer';
      readonly bytes: number;
      readonly align: number;
      readonly direction: PointerNode['direction'];
      readonly options: PointerOptions;
      readonly sizePlace?: Place;
      readonly onlyIf?: Place;
      /** What is shown of it when the call failed. */
      readonly failed?: R;
      readonly followed?: Test;
      readonly to: R;
      /** What is behind the arrow of an inout, when it is not the same. */
      readonly after?: R;
      readonly site: number;
    }
  | {
      readonly kind: 'match';
      readonly bytes: number;
      readonly align: number;
      readonly on: Place;
      readonly mask: number;
      readonly cases: readonly (readonly [number, R])[];
      readonly otherwise: R;
    }
  | {
      readonly kind: 'string';
      readonly bytes: number;
      readonly align: number;
      readonly path: boolean;
      readonly max?: number;
      readonly fixed: boolean;
    }
  | {
      readonly kind: 'bytes';
      readonly bytes: number;
      readonly align: number;
      readonly length: Place;
      readonly within?: Place;
      readonly hex: boolean;
      readonly trimmed: boolean;
      readonly most: number;
      readonly terminated: boolean;
      readonly limit?: number;
      readonly as?: { readonly on: Place; readonly reader: BytesReader };
    }
  | RStruct
  | {
      readonly kind: 'whole';
      readonly bytes: number;
      readonly align: number;
      readonly node: R;
      readonly short?: R;
      readonly least: number;
      readonly most: number;
      readonly length?: Place;
    }
  | {
      readonly kind: 'chain';
      readonly bytes: number;
      readonly align: number;
      readonly of: RStruct;
      readonly length: Place;
      readonly max: number;
      /** Bytes of the record's length, and its alignment. */
      readonly unit: number;
    }
  | {
      readonly kind: 'array';
      readonly bytes: number;
      readonly align: number;
      readonly of: R;
      readonly count: Place;
      readonly indices?: ConstantTable;
      readonly limit?: number;
      readonly cap?: number;
      readonly fixed?: number;
      /** A negative count makes the array an address. */
      readonly signed: boolean;
      readonly least: number;
      readonly most: number;
      readonly whole: boolean;
      readonly render?: Renderer;
    }
  | {
      readonly kind: 'zeroTerminated';
      readonly bytes: number;
      readonly align: number;
      readonly of: R;
      readonly countOnly?: string;
    }
  | {
      readonly kind: 'blob';
      readonly bytes: number;
      readonly align: number;
      readonly length: Place;
      readonly max: number;
      readonly minimum: number;
      /** A length below this, or above `max`, is refused; 0: no length is. */
      readonly least: number;
      readonly partial: boolean | 'none';
      readonly render: Renderer;
    }
  | {
      readonly kind: 'fdSet';
      readonly bytes: number;
      readonly align: number;
      readonly count: Place;
      readonly ready: boolean;
      /** Of the paths; -1 without. */
      readonly site: number;
    };

export interface RStruct {
  readonly kind: 'struct';
  readonly bytes: number;
  readonly align: number;
  readonly fields: readonly RField[];
  readonly shortened: boolean;
  /** Fields are printed as arguments, without braces. */
  readonly spread: boolean;
  readonly length?: Place;
  readonly minimum: number;
  readonly versioned?: RVersioned;
  /** A list: index of the field that points to the next structure. */
  readonly linked?: { readonly next: number };
  /** How many elements of the last member, an array without a fixed count, lie behind the structure's own bytes. */
  readonly flexible?: { readonly count: Place; readonly stride: number };
  /** It is, or lies in, a versioned structure: what its caller left out is there as zeros ('clipped': but for strings). */
  readonly padded: boolean | 'clipped';
  readonly readable?: number;
  /** Indices of the fields in the order of printing. */
  readonly order: readonly number[];
  readonly render?: Renderer;
}

/** A versioned structure's size and sites: `size` is a place, or the field of the structure itself at `own`. */
export interface RVersioned extends Omit<Versioned, 'size'> {
  readonly size?: Place;
  readonly own?: { readonly index: number; readonly offset: number; readonly bytes: number };
  /** Site of the bytes that are read to learn the size. */
  readonly head: number;
  /** Site of the bytes behind the known fields. */
  readonly tail: number;
}

export interface RArgument {
  readonly name: string;
  readonly register: number;
  /** Register of the high half on i386, for wide arguments; else -1. */
  readonly high: number;
  readonly node: R;
  readonly when?: Test;
  readonly hidden: boolean;
  readonly named?: boolean;
  readonly shownAs: string;
  readonly atExit: boolean;
  readonly orNothing: boolean;
}

export interface RResult {
  readonly base: Result['base'];
  readonly format?: ScalarFormat;
  readonly comment?: Renderer;
  readonly evenEmpty?: boolean;
  readonly ifRead?: string;
  readonly value?: Renderer;
  readonly extra: readonly RArgument[];
  /** Site of the path of a returned descriptor, or of the name of a returned process. */
  readonly site: number;
  readonly of?: PidKind;
  /** Of a virtual processor: its descriptor, and whether its state before the call is captured, too. */
  readonly vcpu?: { readonly register: number; readonly site: number; readonly both: boolean };
  readonly namespaces?: NonNullable<Result['namespaces']> & { readonly site: number };
}

/** One list of arguments: the whole call, or one variant of it. */
export interface RList {
  readonly args: readonly RArgument[];
  readonly result: RResult;
  /** The first site that it does not use. */
  readonly sites: number;
}

/** A dump whose registers are known; `site` is that of the vector or message. */
export interface RDump extends Pick<Dump, 'set' | 'kind'> {
  readonly fd: number;
  readonly data: number;
  readonly count: Place;
  readonly within?: Place;
  readonly sites: readonly [number, number];
}

export interface RCall {
  readonly name: string;
  readonly style: Style;
  readonly plain: RList;
  readonly dump?: RDump;
  readonly variants?: RVariants;
}

/** Forms of the rest of the arguments; each is resolved when it is first asked for. */
export interface RVariants {
  readonly on: ArgumentPlace;
  readonly mask: number;
  readonly second?: ArgumentPlace;
  /** The second word of the key is the high half of `on`. */
  readonly whole: boolean;
  /** The same object for the same form. */
  list(first: number, second: number): RList;
  /** Every form, resolved: for checks. */
  all(): RList[];
}

/** Where an argument is; `site` is that of its pointer (-1: it is none), known once the argument is resolved. */
export interface NamedRegister {
  readonly register: number;
  readonly bytes: number;
  readonly high: number;
  site: number;
}
