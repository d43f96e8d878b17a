// The closed union of description nodes: what a system call's arguments are, as data. Passes: resolve, capture, print.
import type { ConstantTable } from '../constants/table.js';
import type { BytesReader, Renderer, ScalarFormat } from '../decode/printer.js';

/**
 * Bytes that a scalar takes in memory. 'ptr': a pointer or size_t (4 on i386 and x32). 'long': __kernel_long_t
 * (4 on i386, 8 on x86_64 and x32).
 */
export type Size = 1 | 2 | 4 | 8 | 'ptr' | 'long';

/** A number known only at the stop: where it comes from. */
export type Ref =
  | { readonly kind: 'arg'; readonly name: string }
  /** The call's result (0 when it failed). */
  | { readonly kind: 'ret'; readonly orAll?: boolean }
  /** A field of the structure around (up 0), or of one further out. */
  | { readonly kind: 'field'; readonly name: string; readonly up: number }
  | { readonly kind: 'const'; readonly value: number }
  /** As much as there is room for: the rest of a record, all that was captured. */
  | { readonly kind: 'room' }
  /** The number of the element in the array around. */
  | { readonly kind: 'index' }
  /** `of` times `by`, divided by `per` rounding up (`down`: down), at most `max`. */
  | { readonly kind: 'scale'; readonly of: Ref; readonly by: number; readonly per: number; readonly down?: boolean }
  | { readonly kind: 'min'; readonly of: Ref; readonly max: number }
  /** Less by a number, but not below 0. */
  | { readonly kind: 'less'; readonly of: Ref; readonly by: number }
  /** The lesser of two. */
  | { readonly kind: 'least'; readonly a: Ref; readonly b: Ref }
  /** `of` less what `left` says is left of it; all of `of` when that cannot be. */
  | { readonly kind: 'moved'; readonly of: Ref; readonly left: Ref }
  | { readonly kind: 'product'; readonly a: Ref; readonly b: Ref }
  /**
   * The 32-bit integer that an inout or input pointer argument points to, as captured in the same record; `absent` (0)
   * when it could not be read.
   */
  | {
      readonly kind: 'deref';
      readonly name: string;
      readonly absent?: number;
      /** So many bytes into the object. */
      readonly at?: number;
      /** As it was at the entering stop. */
      readonly entry?: boolean;
      /** A C int: it may be negative. */
      readonly signed?: boolean;
    }
  /** What a field of the structure around was at the entry, where both states of it are known; else no limit at all. */
  | { readonly kind: 'before'; readonly name: string }
  /** Which object a descriptor stands for: the key (`linkKey`) of what /proc/PID/fd/N links to, 0 when that is not known. */
  | { readonly kind: 'link'; readonly of: Ref }
  /** 1 when a descriptor is a terminal, by the number of its device, else 0. */
  | { readonly kind: 'terminal'; readonly of: Ref }
  /** Of a descriptor that is a netlink socket its protocol and 1, 2^32 when that is not known; 0 of others. */
  | { readonly kind: 'netlink'; readonly of: Ref }
  /** Some bits of `of`. */
  | { readonly kind: 'bits'; readonly of: Ref; readonly mask: number }
  /** 1 when the condition holds, else 0. */
  | { readonly kind: 'holds'; readonly test: Condition };

/** Digits of a plain number. */
export type Base = 'd' | 'u' | 'x' | 'o' | 'mode';

