// How numbers are looked up in a filter: each strategy turns the decisions of an architecture into a graph. They are tried
// one after the other, and what the programs cost (cost.ts) picks among them.
import { buildBitArray } from './bit-array.js';
import type { FilterAbi } from './filter-input.js';
import type { Graph, GraphNode } from './graph.js';
import { Op, X32_BIT } from './instruction.js';
import { buildLinear, buildTree, mergeIntervals, type Interval } from './range-tree.js';

/** Names of the strategies, as --explain-filter prints them. */
export type Strategy = 'linear' | 'range-tree' | 'bit-array';

/** A node for each number of each table (x32 without its bit). */
export type Decisions = Readonly<Record<FilterAbi, readonly GraphNode[]>>;

/** What a strategy builds with; numbers behind a table go to `trace`. */
export interface Building {
  readonly graph: Graph;
  readonly trace: GraphNode;
  readonly allow: GraphNode;
}

/** A way to look up numbers. Both methods get A = nr, and give undefined where the strategy does not fit. */
export interface StrategyBuilder {
  readonly name: Strategy;
  /** Whether the kernel can answer allowed calls from its bitmap (kernel/seccomp.c, seccomp_is_const_allow, since 5.11). */
  readonly cacheable: boolean;
  /** The numbers of AUDIT_ARCH_X86_64: x86_64's own and, with their bit, x32's. */
  native(building: Building, decisions: Decisions): GraphNode | undefined;
  /** The numbers of AUDIT_ARCH_I386. */
  compat(building: Building, decisions: Decisions): GraphNode | undefined;
}

function intervals({ trace }: Building, decisions: readonly GraphNode[], base: number): Interval[] {
  const all = decisions.map((node, nr) => ({ start: base + nr, node }));
  all.push({ start: base + decisions.length, node: trace });
  return mergeIntervals(all);
}

/** Both tables lie in one number space: a border that happens to fall on the x32 bit costs nothing more. */
const whole = (building: Building, { x86_64, x32 }: Decisions): Interval[] =>
  mergeIntervals([...intervals(building, x86_64, 0), ...intervals(building, x32, X32_BIT)]);

/** Borders in a row from which on a chain for each table is shorter than one chain for both. */
const CHAIN = 8;

/** One number or border after the other. */
export const linear: StrategyBuilder = {
  name: 'linear',
  cacheable: true,
  native(building, decisions) {
    const own = intervals(building, decisions.x86_64, 0);
    const x32 = intervals(building, decisions.x32, X32_BIT);
    const { graph } = building;
    if (own.length + x32.length < CHAIN) return buildLinear(graph, whole(building, decisions));
    return graph.branch(Op.JGE_K, X32_BIT, buildLinear(graph, x32), buildLinear(graph, own));
  },
  compat: (building, { i386 }) => buildLinear(building.graph, intervals(building, i386, 0)),
};

/** A balanced search over borders, with buckets. */
export const rangeTree: StrategyBuilder = {
  name: 'range-tree',
  cacheable: true,
  native: (building, decisions) => buildTree(building.graph, whole(building, decisions)),
  compat: (building, { i386 }) => buildTree(building.graph, intervals(building, i386, 0)),
};

/** A bit for each number, as strace builds it for scattered sets. */
export const bitArray: StrategyBuilder = {
  name: 'bit-array',
  cacheable: false,
  native({ graph, trace, allow }, decisions) {
    const x32 = buildBitArray(graph, decisions.x32, X32_BIT, trace, allow);
    const own = buildBitArray(graph, decisions.x86_64, 0, trace, allow);
    return x32 && own && graph.branch(Op.JGE_K, X32_BIT, x32, own);
  },
  compat: ({ graph, trace, allow }, { i386 }) => buildBitArray(graph, i386, 0, trace, allow),
};

/** All strategies, in the order in which they are tried: the cacheable ones first. */
export const STRATEGIES: readonly StrategyBuilder[] = [linear, rangeTree, bitArray];
