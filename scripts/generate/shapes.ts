// What decoded arguments look like, by description: which members of a value (src/decode/value.ts) can be there. Forms and
// personalities are laid over one another; every member is optional, so that this loses nothing but sharpness.
import type { Abi } from '../../src/abi/abi.js';
import type { Call, Variant } from '../../src/describe/call.js';
import type { R, RArgument, RList, RStruct } from '../../src/describe/resolve.js';
import { resolveCall } from '../../src/describe/resolve.js';
import { DescriptionError } from '../../src/errors.js';
import { parseCommandLine } from '../../src/cli/options.js';
import type { Style } from '../../src/decode/style.js';
import { styleOf } from '../../src/trace/calls.js';
import { structuredOptions } from '../../src/trace/event-reader.js';

/** `scalar`: what the printer of a number writes; `value`: anything, what other printers of their own write. */
export type Kind = 'integer' | 'constant' | 'descriptor' | 'scalar' | 'bytes' | 'value';

/** A decoded value. */
export interface Shape {
  readonly kinds: Set<Kind>;
  /** Members by name. */
  struct?: Map<string, Shape>;
  /** There are members without a name, or with names of their own. */
  open?: boolean;
  /** Elements. */
  items?: Shape;
  /** The kernel may have changed it: it may have `before` and `after`. */
  changed?: boolean;
}

/** The arguments of a call. */
export interface ArgumentShapes {
  readonly args: Map<string, Shape>;
  /** Some have no name: they are `_1`, `_2`, … */
  open: boolean;
}

/** Structures of more members are what many forms have in common: nothing is said about them. */
const MANY_MEMBERS = 100;

const one = (...kinds: Kind[]): Shape => ({ kinds: new Set(kinds) });

/** Lays `b` over `a`. */
function merge(a: Shape, b: Shape): Shape {
  for (const kind of b.kinds) a.kinds.add(kind);
  if (b.changed) a.changed = true;
  if (b.open) a.open = true;
  if (b.items) a.items = a.items ? merge(a.items, b.items) : copy(b.items);
  if (b.struct) {
    a.struct ??= new Map();
    mergeMembers(a.struct, b.struct);
    if (a.struct.size > MANY_MEMBERS) {
      a.struct = undefined;
      a.kinds.add('value');
    }
  }
  return a;
}

function mergeMembers(into: Map<string, Shape>, from: ReadonlyMap<string, Shape>): void {
  for (const [name, shape] of from) {
    const known = into.get(name);
    into.set(name, known ? merge(known, shape) : copy(shape));
  }
}

const copy = (shape: Shape): Shape => merge(one(), shape);
const all = (shapes: readonly Shape[]): Shape => shapes.reduce(merge, one());

const SCALARS: ReadonlySet<R['kind']> = new Set(['int', 'address', 'xlat', 'format', 'fd', 'pointer']);

/** Scalars in an object of which both states are shown may be changed. */
function changed(shape: Shape): Shape {
  shape.changed = true;
  if (shape.items) changed(shape.items);
  for (const member of shape.struct?.values() ?? []) changed(member);
  return shape;
}

function ofPointer(node: R & { kind: 'pointer' }): Shape {
  const inner = (to: R): Shape =>
    SCALARS.has(to.kind) && !node.options.bare ? { ...one('integer'), items: ofNode(to) } : ofNode(to);
  const parts = [one('integer'), inner(node.to)];
  if (node.after) parts.push(inner(node.after));
  if (node.failed) parts.push(inner(node.failed));
  if (node.options.boxed) parts.push({ ...one(), items: one('integer') });
  const shape = all(parts);
  return node.direction === 'inout' ? changed(shape) : shape;
}

function ofStruct(node: RStruct): Shape {
  if (node.render) return one('value');
  const shape: Shape = { ...one('integer'), struct: new Map() };
  if (node.versioned) shape.open = true;
  for (const field of node.fields) {
    if (field.hidden) continue;
    const member = ofNode(field.node);
    if (field.bare || (field.inline && !member.struct)) shape.open = true;
    else if (field.inline) {
      if (member.open) shape.open = true;
      mergeMembers(shape.struct!, member.struct!);
    } else {
      if (field.remark) member.kinds.add('constant');
      // A member that is shorter than it should be is shown as bytes.
      if (field.cut) member.kinds.add('bytes');
      if (field.changed || field.answer) changed(member);
      mergeMembers(shape.struct!, new Map([[field.label, member]]));
    }
  }
  return node.linked ? merge({ ...one('integer'), items: shape }, shape) : shape;
}

function ofNode(node: R): Shape {
  switch (node.kind) {
    case 'int':
    case 'address':
      return one('integer');
    case 'xlat':
      return one('constant');
    case 'format':
      return one('scalar');
    case 'blob':
      return one('value');
    case 'fd':
      return one('descriptor');
    case 'pointer':
      return ofPointer(node);
    case 'match':
      return all([...node.cases.map(([, r]) => ofNode(r)), ofNode(node.otherwise)]);
    case 'string':
      return one('bytes');
    case 'bytes':
      return one(node.as ? 'value' : 'bytes');
    case 'struct':
      return ofStruct(node);
    case 'whole':
      return all([ofNode(node.node), node.short ? ofNode(node.short) : one('integer')]);
    case 'chain':
      return { ...one('integer'), items: ofStruct(node.of) };
    case 'array':
      return node.render ? one('value') : { ...one('integer'), items: ofNode(node.of) };
    case 'zeroTerminated':
      return { ...one('integer'), items: ofNode(node.of) };
    case 'fdSet':
      return { ...one('integer'), items: one('descriptor') };
  }
}

function addArgument(to: ArgumentShapes, { node, hidden, named, shownAs }: RArgument): void {
  if (hidden) return;
  const name = shownAs.split('=', 1)[0];
  const shape = ofNode(node);
  if (named === false) to.open = true;
  else if (node.kind === 'pointer' && node.to.kind === 'struct' && node.to.spread && shape.struct) {
    mergeMembers(to.args, shape.struct);
    mergeMembers(to.args, new Map([[name, one('integer')]]));
  } else mergeMembers(to.args, new Map([[name, shape]]));
}

/** A form by itself; undefined where the personality does not have it: its sizes are those of another one. */
function resolveForm(name: string, call: Call, variant: Variant, style: Style): RList | undefined {
  const variants = { ...call.variants!, otherwise: variant, all: () => [] };
  try {
    return resolveCall(name, { ...call, variants }, style).plain;
  } catch (error) {
    if (error instanceof DescriptionError && style.abi.name !== 'x86_64') return undefined;
    throw error;
  }
}

/** The arguments of a call in every form that it can take, laid over those that are known. */
export function addShapes(to: ArgumentShapes, name: string, call: Call, style: Style): void {
  const { variants } = call;
  if (!variants) {
    for (const argument of resolveCall(name, call, style).plain.args) addArgument(to, argument);
    return;
  }
  for (const variant of new Set([variants.otherwise, ...variants.all()]))
    for (const argument of resolveForm(name, call, variant, style)?.args ?? []) addArgument(to, argument);
}

/** Descriptors are told of in every way. */
const parsed = parseCommandLine(['-yy', 'true'], 'tstrace');
if (parsed.kind !== 'trace') throw new Error('a plain command line is no trace');
const options = structuredOptions(parsed.options);

/** The style of arguments that are read back, as --json prints them. */
export const shapeStyle = (abi: Abi, abbrev: boolean): Style => ({ ...styleOf(options, abi.index, -1), abbrev });
