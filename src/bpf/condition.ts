// Conditions on the argument registers of a call: their meaning, their compilation, and the values worth testing.
import type { Graph, GraphNode } from './graph.js';
import { DATA_ARGS, Op } from './instruction.js';
import { buildTree, intervalsOf } from './range-tree.js';

/** An argument register, or its low 32 bits where the system call's type has no more. */
export interface Operand {
  /** 0 to 5. */
  readonly arg: number;
  readonly width: 32 | 64;
  /** Bits looked at; all of them by default. */
  readonly mask?: bigint;
}

/** `(arg & mask) op value`; values are taken modulo 2^width. */
export interface Comparison extends Operand {
  readonly op: 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';
  readonly value: bigint;
  /** Order comparisons are unsigned by default. */
  readonly signed?: boolean;
}

/** `(arg & mask)` is one of the values. */
export interface Membership extends Operand {
  readonly op: 'in';
  readonly values: readonly bigint[];
}

/** Everything a filter can decide about a call's arguments. An empty `and` is true, an empty `or` false. */
export type Condition =
  | Comparison
  | Membership
  | { readonly op: 'and'; readonly of: readonly Condition[] }
  | { readonly op: 'or'; readonly of: readonly Condition[] }
  | { readonly op: 'not'; readonly of: Condition };

/** Low and high words of the six arguments. */
export type ArgWords = readonly (readonly [number, number])[];

const SIGN = 0x80000000;
const ALL = 0xffffffff;

function low(value: bigint): number {
  return Number(BigInt.asUintN(32, value));
}

function high(value: bigint): number {
  return Number(BigInt.asUintN(32, value >> 32n));
}

/** Whether a condition holds: the reference that compiled programs are verified against. */
export function evaluateCondition(condition: Condition, args: ArgWords): boolean {
  switch (condition.op) {
    case 'and':
      return condition.of.every((part) => evaluateCondition(part, args));
    case 'or':
      return condition.of.some((part) => evaluateCondition(part, args));
    case 'not':
      return !evaluateCondition(condition.of, args);
  }
  const { arg, width, mask = -1n } = condition;
  const register = (BigInt(args[arg][1]) << 32n) | BigInt(args[arg][0]);
  const left = BigInt.asUintN(width, register & mask);
  if (condition.op === 'in') return condition.values.some((value) => BigInt.asUintN(width, value) === left);
  const wrap = condition.signed ? BigInt.asIntN : BigInt.asUintN;
  const a = wrap(width, left);
  const b = wrap(width, condition.value);
  switch (condition.op) {
    case 'eq':
      return a === b;
    case 'ne':
      return a !== b;
    case 'lt':
      return a < b;
    case 'le':
      return a <= b;
    case 'gt':
      return a > b;
    case 'ge':
      return a >= b;
  }
}

/** A = one half of the argument, masked, biased when signed; then `next`. */
function load(graph: Graph, operand: Operand, half: 0 | 1, biased: boolean, next: GraphNode): GraphNode {
  const mask = operand.mask === undefined ? ALL : half ? high(operand.mask) : low(operand.mask);
  let node = next;
  if (biased) node = graph.statement(Op.XOR_K, SIGN, node);
  if (mask !== ALL) node = graph.statement(Op.AND_K, mask, node);
  return graph.statement(Op.LD_W_ABS, DATA_ARGS + 8 * operand.arg + 4 * half, node);
}

/** Equality of one half; a masked comparison with 0 is a single JSET. */
function equalHalf(
  graph: Graph,
  operand: Operand,
  half: 0 | 1,
  value: number,
  yes: GraphNode,
  no: GraphNode,
): GraphNode {
  const mask = operand.mask === undefined ? ALL : half ? high(operand.mask) : low(operand.mask);
  if (mask === 0) return value === 0 ? yes : no;
  if (value === 0 && mask !== ALL) {
    return graph.statement(Op.LD_W_ABS, DATA_ARGS + 8 * operand.arg + 4 * half, graph.branch(Op.JSET_K, mask, no, yes));
  }
  return load(graph, operand, half, false, graph.branch(Op.JEQ_K, value, yes, no));
}

