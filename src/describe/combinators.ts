// The words in which descriptions are written: constructors of nodes, nothing else.
import type { AbiName } from '../abi/abi.js';
import type { ConstantTable } from '../constants/table.js';
import type { Renderer, ScalarFormat } from '../decode/printer.js';
import { fnv1a } from './link.js';
import type { Argument, Call, Dump, Result, Variant } from './call.js';
import type {
  AbiNode,
  AddressNode,
  ArrayNode,
  Base,
  BlobNode,
  BytesNode,
  ChainNode,
  Condition,
  FdNode,
  FdSetNode,
  Field,
  FormatNode,
  IntNode,
  MatchNode,
  MemoryNode,
  Node,
  PointerNode,
  PointerOptions,
  Ref,
  ScalarNode,
  Size,
  StringNode,
  StructNode,
  VerboseNode,
  Versioned,
  WholeNode,
  XlatNode,
  ZeroTerminatedNode,
} from './node.js';

const int = (size: Size, base: Base): IntNode => ({ kind: 'int', size, base });

/** Plain numbers: signed, unsigned, hexadecimal, octal, by size in bits; `long` is the kernel's long, `size` a size_t. */
export const i8 = int(1, 'd');
export const i16 = int(2, 'd');
export const i32 = int(4, 'd');
export const i64 = int(8, 'd');
export const u8 = int(1, 'u');
export const u16 = int(2, 'u');
export const u32 = int(4, 'u');
export const u64 = int(8, 'u');
export const x8 = int(1, 'x');
export const x16 = int(2, 'x');
export const x32 = int(4, 'x');
export const x64 = int(8, 'x');
export const long = int('long', 'd');
export const ulong = int('long', 'u');
export const xlong = int('long', 'x');
export const size = int('ptr', 'u');
export const xsize = int('ptr', 'x');
/** An unsigned int in octal: `%#o`. */
export const octal = int(4, 'o');
/** File permission bits as an argument (umode_t, 16 bits used): `0644`, `000`. */
export const permissions = int(2, 'mode');
/** The same in a field of 64 bits. */
export const permissions64 = int(8, 'mode');

/** An address that is not followed: NULL or hexadecimal. */
export const address: AddressNode = { kind: 'address', size: 'ptr' };
/** An address in a field that has 64 bits on every personality. */
export const address64: AddressNode = { kind: 'address', size: 8 };

export const fd: FdNode = { kind: 'fd', at: false, size: 4 };
/** A descriptor, or one of some numbers with names. */
export const fdOr = (names: ConstantTable): FdNode => ({ kind: 'fd', at: false, size: 4, names });
/** A directory descriptor: AT_FDCWD has its name. */
export const dirfd: FdNode = { kind: 'fd', at: true, size: 4 };
/** A descriptor of another process, which an argument tells by its id or by a pidfd. */
export const foreignFd = (by: 'pid' | 'pidfd', process: Ref): FdNode => ({
  kind: 'fd',
  at: false,
  size: 4,
  incidental: true,
  of: { process, by },
});

/** A descriptor or path that does not count when calls are selected by what they touch (`-P`, `--trace-fds`). */
export const incidental = <N extends FdNode | StringNode>(node: N): N => ({ ...node, incidental: true });

/** One of the table's names. */
export const choice = (table: ConstantTable, size: Size = 4, base?: Base): XlatNode => ({
  kind: 'xlat',
  size,
  table,
  base,
});
/** Any of the table's names, joined by `|`. */
export const flags = (table: ConstantTable, size: Size = 4, base?: Base): XlatNode => ({
  kind: 'xlat',
  size,
  table,
  base,
});
/** A process or thread id; with its name under `-Y`. */
export const pid: FormatNode = { kind: 'format', size: 4, format: () => (_c, s, lo) => s.signed(lo), pid: 'task' };
/** A process or, when it is negative, a process group. */
export const pidOrGroup: FormatNode = { ...pid, pid: 'either' };
/** The id of a process group, and of a session. */
export const pgid: FormatNode = { ...pid, pid: 'group' };
export const sid: FormatNode = { ...pid, pid: 'session' };
/** The number with its name in a comment, whatever `-X` says but raw. */
export const annotated = (node: XlatNode): XlatNode => ({ ...node, annotated: true });
/** A scalar with a printer of its own. */
export const format = (printer: ScalarFormat, size: Size = 4): FormatNode => ({
  kind: 'format',
  size,
  format: printer,
});