export interface IntNode {
  readonly kind: 'int';
  readonly size: Size;
  readonly base: Base;
}
/** A value with names: one of (choice) or several of (flags). */
export interface XlatNode {
  readonly kind: 'xlat';
  readonly size: Size;
  readonly table: ConstantTable;
  /** Digits of what has no name, when it is not hexadecimal. */
  readonly base?: Base;
  /** The number with its name in a comment, whatever `-X` says but raw. */
  readonly annotated?: boolean;
}
/** Whose id a process id is; `either`: a negative one is that of a group. */
export type PidKind = 'task' | 'group' | 'session' | 'either';
/** A scalar with a printer of its own. */
export interface FormatNode {
  readonly kind: 'format';
  readonly size: Size;
  readonly format: ScalarFormat;
  /** A process id: with `-Y` the name of a task is captured, with `--decode-pids=pidns` what its id is for us. */
  readonly pid?: PidKind;
}
/** A pointer that is not followed: NULL or hexadecimal. */
export interface AddressNode {
  readonly kind: 'address';
  readonly size: Size;
}
/** A file descriptor; `at`: AT_FDCWD by name, with the working directory under `-y`. */
export interface FdNode {
  readonly kind: 'fd';
  readonly at: boolean;
  readonly size: Size;
  /** Does not count when calls are selected by descriptor or path. */
  readonly incidental?: boolean;
  /** Numbers that are no descriptors but have names. */
  readonly names?: ConstantTable;
  /** The process whose descriptor it is when it is not the tracee's: its id, or a pidfd of it. */
  readonly of?: { readonly process: Ref; readonly by: 'pid' | 'pidfd' };
}
export type Direction = 'in' | 'out' | 'inout';
export interface PointerNode {
  readonly kind: 'pointer';
  readonly direction: Direction;
  readonly to: MemoryNode | ScalarNode;
  readonly options: PointerOptions;
}
export interface PointerOptions {
  /** An output that is there after a failure, too. */
  readonly evenOnError?: boolean;
  /** An output that is there only when the kernel asked for a restart of the call (what is left of a sleep). */
  readonly onRestart?: boolean;
  /** Captured and printed at the exit although it is an input (what strace prints only then). */
  readonly atExit?: boolean;
  /**
   * How an inout shows its two states: `arrow` prints `old => new` around; `changed` lets scalars show ` => `; `exit` only
   * the new one; `entry` the old one, even on failure, with ` => new` at the fields that are marked `changed`; `split`
   * prints fields at the entry up to the first that is `changed` or `fresh`, and the others at the exit; `pair` both states, at
   * the exit.
   */
  readonly show?: 'arrow' | 'changed' | 'exit' | 'entry' | 'split' | 'pair';
  /** With `pair`: an old state of zeros (or one that cannot be read) is left out. */
  readonly unlessZero?: boolean;
  /** With `pair`: behind the arrow stands the address when the call failed. */
  readonly arrowOnError?: boolean;
  /** Both states of a scalar are shown, though they be the same, when the call returned something but 0. */
  readonly arrowOnResult?: boolean;
  /** With `arrow`: what is shown behind the arrow, when it is not the same. */
  readonly after?: MemoryNode;
  /** With `arrow`: the state after a failure with this errno is shown, not the one after success. */
  readonly afterError?: number;
  /** With `arrow`: the state after a failure with this errno is shown as well as the one after success. */
  readonly orAfterError?: number;
  /** With `arrow`: after success it stands also behind an address that leads nowhere. */
  readonly arrowAlways?: boolean;
  /**
   * The exit adds to it only if its object could be read at the entry and, for a number, one of these bits is set in the
   * object's first word; or if it is `given`, no null pointer; or if the object of the argument `with` could be read, and with
   * `given` this one is none either. Else it is printed whole at the entry, and what follows, too.
   */
  readonly changesIf?: number | 'readable' | 'given' | { readonly with: string; readonly given: boolean };
  /** With `arrow`: after a failure the address stands behind it. */
  readonly failedAsAddress?: boolean;
  /** Scalars are printed without brackets. */
  readonly bare?: boolean;
  /** Printed as this many bytes at least: a shorter object is an address (size argument of versioned structures). */
  readonly size?: Ref;
  /** Not followed when this is 0 (a length beside a null address). */
  readonly onlyIf?: Ref;
  /** What is shown of an inout, as it was at the entry, when the call failed. */
  readonly failed?: MemoryNode | ScalarNode | 'address';
  /** What a null pointer prints; NULL when absent. */
  readonly whenNull?: string;
  /** A comment behind NULL, where structures are followed. */
  readonly nullNote?: string;
  /** Where its object is not shown, the address stands in brackets: it was read from memory itself. */
  readonly boxed?: boolean;
  /** Where its object is not shown, `{name=address}` is, with the address of the member at this offset. */
  readonly member?: { readonly name: string; readonly offset: number };
  /** With -e verbose=none an address, even of an array that has no elements. */
  readonly plainAddress?: boolean;
  /** Prints nothing where its object is not shown. */
  readonly orNothing?: boolean;
  /** Followed even with -e verbose=none (strings, paths). */
  readonly always?: boolean;
  /** A field of 64 bits on every personality (__aligned_u64). */
  readonly wide?: boolean;
  /** Followed only when this holds. */
  readonly followed?: Condition;
  /** An address that is no multiple of this (a power of two) is not followed. */
  readonly aligned?: number;
}
/** Chooses by the value of another argument or field. Cases by constant; `otherwise` for the rest. */
export interface MatchNode {
  readonly kind: 'match';
  readonly on: Ref;
  readonly cases: readonly (readonly [key: number, node: Node])[];
  readonly otherwise: Node;
  /** Looks at these bits only. */
  readonly mask?: number;
}
/** A string that ends at a NUL: a path (never shortened), or a string cut by `-s`; `size`: an array inside a structure. */
export interface StringNode {
  readonly kind: 'string';
  readonly limit: 'path' | 'string';
  /** Fixed room inside a structure, in bytes. */
  readonly size?: number;
  /** At most as many bytes as this, when the string has no NUL (captured as bytes). */
  readonly max?: number;
  /** Does not count when calls are selected by path: nothing is looked up. */
  readonly incidental?: boolean;
}
/** Counted bytes. */
export interface BytesNode {
  readonly kind: 'bytes';
  readonly length: Ref;
  /** The running total that bounds all bytes of one transfer (readv, recvmsg). */
  readonly within?: Ref;
  /** `hex`: always \x… ; `text`: C escapes. */
  readonly style: 'text' | 'hex';
  /** Fixed room inside a structure. */
  readonly size?: number;
  /** A NUL at the very end is not shown (values that are strings by custom: extended attributes). */
  readonly trimmed?: boolean;
  /** More bytes than this are shown as an address: the kernel refuses them. */
  readonly most?: number;
  /** A string in a buffer of this length: ends at a NUL; without one it is cut. */
  readonly terminated?: boolean;
  /** Bytes that are shown and read at most, whatever `-s` says. */
  readonly limit?: number;
  /** What they are read as where `on` is not 0 and structures are followed; all of them are captured then. */
  readonly as?: { readonly on: Ref; readonly reader: BytesReader };
}
export interface Field {
  readonly name: string;
  readonly node: Node;
  /** The name that is printed, when it is another (members of one name, of which one is shown). */
  readonly as?: string;
  /** Printed only when it is not zero (reserved members). */
  readonly ifSet?: boolean;
  /** Printed only without abbreviation (`-v`). */
  readonly verboseOnly?: boolean;
  /** Never printed (padding). */
  readonly hidden?: boolean;
  /**
   * Printed only if the captured size reaches past it; `part`: if any of it is there (what is missing counts as zero);
   * `cut`: if any of it is there, as bytes in hexadecimal when it is not all; a number: if so many bytes of it are there.
   */
  readonly ifThere?: boolean | 'part' | 'cut' | number;
  /** Has all bytes up to the end of the object; not printed when there are none. */
  readonly rest?: boolean;
  /** Has no more bytes than this says. */
  readonly upTo?: Ref;
  /** Prints its name itself, or has none. */
  readonly bare?: boolean;
  /**
   * The second state of the field before it: stands behind an arrow, without a name; not there when it prints nothing.
   * `structure`: only where the first state was shown as a structure.
   */
  readonly arrow?: boolean | 'structure';
  /** In a versioned structure: printed only if the caller's size is more than this many bytes, from the structure's start. */
  readonly beyond?: number;
  /** Extra alignment or an exact offset from the previous field's end is given by padding fields; bit fields by `bits`. */
  readonly bits?: readonly [shift: number, width: number];
  /**
   * In an inout structure: `old => new` where the kernel changed it; with `split`, `success`: not when the call failed, `named`:
   * likewise, and its name stands before both.
   */
  readonly changed?: boolean | 'success' | 'named';
  /** With `show: 'split'`: what is printed at the entry ends before it ('value': before its value). */
  readonly fresh?: boolean | 'value';
  /**
   * Lies behind the members before it, and is captured on its own: a flexible array. Only in structures that a
   * pointer leads to. `lost` is printed when it cannot be read (an address otherwise).
   */
  readonly behind?: { readonly lost?: string };
  /** In an inout structure of which the old state is shown: a field of the new one, shown when the call succeeded. */
  readonly answer?: boolean;
  /** A union member: laid over the field before it. */
  readonly overlay?: boolean;
  /** Printed only when this holds. */
  readonly when?: Condition;
  /** Prints what stands behind the value (a comment); `at` is the start of the structure. */
  readonly remark?: Renderer;
  /** A structure (or a match of structures) whose fields are printed as if they stood here: members of a union. */
  readonly inline?: boolean;
}
/** A test on a reference, decided when the value is known. */
export interface Condition {
  readonly on: Ref;
  /** `succeeded`: the call did not fail; `on` and `value` do not matter. */
  readonly op: 'eq' | 'ne' | 'ge' | 'lt' | 'set' | 'clear' | 'in' | 'not-in' | 'succeeded';
  readonly value: number;
  /** With 'lt': instead of `value`. */
  readonly than?: Ref;
  /** With 'in' and 'not-in': the values of which it is one, or none. */
  readonly values?: readonly number[];
  /** Must hold, too. */
  readonly and?: Condition;
  /** Holds also when this one does. */
  readonly or?: Condition;
}
/**
 * A structure of which the caller says how long it is, so that old programs and new kernels get along: fewer bytes than
 * the structure has are as good as zeros behind them, more are allowed where they are zero (copy_struct_from_user).
 * The bytes that are missing read as zero here, too. Which fields are shown is said by the fields: all that say
 * nothing, those with `beyond: n` when the caller's size is over n bytes, those with `ifThere` when it covers them.
 *
 *     openat2: how: input(versioned({ flags, mode, resolve }, { size: arg('size'), minimum: 24, excess: 'hex' }))
 *     landlock_create_ruleset: ... field(flags(net), { beyond: 8 }) ..., { size: arg('size'), minimum: 8, excess: 'dots' }
 *     perf_event_open: { size: ownSize('size'), zeroMeans: 64, minimum: 64, excess: 'dots' }
 */
