// strace's second generator: a bit per number, 32 numbers a word. Short for scattered sets, but TAX and LSH keep the
// kernel from answering allowed calls from its bitmap, so it is chosen only when nothing else fits.
import type { Graph, GraphNode } from './graph.js';
import { DATA_NR, Op } from './instruction.js';

/** Most numbers with a decision other than plain trace and allow that are tested ahead of the array. */
const MAX_PEELS = 128;

/**
 * Decisions for the numbers base..base+decisions.length-1, with A = nr on entry; all others go to `trace`.
 * `base` is a multiple of 32. Undefined when too many numbers need a decision of their own.
 */
export function buildBitArray(
  graph: Graph,
  decisions: readonly GraphNode[],
  base: number,
  trace: GraphNode,
  allow: GraphNode,
): GraphNode | undefined {
  const peels: number[] = [];
  let node = trace;
  for (let word = Math.ceil(decisions.length / 32) - 1; word >= 0; word--) {
    let mask = 0;
    for (let bit = 0; bit < 32; bit++) {
      const decision = decisions[word * 32 + bit];
      if (decision !== undefined && decision !== trace && decision !== allow) peels.push(word * 32 + bit);
      if (decision === undefined || decision === trace) mask |= 1 << bit;
    }
    // What a word without a clear bit, or without a set one, does needs no look at the bit.
    let hit = allow;
    if (mask === -1) hit = trace;
    else if (mask !== 0) {
      hit = graph.statement(Op.TXA, 0, graph.branch(Op.JSET_K, mask >>> 0, trace, allow));
    }
    if (node !== hit) node = graph.branch(Op.JEQ_K, word, hit, node);
  }
  if (peels.length > MAX_PEELS) return undefined;
  if (node.kind !== 'return') {
    // A = nr / 32 in the end, X = 1 << (nr % 32).
    node = graph.statement(Op.RSH_K, 5, node);
    if (base !== 0) node = graph.statement(Op.SUB_K, base, node);
    node = graph.statement(Op.LD_W_ABS, DATA_NR, node);
    node = graph.statement(Op.TAX, 0, node);
    node = graph.statement(Op.LSH_X, 0, node);
    node = graph.statement(Op.LD_IMM, 1, node);
    node = graph.statement(Op.TAX, 0, node);
    node = graph.statement(Op.AND_K, 31, node);
  }
  for (const index of peels) node = graph.branch(Op.JEQ_K, base + index, decisions[index], node);
  return node;
}
