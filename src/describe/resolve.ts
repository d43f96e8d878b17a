// Turns a description into what the passes work on: sizes, offsets and registers for one personality, and a site
// number for each node that captures memory. Plans and printers both walk the resolved tree, so they cannot drift.
import type { Abi } from '../abi/abi.js';
import { DescriptionError } from '../errors.js';
import type { ConstantTable } from '../constants/table.js';
import type { Renderer, ScalarFormat } from '../decode/printer.js';
import type { Style } from '../decode/style.js';
import { describesFds } from '../decode/style.js';
import type {
  Argument,
  Base,
  Call,
  Condition,
  Dump,
  MemoryNode,
  Node,
  PointerNode,
  PointerOptions,
  Ref,
  Result,
  Size,
  StructNode,
  Variant,
  Versioned,
} from './node.js';

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
  | { readonly kind: 'least'; readonly a: Place; readonly b: Place }
  | {
      readonly kind: 'deref';
      readonly target: NamedRegister;
      readonly absent: number;
      readonly entry?: boolean;
      readonly signed?: boolean;
    }
  | { readonly kind: 'before'; readonly offset: number; readonly bytes: number }
  | { readonly kind: 'link'; readonly of: Place; readonly site: number }
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
  readonly beyond?: number;
  readonly changed: boolean;
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
      readonly partial: boolean;
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
  readonly value?: Renderer;
  readonly extra: readonly RArgument[];
  /** Site of the path of a returned descriptor. */
  readonly site: number;
}

/** One list of arguments: the whole call, or one variant of it. */
export interface RList {
  readonly args: readonly RArgument[];
  readonly result: RResult;
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

interface Scope {
  readonly layout: readonly { readonly name: string; readonly offset: number; readonly bytes: number }[];
}

/** Where an argument is; `site` is that of its pointer (-1: it is none), known once the argument is resolved. */
export interface NamedRegister {
  readonly register: number;
  readonly bytes: number;
  readonly high: number;
  site: number;
}

/** Bytes of a scalar on a personality. */
export function sizeOf(size: Size, abi: Abi): number {
  return size === 'ptr' ? abi.word : size === 'long' ? abi.longSize : size;
}

const alignOf = (bytes: number, abi: Abi): number => (bytes >= 8 ? abi.alignU64 : bytes || 1);

class Resolver {
  site = 0;
  readonly registers = new Map<string, NamedRegister>();
  private readonly scopes: Scope[] = [];
  /** Inside a versioned structure. */
  private padded: boolean | 'clipped' = false;

  constructor(
    private readonly name: string,
    private readonly style: Style,
  ) {}

  fail(message: string): never {
    throw new DescriptionError(this.name, message);
  }

  newSite(): number {
    if (this.site > 254) this.fail('too many capturing nodes');
    return this.site++;
  }

  place(ref: Ref): Place {
    switch (ref.kind) {
      case 'arg': {
        const found = this.registers.get(ref.name) ?? this.fail(`no argument '${ref.name}'`);
        return { kind: 'arg', register: found.register, bytes: found.bytes, high: found.high };
      }
      case 'ret':
      case 'const':
      case 'room':
      case 'index':
        return ref;
      case 'field': {
        const scope = this.scopes[this.scopes.length - 1 - ref.up] ?? this.fail(`no structure ${ref.up} levels out`);
        const found = scope.layout.find((f) => f.name === ref.name) ?? this.fail(`no field '${ref.name}'`);
        return { kind: 'field', up: ref.up, offset: found.offset, bytes: found.bytes };
      }
      case 'scale':
        return { kind: 'scale', of: this.place(ref.of), by: ref.by, per: ref.per, down: ref.down ?? false };
      case 'min':
        return { kind: 'min', of: this.place(ref.of), max: ref.max };
      case 'less':
        return { kind: 'less', of: this.place(ref.of), by: ref.by };
      case 'least':
        return { kind: 'least', a: this.place(ref.a), b: this.place(ref.b) };
      case 'before': {
        const place = this.place({ kind: 'field', name: ref.name, up: 0 });
        return place.kind === 'field'
          ? { kind: 'before', offset: place.offset, bytes: place.bytes }
          : this.fail(`no field '${ref.name}'`);
      }
      case 'link':
        return { kind: 'link', of: this.place(ref.of), site: this.newSite() };
      case 'deref': {
        const found = this.registers.get(ref.name) ?? this.fail(`no argument '${ref.name}'`);
        return {
          kind: 'deref',
          target: found,
          absent: ref.absent ?? (ref.entry ? Infinity : 0),
          entry: ref.entry,
          signed: ref.signed,
        };
      }
      case 'bits':
        return { kind: 'bits', of: this.place(ref.of), mask: ref.mask };
      case 'holds':
        return { kind: 'holds', test: this.test(ref.test) };
    }
  }

