// A filter built anew from what it means: the architecture first, then the number by comparisons alone, arguments last.
// So the kernel's bitmap can answer every call that is always allowed, whatever the original looked like.
import { BpfError } from './bpf-error.js';
import { Diagrams, type Node } from './decision/diagrams.js';
import type { Expression } from './decision/expression.js';
import { programFunction, VariableOrder } from './decision/program-function.js';
import { regionsOf } from './decision/regions.js';
import { specialiseCall, type Decision } from './decision/specialise.js';
import { Graph, layout, type GraphNode } from './graph.js';
import { DATA_ARCH, DATA_NR, Op, type Program } from './instruction.js';
import { threadGraph } from './optimize.js';
import { buildLinear, buildTree, type Interval } from './range-tree.js';
import { verdictOf } from './verdict.js';

/** Raised inside for terms that need a second register. */
class NoCode extends Error {}

class Synthesis {
  private readonly graph = new Graph();
  private readonly diagrams = new Diagrams();
  private readonly order: VariableOrder;

  constructor(private readonly program: Program) {
    this.order = new VariableOrder([program]);
  }

  /** A = the term; then `next`. */
  private value(term: Expression, next: GraphNode): GraphNode {
    const { graph } = this;
    switch (term.kind) {
      case 'constant':
        return graph.statement(Op.LD_IMM, term.value, next);
      case 'word':
        return graph.statement(Op.LD_W_ABS, term.offset, next);
      case 'operation': {
        if (term.code === Op.NEG) return this.value(term.left, graph.statement(Op.NEG, 0, next));
        if (term.right.kind !== 'constant') throw new NoCode();
        return this.value(term.left, graph.statement(term.code, term.right.value, next));
      }
    }
  }

  private decision(node: Decision, done: Map<Decision, GraphNode>): GraphNode {
    let made = done.get(node);
    if (made) return made;
    if (node.kind === 'return') {
      if (node.value.kind !== 'constant') made = this.value(node.value, this.graph.return(Op.RET_A, 0));
      else made = this.graph.return(Op.RET_K, verdictOf(node.value.value));
    } else {
      const { code, left, right } = node.test;
      if (right.kind !== 'constant') throw new NoCode();
      const yes = this.decision(node.whenTrue, done);
      const no = this.decision(node.whenFalse, done);
      made = this.value(left, this.graph.branch(code, right.value, yes, no));
    }
    done.set(node, made);
    return made;
  }

  private leaf(arch: number, nr: number, rest: Node): GraphNode {
    const { diagrams } = this;
    if (diagrams.isEnd(rest)) return this.graph.return(Op.RET_K, diagrams.word(rest));
    return this.decision(specialiseCall(this.program, arch, nr), new Map());
  }

  /** Decides by the number, in A. */
  private numbers(arch: number, node: Node, build: typeof buildLinear): GraphNode {
    // Numbers with the same meaning share one leaf.
    const leaves = new Map<Node, GraphNode>();
    const intervals = regionsOf(this.diagrams, this.order, node, DATA_NR / 4).map(({ first, rest }): Interval => {
      let leaf = leaves.get(rest);
      if (!leaf) leaves.set(rest, (leaf = this.leaf(arch, first, rest)));
      return { start: first, node: leaf };
    });
    const tree = build(this.graph, intervals);
    return intervals.length === 1 ? tree : this.graph.statement(Op.LD_W_ABS, DATA_NR, tree);
  }

  build(build: typeof buildLinear): Program {
    const root = programFunction(this.diagrams, this.order, this.program);
    const intervals = regionsOf(this.diagrams, this.order, root, DATA_ARCH / 4).map(({ first, rest }): Interval => ({
      start: first,
      node: this.numbers(first, rest, build),
    }));
    const tree = buildLinear(this.graph, intervals);
    const whole = intervals.length === 1 ? tree : this.graph.statement(Op.LD_W_ABS, DATA_ARCH, tree);
    return layout(threadGraph(this.graph, whole));
  }
}

/** Programs with the same verdicts, number by number; none where the filter cannot be taken apart like that. */
export function synthesise(program: Program): Program[] {
  const builders: readonly (typeof buildLinear)[] = [buildLinear, (graph, intervals) => buildTree(graph, intervals)];
  return builders.flatMap((builder) => {
    try {
      return [new Synthesis(program).build(builder)];
    } catch (error) {
      const tooMuch = error instanceof BpfError && ['too complex', 'program too long'].includes(error.fault);
      if (error instanceof NoCode || tooMuch) return [];
      throw error;
    }
  });
}