const pointer =
  (direction: 'in' | 'out' | 'inout') =>
  (to: MemoryNode | ScalarNode, options: PointerOptions = {}): PointerNode => ({
    kind: 'pointer',
    direction,
    to,
    options,
  });
/** A pointer to what the caller gives. */
export const input = pointer('in');
/** A pointer to what the kernel fills in: shown after success, an address otherwise. */
export const output = pointer('out');
/** A pointer to what is both. */
export const inout = pointer('inout');

/** A path: ends at its NUL, never shortened. */
export const pathname: StringNode = { kind: 'string', limit: 'path' };
/** A string that ends at its NUL, cut by `-s`. */
export const cstring: StringNode = { kind: 'string', limit: 'string' };
/** A string in an array of `size` bytes of a structure; ends at its NUL or at the end. */
export const chars = (size: number): StringNode => ({ kind: 'string', limit: 'string', size });

/** Counted bytes as a string. */
export const bytes = (length: Ref, options: Pick<BytesNode, 'within' | 'trimmed' | 'most' | 'as'> = {}): BytesNode => ({
  kind: 'bytes',
  length,
  style: 'text',
  ...options,
});
/** A string in a buffer of `length` bytes: ends at a NUL; without one it is cut. */
export const terminated = (length: Ref): BytesNode => ({ kind: 'bytes', length, style: 'text', terminated: true });
/** Counted bytes, always in hexadecimal. */
export const hexBytes = (length: Ref, options: { limit?: number; most?: number } = {}): BytesNode => ({
  kind: 'bytes',
  length,
  style: 'hex',
  ...options,
});
/** A byte array of a structure, always in hexadecimal. */
export const hexArray = (size: number): BytesNode => ({
  kind: 'bytes',
  length: { kind: 'const', value: size },
  style: 'hex',
  size,
});

/** Fields by name; a field is a node, or a node with options made by `field`. */
export type FieldSpec = Readonly<Record<string, Node | Omit<Field, 'name'>>>;
export const field = (node: Node, options: Omit<Field, 'name' | 'node'>): Omit<Field, 'name'> => ({ node, ...options });
/** A member that is printed only when it is not zero. */
export const reserved = (node: Node): Omit<Field, 'name'> => ({ node, ifSet: true });
/** A member that the kernel fills in: shown behind what the caller gave, when the call succeeded. */
export const answer = (node: Node, options: Omit<Field, 'name' | 'node'> = {}): Omit<Field, 'name'> => ({
  node,
  answer: true,
  ...options,
});
/** A member that is printed only with `-v`. */
export const detail = (node: Node): Omit<Field, 'name'> => ({ node, verboseOnly: true });
/** A union member (a structure, or a match of structures) whose fields are printed as if they stood here. */
export const inline = (node: Node, options: Omit<Field, 'name' | 'node'> = {}): Omit<Field, 'name'> => ({
  node,
  inline: true,
  ...options,
});
/** A flexible array behind the structure; `lost` is printed when it cannot be read. */
export const behind = (
  node: Node,
  options: { lost?: string } & Pick<Field, 'when' | 'verboseOnly'> = {},
): Omit<Field, 'name'> => ({
  node,
  when: options.when,
  verboseOnly: options.verboseOnly,
  behind: { lost: options.lost },
});
/** Bytes that are never printed. */
export const padding = (size: number): Omit<Field, 'name'> => ({
  node: { kind: 'bytes', length: { kind: 'const', value: size }, style: 'text', size },
  hidden: true,
});

const fieldList = (fields: FieldSpec): Field[] =>
  Object.entries(fields).map(([name, spec]) => ('kind' in spec ? { name, node: spec } : { name, ...spec }));