  argumentPlace(ref: Ref): ArgumentPlace {
    const place = this.place(ref);
    return place.kind === 'arg' ? place : this.fail('variants depend on arguments');
  }

  test(condition: Condition): Test {
    return {
      on: this.place(condition.on),
      op: condition.op,
      value: condition.value,
      than: condition.than && this.place(condition.than),
      values: condition.values,
      and: condition.and && this.test(condition.and),
      or: condition.or && this.test(condition.or),
    };
  }

  scalar(bytes: number): { bytes: number; align: number } {
    return { bytes, align: alignOf(bytes, this.style.abi) };
  }

  node(node: Node): R {
    const { abi } = this.style;
    switch (node.kind) {
      case 'int':
        return { kind: 'int', ...this.scalar(sizeOf(node.size, abi)), base: node.base };
      case 'address':
        return { kind: 'address', ...this.scalar(sizeOf(node.size, abi)) };
      case 'xlat':
        return {
          kind: 'xlat',
          ...this.scalar(sizeOf(node.size, abi)),
          table: node.table,
          base: node.base,
          annotated: node.annotated ?? false,
        };
      case 'format':
        return {
          kind: 'format',
          ...this.scalar(sizeOf(node.size, abi)),
          format: node.format,
          site: node.pid && this.style.comm ? this.newSite() : -1,
        };
      case 'fd':
        return {
          kind: 'fd',
          ...this.scalar(sizeOf(node.size, abi)),
          at: node.at,
          names: node.names,
          of: node.of && { process: this.place(node.of.process), by: node.of.by },
          site: describesFds(this.style) ? this.newSite() : -1,
        };
      case 'pointer': {
        const site = this.newSite();
        const sizePlace = node.options.size && this.place(node.options.size);
        const { padded } = this;
        this.padded = false;
        const to = this.node(node.to);
        this.padded = padded;
        return {
          kind: 'pointer',
          ...this.scalar(node.options.wide ? 8 : abi.word),
          direction: node.direction,
          options: node.options,
          sizePlace,
          followed: node.options.followed && this.test(node.options.followed),
          to,
          onlyIf: node.options.onlyIf && this.place(node.options.onlyIf),
          failed: node.options.failed && node.options.failed !== 'address' ? this.node(node.options.failed) : undefined,
          after: node.options.after && this.node(node.options.after),
          site,
        };
      }
      case 'match': {
        const on = this.place(node.on);
        const start = this.site;
        let end = start;
        const done = new Map<Node, R>();
        const one = (n: Node): R => {
          let r = done.get(n);
          if (!r) {
            this.site = start;
            r = this.node(n);
            end = Math.max(end, this.site);
            done.set(n, r);
          }
          return r;
        };
        const cases = node.cases.map(([key, n]) => [key >>> 0, one(n)] as const);
        const otherwise = one(node.otherwise);
        this.site = end;
        const bytes = Math.max(otherwise.bytes, ...cases.map(([, r]) => r.bytes));
        const align = Math.max(otherwise.align, ...cases.map(([, r]) => r.align));
        return { kind: 'match', bytes, align, on, mask: node.mask ?? 0xffffffff, cases, otherwise };
      }
      case 'string':
        return {
          kind: 'string',
          bytes: node.size ?? 0,
          align: 1,
          path: node.limit === 'path',
          max: node.max,
          fixed: node.size !== undefined,
        };
      case 'bytes':
        return {
          kind: 'bytes',
          bytes: node.size ?? 0,
          align: 1,
          length: this.place(node.length),
          within: node.within && this.place(node.within),
          hex: node.style === 'hex',
          trimmed: node.trimmed ?? false,
          most: node.most ?? Infinity,
          terminated: node.terminated ?? false,
          limit: node.limit,
        };
      case 'struct':
        return this.struct(node);
      case 'whole': {
        const start = this.site;
        const inner = this.node(node.node);
        const end = this.site;
        this.site = start;
        const short = node.short && this.node(node.short);
        this.site = Math.max(end, this.site);
        return {
          kind: 'whole',
          bytes: inner.bytes,
          align: inner.align,
          node: inner,
          short,
          least: node.least ?? inner.bytes,
          most: node.most ?? Infinity,
          length: node.length && this.place(node.length),
        };
      }
      case 'chain': {
        const of = this.struct(node.of);
        return {
          kind: 'chain',
          bytes: 0,
          align: of.align,
          of,
          length: this.place(node.length),
          max: node.max,
          unit: of.fields[0].node.bytes,
        };
      }
      case 'array': {
        const of = this.node(node.of);
        return {
          kind: 'array',
          bytes: (node.fixed ?? 0) * of.bytes,
          align: of.align,
          of,
          count: this.place(node.count),
          indices: node.indices,
          limit: node.limit,
          fixed: node.fixed,
          signed: node.signed ?? false,
          least: node.least ?? 0,
          most: node.most ?? Infinity,
          whole: node.whole ?? false,
          render: node.render,
        };
      }
      case 'zeroTerminated':
        return { kind: 'zeroTerminated', bytes: 0, align: abi.word, of: this.node(node.of), countOnly: node.countOnly };
      case 'blob':
        return {
          kind: 'blob',
          bytes: node.size ?? 0,
          align: 1,
          length: this.place(node.length),
          max: node.max,
          minimum: node.minimum ?? 0,
          least: node.least === undefined ? 0 : sizeOf(node.least, abi),
          partial: node.partial ?? false,
          render: node.render,
        };
      case 'fdSet':
        return {
          kind: 'fdSet',
          bytes: 0,
          align: 1,
          count: this.place(node.count),
          ready: node.ready,
          site: describesFds(this.style) && !node.ready ? this.newSite() : -1,
        };
      case 'abi':
        return this.node(abi.name === 'i386' ? node.i386 : abi.name === 'x32' && node.x32 ? node.x32 : node.x86_64);
      case 'verbose':
        return this.node(this.style.abbrev ? node.short : node.full);
    }
  }

