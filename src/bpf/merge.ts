// Stacked filters as one program: the kernel runs all filters of a thread, the newest first, and the strictest wins.
import { BpfError } from './bpf-error.js';
import { Graph, layout, type GraphNode } from './graph.js';
import { isBranch, isReturn, Op, RET_ALLOW, type Program } from './instruction.js';
import { threadGraph } from './optimize.js';
import { validate } from './validate.js';
import { stricter } from './verdict.js';

/**
 * One program with the verdicts of all. The first filter is the newest.
 * @throws BpfError for filters that return A, unless it is the only one, and when the whole is too long.
 */
export function mergeFilters(newestFirst: readonly Program[]): Program {
  for (const program of newestFirst) validate(program);
  if (newestFirst.length === 1) return newestFirst[0];
  const graph = new Graph();
  const done = new Map<string, GraphNode>();
  /** What remains when the filters before `index` have settled on `action`. */
  const from = (index: number, action: number): GraphNode => {
    if (index === newestFirst.length) return graph.return(Op.RET_K, action);
    const key = `${index},${action}`;
    let node = done.get(key);
    if (!node) {
      const program = newestFirst[index];
      const nodes = new Array<GraphNode>(program.length);
      for (let pc = program.length - 1; pc >= 0; pc--) {
        const { code, jt, jf, k } = program[pc];
        if (code === Op.RET_A) throw new BpfError('filter input', 'a filter that returns A cannot be joined', pc);
        if (isReturn(code)) nodes[pc] = from(index + 1, index === 0 ? k : stricter(action, k));
        else if (code === Op.JA) nodes[pc] = nodes[pc + 1 + k];
        else if (isBranch(code)) nodes[pc] = graph.branch(code, k, nodes[pc + 1 + jt], nodes[pc + 1 + jf]);
        else nodes[pc] = graph.statement(code, k, nodes[pc + 1]);
      }
      // Every filter begins with A and X at 0; most load A before they look at it.
      const first = program[0].code === Op.LD_W_ABS;
      const usesX = program.some(({ code }) => code === Op.TXA || code === Op.STX || (code & 8) !== 0);
      node = nodes[0];
      if (index > 0 && !first) node = graph.statement(Op.LD_IMM, 0, node);
      if (index > 0 && usesX) node = graph.statement(Op.LDX_IMM, 0, node);
      done.set(key, node);
    }
    return node;
  };
  const merged = layout(threadGraph(graph, from(0, RET_ALLOW)));
  validate(merged);
  return merged;
}