export type StructOptions = Partial<Omit<StructNode, 'kind' | 'fields'>>;
/** `{a=…, b=…}`; when a field is a `detail`, the short form ends with `, ...`. */
export const struct = (fields: FieldSpec, options: StructOptions = {}): StructNode => {
  const list = fieldList(fields);
  return { kind: 'struct', fields: list, shortened: list.some((f) => f.verboseOnly), ...options };
};

/** A structure whose size the caller tells; see Versioned. */
export const versioned = (fields: FieldSpec, how: Versioned, options: StructOptions = {}): StructNode =>
  struct(fields, { versioned: how, ...options });
/** For `versioned`: the size is a field of the structure itself. */
export const ownSize = (name: string): Versioned['size'] => ({ kind: 'own', name });

/** `[a, b]` of `count` elements. */
export const array = (
  of: MemoryNode | ScalarNode,
  count: Ref,
  options: {
    limit?: number;
    cap?: number;
    least?: number;
    most?: number;
    whole?: boolean;
    signed?: boolean;
    indices?: ConstantTable;
    render?: Renderer;
  } = {},
): ArrayNode => ({
  kind: 'array',
  of,
  count,
  ...options,
});
/** An array of a structure. */
export const fixedArray = (of: MemoryNode | ScalarNode, count: number): ArrayNode => ({
  kind: 'array',
  of,
  count: { kind: 'const', value: count },
  fixed: count,
});
/** Elements up to a zero one. */
export const zeroTerminated = (of: ScalarNode, countOnly?: string): ZeroTerminatedNode => ({
  kind: 'zeroTerminated',
  of,
  countOnly,
});
/** `node` when all of it is there, `short` (behind a pointer: else the address) when fewer bytes are given. */
export const whole = (
  node: Node,
  short: Node | undefined,
  options: { least?: number; most?: number; length?: Ref } = {},
): WholeNode => ({ kind: 'whole', node, short, ...options });
/** Records that begin with their own length; `of` is one of them. */
export const chain = (of: StructNode, length: Ref, max: number): ChainNode => ({ kind: 'chain', of, length, max });
/** Bytes with a printer of their own. */
export const blob = (
  length: Ref,
  max: number,
  render: Renderer,
  options: { size?: number; minimum?: number; least?: Size; partial?: boolean | 'none' } = {},
): BlobNode => ({
  kind: 'blob',
  length,
  max,
  render,
  ...options,
});

/** Descriptors as bits; `ready`: those that a call found ready. */
export const fdSet = (count: Ref, ready = false): FdSetNode => ({ kind: 'fdSet', count, ready });

/** Chooses by a value; keys are numbers (constants of the tables). `mask`: looks at these bits only. */
export const match = (
  on: Ref,
  cases: Readonly<Record<number, Node>> | readonly (readonly [number, Node])[],
  otherwise: Node,
  mask?: number,
): MatchNode => ({
  kind: 'match',
  on,
  mask,
  cases: Array.isArray(cases)
    ? (cases as readonly (readonly [number, Node])[])
    : Object.entries(cases).map(([k, node]) => [Number(k), node] as const),
  otherwise,
});
/** Differs by personality. */
export const byAbi = (x86_64: Node, i386: Node, x32?: Node): AbiNode => ({ kind: 'abi', x86_64, i386, x32 });
/** Something else with `-v`. */
export const verbose = (full: Node, short: Node): VerboseNode => ({ kind: 'verbose', full, short });