  private struct(node: StructNode): RStruct {
    const layout: { name: string; offset: number; bytes: number }[] = [];
    const length = node.length && this.place(node.length);
    const versioned: Versioned | undefined =
      node.excess && node.length ? { size: node.length, minimum: node.minimum ?? 0, excess: 'hex' } : node.versioned;
    const own = versioned?.size.kind === 'own' ? versioned.size.name : undefined;
    const known = versioned && {
      ...versioned,
      size: versioned.size.kind === 'own' ? undefined : this.place(versioned.size),
      head: own === undefined ? -1 : this.newSite(),
      tail: versioned.excess === 'hex' ? this.newSite() : -1,
    };
    const outer = this.padded;
    if (versioned) this.padded = versioned.clipped ? 'clipped' : true;
    this.scopes.push({ layout });
    // Sizes first: a field may refer to one that comes later (iov_base to iov_len).
    let end = 0;
    let start = 0;
    let align = 1;
    const { abi } = this.style;
    for (const f of node.fields) {
      const [bytes, fieldAlign] = this.measure(f.node);
      const a = node.packed ? 1 : fieldAlign;
      align = Math.max(align, a);
      if (f.overlay) {
        end = Math.max(end, start + bytes);
      } else {
        start = Math.ceil(end / a) * a;
        end = start + bytes;
      }
      layout.push({ name: f.name, offset: start, bytes });
    }
    const nodes = node.fields.map((f) => this.node(f.node));
    const fields: RField[] = node.fields.map((f, i) => ({
      name: f.name,
      label: f.as ?? f.name,
      node: nodes[i],
      offset: layout[i].offset,
      ifSet: f.ifSet ?? false,
      verboseOnly: f.verboseOnly ?? false,
      hidden: f.hidden ?? false,
      ifThere: f.ifThere === true ? nodes[i].bytes : typeof f.ifThere === 'string' ? 1 : Number(f.ifThere ?? 0),
      cut: f.ifThere === 'cut',
      rest: f.rest ?? false,
      upTo: f.upTo && this.place(f.upTo),
      bare: f.bare ?? false,
      beyond: f.beyond,
      changed: f.changed ?? false,
      fresh: f.fresh ?? false,
      answer: f.answer ?? false,
      remark: f.remark,
      bits: f.bits,
      when: f.when && this.test(f.when),
      inline: f.inline ?? false,
      behind: f.behind ? this.newSite() : -1,
      lost: f.behind?.lost,
    }));
    this.scopes.pop();
    const { padded } = this;
    this.padded = outer;
    const index = layout.findIndex((f) => f.name === own);
    if (own !== undefined && index < 0) this.fail(`no field '${own}'`);
    const natural = Math.ceil(end / align) * align;
    const bytes = node.size ?? natural;
    if (bytes < end) this.fail(`structure is given ${bytes} bytes, its fields take ${end} on ${abi.name}`);
    const tail = fields.at(-1);
    const last = tail && tail.behind < 0 ? tail.node : undefined;
    return {
      kind: 'struct',
      bytes,
      align,
      linked: node.linked && { next: layout.findIndex((f) => f.name === node.linked?.next) },
      flexible:
        last?.kind === 'array' && last.fixed === undefined ? { count: last.count, stride: last.of.bytes } : undefined,
      fields,
      shortened: node.shortened,
      spread: node.spread ?? false,
      length,
      minimum: node.minimum ?? bytes,
      versioned: known && {
        ...known,
        minimum: node.excess ? (node.minimum ?? bytes) : known.minimum,
        own: index < 0 ? undefined : { index, ...layout[index] },
      },
      padded,
      readable: node.readable,
      order: node.order
        ? node.order.map((name) => node.fields.findIndex((f) => f.name === name))
        : node.fields.map((_, i) => i),
      render: node.render,
    };
  }

