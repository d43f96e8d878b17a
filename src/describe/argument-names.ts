// What the arguments of a call are called: its own, those of its forms, and fields that stand for arguments.
import type { Argument, Call } from './call.js';
import type { Node } from './node.js';

/** Fields of a structure that stand for arguments (old calls of i386). */
export function spreadFields(node: Node): string[] {
  if (node.kind !== 'pointer' || node.to.kind !== 'struct' || !node.to.spread) return [];
  return node.to.fields.map((f) => f.name);
}

const namesOf = (args: readonly Argument[]): string[] =>
  args.flatMap(({ name, node }) => [name, ...spreadFields(node)]);

/** Names that all forms of a call have. */
export const ownArguments = (call: Call): string[] => namesOf(call.args);

/** Names that only some forms of a call have. */
export function variantArguments(call: Call): Set<string> {
  if (!call.variants) return new Set();
  return new Set([call.variants.otherwise, ...call.variants.all()].flatMap(({ args }) => namesOf(args)));
}

/** All names, for the index that scripts/lazy-calls.mjs makes. */
export const argumentNames = (call: Call): Set<string> => new Set([...ownArguments(call), ...variantArguments(call)]);