/** References. */
export const arg = (name: string): Ref => ({ kind: 'arg', name });
export const ret: Ref = { kind: 'ret' };
/** The result; at the entering stop, where there is none yet, no bound. */
export const retOrAll: Ref = { kind: 'ret', orAll: true };
/** As much as there is room for. */
export const room: Ref = { kind: 'room' };
/** The number of the element in the array around. */
export const index: Ref = { kind: 'index' };
export const sibling = (name: string): Ref => ({ kind: 'field', name, up: 0 });
export const outer = (name: string, up = 1): Ref => ({ kind: 'field', name, up });
export const constant = (value: number): Ref => ({ kind: 'const', value });
export const times = (of: Ref, by: number, per = 1): Ref => ({ kind: 'scale', of, by, per });
export const lessBy = (of: Ref, by: number): Ref => ({ kind: 'less', of, by });
export const atMost = (of: Ref, max: number): Ref => ({ kind: 'min', of, max });
export const least = (a: Ref, b: Ref): Ref => ({ kind: 'least', a, b });
/** `of` less what `left` says is left of it (a residual count); all of it when that is more. */
export const moved = (of: Ref, left: Ref): Ref => ({ kind: 'moved', of, left });
export const product = (a: Ref, b: Ref): Ref => ({ kind: 'product', a, b });
/** The int that the pointer argument `name` points to; `absent` when it cannot be read. */
export const deref = (name: string, absent = 0): Ref => ({ kind: 'deref', name, absent });
/** The int that stands `at` bytes into what the pointer argument `name` points to. */
export const derefAt = (name: string, at: number, absent = 0): Ref => ({ kind: 'deref', name, at, absent });
/** `of` divided by `per`, a power of two, rounding down. */
export const dividedBy = (of: Ref, per: number): Ref => ({ kind: 'scale', of, by: 1, per, down: true });
/** The int that the pointer argument `name` points to, or did at the entry (no bound when that is not known): it may be negative. */
export const intAt = (name: string): Ref => ({ kind: 'deref', name, signed: true });
export const intBefore = (name: string): Ref => ({ kind: 'deref', name, entry: true, signed: true });
/** A field of the structure around as it was at the entry. */
export const before = (name: string): Ref => ({ kind: 'before', name });
/** Which object a descriptor stands for; cases of a match on it are keys made by `linkKey`. */
export const link = (of: Ref): Ref => ({ kind: 'link', of });
/** 1 when a descriptor is a terminal. */
export const terminal = (of: Ref): Ref => ({ kind: 'terminal', of });
/** Of a netlink socket its protocol and 1; 0 of other descriptors. */
export const netlink = (of: Ref): Ref => ({ kind: 'netlink', of });
/** The key of a link in /proc/PID/fd, such as `anon_inode:bpf-map`. */
export const linkKey = (text: string): number => fnv1a(Buffer.from(text), 0, text.length);

/** Some bits of a number. */
export const bitsOf = (of: Ref, mask: number): Ref => ({ kind: 'bits', of, mask });
/** 1 when the condition holds, else 0. */
export const holds = (test: Condition): Ref => ({ kind: 'holds', test });
/** One node or another, by a condition. */
export const when = (test: Condition, then: Node, otherwise: Node): MatchNode =>
  match(holds(test), [[1, then]], otherwise);

/** Conditions. */
export const succeeded: Condition = { on: { kind: 'ret' }, op: 'succeeded', value: 0 };
export const anyBit = (on: Ref, value: number): Condition => ({ on, op: 'set', value });
export const noBit = (on: Ref, value: number): Condition => ({ on, op: 'clear', value });
export const equals = (on: Ref, value: number): Condition => ({ on, op: 'eq', value });
export const differs = (on: Ref, value: number): Condition => ({ on, op: 'ne', value });
export const below = (on: Ref, value: number | Ref): Condition =>
  typeof value === 'number' ? { on, op: 'lt', value } : { on, op: 'lt', value: 0, than: value };
export const atLeast = (on: Ref, value: number): Condition => ({ on, op: 'ge', value });
export const less = (on: Ref, value: number): Condition => ({ on, op: 'lt', value });
export const oneOf = (on: Ref, values: readonly number[]): Condition => ({ on, op: 'in', value: 0, values });
export const noneOf = (on: Ref, values: readonly number[]): Condition => ({ on, op: 'not-in', value: 0, values });
/** Both hold. */
export const both = (one: Condition, and: Condition): Condition => ({ ...one, and });
/** One of them holds. */
export const either = (one: Condition, or: Condition): Condition => ({ ...one, or });

/** Arguments by name; an argument is a node, or a node with options made by `argument`. */
export type ArgumentSpec = Readonly<Record<string, Node | Omit<Argument, 'name'>>>;
export const argument = (node: Node, options: Omit<Argument, 'name' | 'node'>): Omit<Argument, 'name'> => ({
  node,
  ...options,
});
/** A 64-bit argument: two registers on i386. */
export const wide = (node: Node): Omit<Argument, 'name'> => ({ node, wide: true });