  /** Size and alignment of a node without numbering sites. */
  private measure(node: Node): [bytes: number, align: number] {
    const { abi } = this.style;
    switch (node.kind) {
      case 'int':
      case 'address':
      case 'xlat':
      case 'format':
      case 'fd': {
        const bytes = sizeOf(node.size, abi);
        return [bytes, alignOf(bytes, abi)];
      }
      case 'pointer': {
        const bytes = node.options.wide ? 8 : abi.word;
        return [bytes, alignOf(bytes, abi)];
      }
      case 'match': {
        const all = [node.otherwise, ...node.cases.map(([, n]) => n)].map((n) => this.measure(n));
        return [Math.max(...all.map(([b]) => b)), Math.max(...all.map(([, a]) => a))];
      }
      case 'string':
      case 'bytes':
      case 'blob':
        return [node.size ?? 0, 1];
      case 'fdSet':
        return [0, 1];
      case 'struct': {
        let end = 0;
        let start = 0;
        let align = 1;
        for (const f of node.fields) {
          const [bytes, fieldAlign] = this.measure(f.node);
          const a = node.packed ? 1 : fieldAlign;
          align = Math.max(align, a);
          if (f.overlay) end = Math.max(end, start + bytes);
          else {
            start = Math.ceil(end / a) * a;
            end = start + bytes;
          }
        }
        return [node.size ?? Math.ceil(end / align) * align, align];
      }
      case 'array': {
        const [bytes, align] = this.measure(node.of);
        return [(node.fixed ?? 0) * bytes, align];
      }
      case 'whole':
        return this.measure(node.node);
      case 'chain':
        return [0, 1];
      case 'zeroTerminated':
        return [0, abi.word];
      case 'abi':
        return this.measure(abi.name === 'i386' ? node.i386 : abi.name === 'x32' && node.x32 ? node.x32 : node.x86_64);
      case 'verbose':
        return this.measure(this.style.abbrev ? node.short : node.full);
    }
  }

  /** Arguments take registers in order; names are known before nodes are resolved, so that they may refer forward. */
  arguments(list: readonly Argument[], first: number): { args: RArgument[]; next: number } {
    const { abi } = this.style;
    let register = first;
    const placed = list.map((a) => {
      const first = a.register ?? register;
      const split = a.wide === true && abi.name === 'i386';
      const own = split && a.highFirst ? first + 1 : first;
      const high = !split ? -1 : a.highFirst ? first : first + 1;
      if (a.register === undefined) register += high >= 0 ? 2 : 1;
      const bytes = high >= 0 ? 8 : Math.min(this.measure(a.node)[0] || abi.word, abi.name === 'i386' ? 4 : 8);
      this.registers.set(a.name, { register: own, bytes, high, site: -1 });
      return { a, own, high };
    });
    const args = placed.map(({ a, own, high }) => {
      const before = this.site;
      const node = this.node(a.node);
      if (node.kind === 'pointer') this.registers.get(a.name)!.site = before;
      return {
        name: a.name,
        register: own,
        high,
        node,
        when: a.when && this.test(a.when),
        hidden: a.hidden ?? false,
        named: a.named,
        shownAs: a.shownAs ?? a.name,
        atExit: a.atExit ?? false,
        orNothing: a.orNothing ?? false,
      };
    });
    return { args, next: register };
  }

