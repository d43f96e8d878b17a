// Decisions over A for a partition of the unsigned 32-bit numbers: as a linear chain or as a balanced tree with buckets.
// Only JEQ and JGE are used, so the kernel's bitmap keeps working.
import type { Graph, GraphNode } from './graph.js';
import { Op } from './instruction.js';

/** Numbers from `start` up to the next interval's start go to `node`. */
export interface Interval {
  readonly start: number;
  readonly node: GraphNode;
}

/** The end of the number space, one past 0xffffffff. */
export const NUMBER_END = 0x100000000;

/** Most comparisons in a row before a tree splits. */
const BUCKET = 4;
/** How far from the middle a cheaper split may lie: the larger side's share of all comparisons. */
const SKEW = 0.7;

/** Joins neighbours with the same node; the starts must ascend. */
export function mergeIntervals(intervals: readonly Interval[]): Interval[] {
  const merged: Interval[] = [];
  for (const interval of intervals) {
    if (merged.length === 0 || merged[merged.length - 1].node !== interval.node) merged.push(interval);
  }
  return merged;
}

/** Intervals of a few numbers on a common background, over the whole number space. */
export function intervalsOf(leaves: ReadonlyMap<number, GraphNode>, background: GraphNode): Interval[] {
  const intervals: Interval[] = [{ start: 0, node: background }];
  for (const nr of [...leaves.keys()].sort((p, q) => p - q)) {
    const last = intervals[intervals.length - 1];
    const node = leaves.get(nr) ?? background;
    if (last.start === nr) intervals.pop();
    intervals.push({ start: nr, node });
    if (nr + 1 < NUMBER_END) intervals.push({ start: nr + 1, node: background });
  }
  return mergeIntervals(intervals);
}

/** Single numbers taken out by JEQ, and what is left of the partition after that. */
interface Plan {
  readonly peels: Interval[];
  readonly bands: Interval[];
}

/** The fewest comparisons for a stretch: a number between two equal neighbours costs one JEQ, not two JGE. */
function plan(intervals: readonly Interval[], first: number, end: number): Plan {
  const peels: Interval[] = [];
  const bands: Interval[] = [intervals[first]];
  for (let i = first + 1; i < end; i++) {
    const interval = intervals[i];
    const band = bands[bands.length - 1];
    const next = i + 1 < end ? intervals[i + 1] : undefined;
    if (interval.node === band.node) continue;
    if (next && next.node === band.node && next.start === interval.start + 1) peels.push(interval);
    else bands.push(interval);
  }
  return { peels, bands };
}

/** `costs[i]`: comparisons of `plan` for the intervals first..i (walking up) or i..end-1 (walking down). */
function planCosts(intervals: readonly Interval[], first: number, end: number, down: boolean): Uint32Array {
  const costs = new Uint32Array(end - first);
  const step = down ? -1 : 1;
  let band = intervals[down ? end - 1 : first].node;
  let cost = 0;
  // A peel is only known to be one when its far neighbour comes into the stretch; until then it counts the same.
  for (let i = down ? end - 2 : first + 1; i >= first && i < end; i += step) {
    const { node, start } = intervals[i];
    if (node !== band) {
      cost++;
      const beyond = i + step >= first && i + step < end ? intervals[i + step] : undefined;
      const single = i + 1 < intervals.length && intervals[i + 1].start === start + 1;
      if (!(beyond && beyond.node === band && single)) band = node;
    }
    costs[i - first] = cost;
  }
  return costs;
}

/** Borders as a balanced search by JGE: as many comparisons as a chain, but fewer on each way. */
function searchBands(graph: Graph, bands: readonly Interval[], first: number, end: number): GraphNode {
  if (end - first === 1) return bands[first].node;
  const middle = (first + end) >>> 1;
  const above = searchBands(graph, bands, middle, end);
  return graph.branch(Op.JGE_K, bands[middle].start, above, searchBands(graph, bands, first, middle));
}

/** A chain: JEQ for the single numbers, then JGE for the borders, the lowest first unless `balanced`. */
function chain(graph: Graph, intervals: readonly Interval[], first: number, end: number, balanced: boolean): GraphNode {
  const { peels, bands } = plan(intervals, first, end);
  let node: GraphNode;
  if (balanced) node = searchBands(graph, bands, 0, bands.length);
  else {
    node = bands[bands.length - 1].node;
    for (let i = bands.length - 1; i > 0; i--) {
      node = graph.branch(Op.JGE_K, bands[i].start, node, bands[i - 1].node);
    }
  }
  for (let i = peels.length - 1; i >= 0; i--) node = graph.branch(Op.JEQ_K, peels[i].start, peels[i].node, node);
  return node;
}

/** Tests one number or border after the other. */
export function buildLinear(graph: Graph, intervals: readonly Interval[]): GraphNode {
  return chain(graph, intervals, 0, intervals.length, false);
}

/** A balanced tree; splits that fall on a border which must be tested anyway are preferred. */
export function buildTree(graph: Graph, intervals: readonly Interval[], bucket = BUCKET): GraphNode {
  const build = (first: number, end: number): GraphNode => {
    const up = planCosts(intervals, first, end, false);
    const total = up[end - first - 1];
    if (total <= bucket) return chain(graph, intervals, first, end, true);
    const down = planCosts(intervals, first, end, true);
    let best = -1;
    let bestScore = Infinity;
    for (let i = first + 1; i < end; i++) {
      const below = up[i - 1 - first];
      const above = down[i - first];
      const larger = Math.max(below, above);
      if (larger > SKEW * total && larger > bucket) continue;
      // Buckets are filled up where possible: ceil() is the number of buckets a side will need.
      const leaves = Math.ceil(below / bucket) + Math.ceil(above / bucket);
      const score = (below + above + leaves) * 1000 + larger;
      if (score < bestScore) {
        best = i;
        bestScore = score;
      }
    }
    if (best < 0) best = (first + end) >>> 1;
    const above = build(best, end);
    return graph.branch(Op.JGE_K, intervals[best].start, above, build(first, best));
  };
  return build(0, intervals.length);
}
