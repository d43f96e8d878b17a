// What registers tell about --trace-fds and -P: descriptors that are arguments themselves can be compared in the filter;
// those in memory, and paths, cannot.
import type { Condition } from '../bpf/condition.js';
import type { Call } from '../describe/call.js';
import type { RArgument } from '../describe/resolve.js';
import { resolveRegisters } from '../describe/resolve.js';
import type { Style } from '../decode/style.js';
import { touches } from '../decode/touch.js';
import { both, describedCondition, either, exactly, known, UNKNOWN, type Bounds } from './bounds.js';

/** A set of descriptors: its members, or all but its members. */
export interface DescriptorSet extends Iterable<number> {
  readonly inverted: boolean;
}

/** What is to be touched. */
export interface TouchRequest {
  readonly hasPaths: boolean;
  readonly descriptors: DescriptorSet | undefined;
}

/** Numbers below 0 are no descriptors, whatever the set. */
function membership({ register }: RArgument, set: DescriptorSet): Condition {
  const operand = { arg: register, width: 32 } as const;
  const values = [...set].filter((fd) => fd >= 0).map(BigInt);
  const member: Condition = { ...operand, op: 'in', values };
  if (!set.inverted) return member;
  return {
    op: 'and',
    of: [
      { ...operand, op: 'ge', value: 0n, signed: true },
      { op: 'not', of: member },
    ],
  };
}

function argumentBounds(argument: RArgument, { hasPaths, descriptors }: TouchRequest): Bounds {
  const { node, when } = argument;
  if (node.kind === 'fd') {
    if (hasPaths) return UNKNOWN;
    if (!descriptors) return known(false);
    return both([describedCondition(when), exactly(membership(argument, descriptors))]);
  }
  // A path alone is not looked at when descriptors are asked for.
  const isPath = node.kind === 'pointer' && node.to.kind === 'string';
  return isPath && !hasPaths ? known(false) : UNKNOWN;
}

/** What registers say about whether a call touches what is asked for. */
export function touchBounds(name: string, call: Call | undefined, style: Style, request: TouchRequest): Bounds {
  // A call without a description touches nothing that is known.
  if (!call) return known(false);
  const args = resolveRegisters(name, call, style, ({ node }) => touches(node));
  return either(args.map((argument) => argumentBounds(argument, request)));
}