  dump({ set, kind, fd, data, count, within }: Dump): RDump {
    const register = (name: string): number =>
      (this.registers.get(name) ?? this.fail(`dump: no argument '${name}'`)).register;
    return {
      set,
      kind,
      fd: register(fd),
      data: register(data),
      count: this.place(count),
      within: within && this.place(within),
      sites: [this.newSite(), this.newSite()],
    };
  }

  result(result: Result): RResult {
    return {
      base: result.base,
      format: result.format,
      comment: result.comment,
      value: result.value,
      extra: result.extra ? this.extra(result.extra) : [],
      site:
        (result.base === 'fd' && describesFds(this.style)) || (result.base === 'pid' && this.style.comm)
          ? this.newSite()
          : -1,
    };
  }

  /** Captures for a comment: their register is the argument of the same name. */
  private extra(list: readonly Argument[]): RArgument[] {
    return list.map((a) => {
      const found = this.registers.get(a.name) ?? this.fail(`result comment: no argument '${a.name}'`);
      return {
        name: a.name,
        register: found.register,
        high: -1,
        node: this.node(a.node),
        hidden: false,
        shownAs: a.name,
        atExit: true,
        orNothing: false,
      };
    });
  }
}

/** Site of the region that holds an object without a call; nodes inside it are numbered from the next one on. */
const OBJECT_SITE = 0;

/** Resolves an object that stands alone. `name` is for error messages. */
export function resolveObject(name: string, node: MemoryNode, style: Style): R {
  const resolver = new Resolver(name, style);
  resolver.site = OBJECT_SITE + 1;
  return resolver.node(node);
}

/** Resolves some of a call's own arguments, with sites from 0 on; returns how many sites they take, too. */
export function resolveSome(
  name: string,
  call: Call,
  style: Style,
  wanted: (node: Node) => boolean,
): { readonly args: readonly RArgument[]; readonly sites: number } {
  const resolver = new Resolver(name, style);
  const names = new Set(call.args.filter((a) => wanted(a.node)).map((a) => a.name));
  const { args } = resolver.arguments(call.args, 0);
  return { args: args.filter((a) => names.has(a.name)), sites: resolver.site };
}

/** Resolves a call for the style's personality, its sites from `firstSite` on. Variants are resolved when they are asked for. */
export function resolveCall(name: string, call: Call, style: Style, firstSite = 0): RCall {
  const resolver = new Resolver(name, style);
  resolver.site = firstSite;
  const { args, next } = resolver.arguments(call.args, 0);
  const baseSite = resolver.site;
  const list = (extra: readonly Argument[], result: Result): RList => {
    resolver.site = baseSite;
    const own = resolver.arguments(extra, next).args;
    return { args: own.length ? [...args, ...own] : args, result: resolver.result(result) };
  };
  const { variants } = call;
  if (!variants) {
    const plain = list([], call.result);
    return { name, style, plain, dump: call.dump && resolver.dump(call.dump) };
  }
  const resolved = new Map<Variant, RList>();
  const form = (variant: Variant): RList => {
    let made = resolved.get(variant);
    if (!made) resolved.set(variant, (made = list(variant.args, variant.result ?? call.result)));
    return made;
  };
  return {
    name,
    style,
    plain: form(variants.otherwise),
    variants: {
      on: resolver.argumentPlace(variants.on),
      mask: variants.mask ?? 0xffffffff,
      second: variants.second && resolver.argumentPlace(variants.second),
      whole: variants.whole === true && style.abi.word === 8,
      list: (first, second) => form(variants.find(first, second, style.abi.name) ?? variants.otherwise),
      all: () => [variants.otherwise, ...variants.all()].map(form),
    },
  };
}