const argumentList = (args: ArgumentSpec): Argument[] =>
  Object.entries(args).map(([name, spec]) => ('kind' in spec ? { name, node: spec } : { name, ...spec }));

/** Results: decimal (the default), descriptor, process, hexadecimal, octal, address. */
export const returns = {
  decimal: { base: 'd' } as Result,
  unsigned: { base: 'u' } as Result,
  fd: { base: 'fd' } as Result,
  pid: { base: 'pid' } as Result,
  pgid: { base: 'pid', of: 'group' } as Result,
  sid: { base: 'pid', of: 'session' } as Result,
  hex: { base: 'x' } as Result,
  address: { base: 'addr' } as Result,
  octal: { base: 'o' } as Result,
  /** With text in parentheses behind the number. */
  comment: (comment: Renderer, extra: ArgumentSpec = {}, base: Result['base'] = 'd'): Result => ({
    base,
    comment,
    extra: argumentList(extra),
  }),
  format: (printer: ScalarFormat): Result => ({ base: 'format', format: printer }),
  /** Told in another way than by the number in the register. */
  elsewhere: (value: Renderer, extra: ArgumentSpec): Result => ({ base: 'x', value, extra: argumentList(extra) }),
};

/** Describes a system call: arguments in order, then the result. */
export const call = (args: ArgumentSpec = {}, result: Result = returns.decimal): Call => ({
  args: argumentList(args),
  result,
});

/** A call whose data can be dumped. */
export const dumping = (described: Call, dump: Dump): Call => ({ ...described, dump });

/** A member of the answer of a `split` pointer, which is there when the call succeeded. */
export const fresh = (node: Node, more: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { ...more, fresh: true, when: more.when ? both(succeeded, more.when) : succeeded });

/** What follows the arguments that choose: arguments, and a result when it is not the call's own. */
export type VariantSpec = readonly [args: ArgumentSpec, result?: Result];

const variantOf = ([args, result]: VariantSpec): Variant => ({ args: argumentList(args), result });

/**
 * Describes a call whose further arguments depend on a value. `cases`: [keys, arguments, result]. `mask`: looks at these
 * bits only; `whole`: at all 64.
 */
export const callBy = (
  args: ArgumentSpec,
  on: Ref,
  cases: readonly (readonly [keys: number | readonly number[], args: ArgumentSpec, result?: Result])[],
  otherwise: ArgumentSpec,
  result: Result = returns.decimal,
  { mask, whole }: { mask?: number; whole?: boolean } = {},
): Call => {
  const forms = new Map<number, Variant>();
  for (const [keys, spec, own] of cases) {
    const form = variantOf([spec, own]);
    for (const key of typeof keys === 'number' ? [keys] : keys) forms.set(key >>> 0, form);
  }
  return {
    args: argumentList(args),
    result,
    variants: {
      on,
      mask,
      whole,
      find: (key, high) => (whole && high !== 0 ? undefined : forms.get(key)),
      all: () => new Set(forms.values()),
      keys: () => forms,
      otherwise: variantOf([otherwise]),
    },
  };
};

/**
 * Describes a call whose further arguments are found by a function of one or two argument values (ioctl's command,
 * sockopt's level and name). `find` is called once for each key that occurs; it must give the same object for the same
 * form. `all` lists every form, for the checks of the descriptions.
 */
export const callFound = (
  args: ArgumentSpec,
  on: Ref,
  second: Ref | undefined,
  find: (first: number, second: number, abi: AbiName) => VariantSpec | undefined,
  all: () => Iterable<VariantSpec>,
  otherwise: ArgumentSpec,
  result: Result = returns.decimal,
): Call => {
  const forms = new Map<VariantSpec, Variant>();
  const form = (spec: VariantSpec): Variant => {
    let made = forms.get(spec);
    if (!made) forms.set(spec, (made = variantOf(spec)));
    return made;
  };
  return {
    args: argumentList(args),
    result,
    variants: {
      on,
      second,
      find: (first, other, abi) => {
        const spec = find(first, other, abi);
        return spec && form(spec);
      },
      all: () => [...all()].map(form),
      otherwise: variantOf([otherwise]),
    },
  };
};