export interface Versioned {
  /** How many bytes the caller says there are: an argument, or a field of the structure itself, read before the rest. */
  readonly size: Ref | { readonly kind: 'own'; readonly name: string };
  /** The size that a size of zero stands for. */
  readonly zeroMeans?: number;
  /** A smaller structure is shown as an address. */
  readonly minimum: number;
  /** A larger structure is shown as an address. */
  readonly maximum?: number;
  /**
   * With `size` in the structure itself: a structure that is too small, or that cannot be read, shows at least its size:
   * `{size=23}`; the rest of the structure, when it should be there but cannot be read, is `???` (`{size=32, ???}`), or,
   * with 'address', makes the whole an address.
   */
  readonly showSize?: 'rest' | 'address';
  /**
   * What stands for bytes behind the last field. 'hex': bytes that are not all zero as a comment and a string, `???` when
   * they cannot be read; of a page at most. 'dots': `, ...` whatever they are. 'data': not all zero, they are `, ...`,
   * and without abbreviation `extra_data="…"` and a comment; they must be readable, and count from the last field shown.
   */
  readonly excess?: 'hex' | 'dots' | 'data';
  /** A character array of which the caller gave only a part ends there. */
  readonly clipped?: boolean;
}
export interface StructNode {
  readonly kind: 'struct';
  readonly fields: readonly Field[];
  /** Abbreviated output ends with `, ...` behind the fields that are not verboseOnly, if any of those would be shown. */
  readonly shortened: boolean;
  /** Byte size when it is not what the fields give (trailing padding), by ABI word. */
  readonly size?: number;
  /** Captures as many bytes as this says, at most all fields: versioned structures. */
  readonly length?: Ref;
  readonly minimum?: number;
  /** Bytes that must be readable, when less than all are enough: a renderer sees how many there are. */
  readonly readable?: number;
  /** With `length` and `minimum`: short for `versioned` with this size and the excess in hexadecimal. */
  readonly excess?: boolean;
  readonly versioned?: Versioned;
  readonly packed?: boolean;
  /** A list: the field that points to the next structure of this kind. As many are shown as elements of an array. */
  readonly linked?: { readonly next: string };
  /** Behind an argument: its fields are printed as if they were arguments of the call (old calls of i386 with one). */
  readonly spread?: boolean;
  /** Names of the fields in the order of printing, when that is not the order in memory. */
  readonly order?: readonly string[];
  readonly render?: Renderer;
}
export interface ArrayNode {
  readonly kind: 'array';
  readonly of: MemoryNode | ScalarNode;
  readonly count: Ref;
  /** Fixed count inside a structure. An array without it is the last member, as long as its count says. */
  readonly fixed?: number;
  /** Names of the indices, which stand before the elements: `[[NAME]=1, …]`. */
  readonly indices?: ConstantTable;
  /** Elements shown before `...`; default: the string limit unless -v. */
  readonly limit?: number;
  /** No more elements than these are read and shown, even with -v; `...` stands for the others. */
  readonly cap?: number;
  /** Fewer or more elements than these are shown as an address: the kernel refuses them. */
  readonly least?: number;
  readonly most?: number;
  /** Shown as an address unless all of it can be read. */
  readonly whole?: boolean;
  /** The count is signed: a negative one makes the array an address. */
  readonly signed?: boolean;
  readonly render?: Renderer;
}
/** Elements up to a zero one: argv, envp. */
export interface ZeroTerminatedNode {
  readonly kind: 'zeroTerminated';
  readonly of: ScalarNode;
  /** Abbreviated as an address and a count: an address and `3 vars` in a comment. */
  readonly countOnly?: string;
}
/** Counted bytes that a printer of its own makes sense of; nested captures come from `inner`, when it is given. */
export interface BlobNode {
  readonly kind: 'blob';
  readonly length: Ref;
  readonly max: number;
  readonly render: Renderer;
  /** Size inside a structure. */
  readonly size?: number;
  /** Fewer bytes than this are shown as an address. */
  readonly minimum?: number;
  /** Any length is shown as an address but one from this to `max` (sets of signals). */
  readonly least?: Size;
  /** Shown with what could be read, though it be less than asked; `none`: or nothing at all. */
  readonly partial?: boolean | 'none';
}
/** Descriptors as bits (fd_set, select(2)): bits below `count`, a C int, in whole words of the personality. */
export interface FdSetNode {
  readonly kind: 'fdSet';
  readonly count: Ref;
  /**
   * What the call found ready: numbers only, even with `-y`, and no more of them than what the caller of the printer
   * left in the cursor's budget (the kernel clears no bits beyond the open descriptors).
   */
  readonly ready: boolean;
}
/** Alternatives by the number of bytes given: `node` when all of it is there, `short` when less is. */
export interface WholeNode {
  readonly kind: 'whole';
  readonly node: Node;
  /** Absent: an address, when it stands behind a pointer. */
  readonly short?: Node;
  /** Fewest and most bytes that make it whole; default: as many as the node takes, or more. */
  readonly least?: number;
  readonly most?: number;
  /** Behind a pointer: how many bytes are given. */
  readonly length?: Ref;
}
/** Records one behind the other, each of which begins with its own length (control messages). */
export interface ChainNode {
  readonly kind: 'chain';
  /** Bytes of all records. */
  readonly length: Ref;
  readonly max: number;
  /** One record: the first field is the length; a `rest` field is its contents. The length's size is the alignment. */
  readonly of: StructNode;
}
/** Differs with the personality. */
export interface AbiNode {
  readonly kind: 'abi';
  readonly x86_64: Node;
  readonly i386: Node;
  readonly x32?: Node;
}
/** Something else with `-v` (abbrev off) than without. */
export interface VerboseNode {
  readonly kind: 'verbose';
  readonly full: Node;
  readonly short: Node;
}

export type ScalarNode =
  IntNode | AddressNode | XlatNode | FormatNode | FdNode | PointerNode | MatchNode | AbiNode | VerboseNode;
export type MemoryNode =
  | StringNode
  | BytesNode
  | StructNode
  | ArrayNode
  | ZeroTerminatedNode
  | BlobNode
  | FdSetNode
  | WholeNode
  | ChainNode
  | MatchNode
  | AbiNode
  | VerboseNode;
export type Node = ScalarNode | MemoryNode;