/** `>=` or `>` on the whole operand: the high halves decide unless they are equal. */
function compileOrder(graph: Graph, c: Comparison, strict: boolean, yes: GraphNode, no: GraphNode): GraphNode {
  const signed = c.signed === true;
  const code = strict ? Op.JGT_K : Op.JGE_K;
  const bias = (half: number): number => (signed ? (half ^ SIGN) >>> 0 : half);
  if (c.width === 32) return load(graph, c, 0, signed, graph.branch(code, bias(low(c.value)), yes, no));
  const lower = load(graph, c, 0, false, graph.branch(code, low(c.value), yes, no));
  const top = bias(high(c.value));
  return load(graph, c, 1, signed, graph.branch(Op.JGT_K, top, yes, graph.branch(Op.JEQ_K, top, lower, no)));
}

function compileMembership(graph: Graph, c: Membership, yes: GraphNode, no: GraphNode): GraphNode {
  const tops = new Map<number, Map<number, GraphNode>>();
  for (const value of c.values) {
    const top = c.width === 64 ? high(value) : 0;
    let group = tops.get(top);
    if (!group) tops.set(top, (group = new Map()));
    group.set(low(value), yes);
  }
  const lower = (group: ReadonlyMap<number, GraphNode>, found: GraphNode): GraphNode => {
    const leaves = new Map<number, GraphNode>();
    for (const value of group.keys()) leaves.set(value, found);
    return load(graph, c, 0, false, buildTree(graph, intervalsOf(leaves, no)));
  };
  if (tops.size === 0) return no;
  if (tops.size === 1) {
    // Low half first: most calls are decided by it.
    const [[top, group]] = tops;
    return lower(group, c.width === 32 ? yes : equalHalf(graph, c, 1, top, yes, no));
  }
  const groups = new Map<number, GraphNode>();
  for (const [top, group] of tops) groups.set(top, lower(group, yes));
  return load(graph, c, 1, false, buildTree(graph, intervalsOf(groups, no)));
}

/** The nodes that go to `yes` or to `no`; A is lost on the way. */
export function compileCondition(graph: Graph, condition: Condition, yes: GraphNode, no: GraphNode): GraphNode {
  switch (condition.op) {
    case 'and':
      return condition.of.reduceRight((rest, part) => compileCondition(graph, part, rest, no), yes);
    case 'or':
      return condition.of.reduceRight((rest, part) => compileCondition(graph, part, yes, rest), no);
    case 'not':
      return compileCondition(graph, condition.of, no, yes);
    case 'in':
      return compileMembership(graph, condition, yes, no);
    case 'eq': {
      const rest = condition.width === 64 ? equalHalf(graph, condition, 1, high(condition.value), yes, no) : yes;
      return equalHalf(graph, condition, 0, low(condition.value), rest, no);
    }
    case 'ne':
      return compileCondition(graph, { ...condition, op: 'eq' }, no, yes);
    case 'ge':
      return compileOrder(graph, condition, false, yes, no);
    case 'gt':
      return compileOrder(graph, condition, true, yes, no);
    case 'lt':
      return compileOrder(graph, condition, false, no, yes);
    case 'le':
      return compileOrder(graph, condition, true, no, yes);
  }
}

/** Adds to `into[arg]` the register values at which the condition may change: each value and mask, -1 and +1, sign bits. */
export function collectBoundaries(condition: Condition, into: readonly Set<bigint>[]): void {
  if (condition.op === 'and' || condition.op === 'or') {
    for (const part of condition.of) collectBoundaries(part, into);
  } else if (condition.op === 'not') collectBoundaries(condition.of, into);
  else {
    const values = condition.op === 'in' ? [...condition.values] : [condition.value];
    if (condition.mask !== undefined) values.push(condition.mask);
    for (const value of values) {
      for (const near of [value - 1n, value, value + 1n]) {
        into[condition.arg].add(BigInt.asUintN(64, near));
        into[condition.arg].add(BigInt.asUintN(32, near));
        into[condition.arg].add(BigInt.asUintN(64, near ^ (1n << 32n)));
        into[condition.arg].add(BigInt.asUintN(64, near ^ (1n << 63n)));
      }
    }
  }
}
