// Programs as a graph of decisions. Equal nodes are made once, so common tails, merged returns, dropped dead code and
// threaded jumps need no passes of their own; layout turns a graph back into instructions.
import { BpfError } from './bpf-error.js';
import { ProgramBuilder, type Label } from './builder.js';
import { MAX_INSTRUCTIONS, type Instruction } from './instruction.js';

/** Ends the program. */
export interface ReturnNode {
  readonly kind: 'return';
  readonly id: number;
  readonly code: number;
  readonly k: number;
}

/** Loads, stores and arithmetic. */
export interface StatementNode {
  readonly kind: 'statement';
  readonly id: number;
  readonly code: number;
  readonly k: number;
  readonly next: GraphNode;
}

/** A comparison of A with K or X. */
export interface BranchNode {
  readonly kind: 'branch';
  readonly id: number;
  readonly code: number;
  readonly k: number;
  readonly whenTrue: GraphNode;
  readonly whenFalse: GraphNode;
}

export type GraphNode = ReturnNode | StatementNode | BranchNode;

/** Makes nodes from the leaves up; equal arguments give the same node. */
export class Graph {
  private readonly nodes = new Map<string, GraphNode>();
  private count = 0;

  return(code: number, k: number): GraphNode {
    const key = `r${code},${k}`;
    return this.nodes.get(key) ?? this.add(key, { kind: 'return', id: this.count, code, k });
  }

  statement(code: number, k: number, next: GraphNode): GraphNode {
    const key = `s${code},${k},${next.id}`;
    return this.nodes.get(key) ?? this.add(key, { kind: 'statement', id: this.count, code, k, next });
  }

  /** A branch; the comparison vanishes when both ways lead to the same node. */
  branch(code: number, k: number, whenTrue: GraphNode, whenFalse: GraphNode): GraphNode {
    if (whenTrue === whenFalse) return whenTrue;
    const key = `b${code},${k},${whenTrue.id},${whenFalse.id}`;
    return this.nodes.get(key) ?? this.add(key, { kind: 'branch', id: this.count, code, k, whenTrue, whenFalse });
  }

  private add(key: string, node: GraphNode): GraphNode {
    this.count++;
    this.nodes.set(key, node);
    return node;
  }
}

/**
 * Nodes in an order in which every edge leads forward, the way not taken right behind its branch.
 * Throws BpfError when there are more nodes than a program may have instructions.
 */
export function topologicalOrder(root: GraphNode, trueFirst?: GraphNode): GraphNode[] {
  const seen = new Set<GraphNode>();
  const finished: GraphNode[] = [];
  const visit = (node: GraphNode): void => {
    if (seen.has(node)) return;
    // Every node takes an instruction, so there is no use in going deeper.
    if (seen.size === MAX_INSTRUCTIONS) throw new BpfError('program too long', `more than ${MAX_INSTRUCTIONS} nodes`);
    seen.add(node);
    if (node.kind === 'statement') visit(node.next);
    else if (node.kind === 'branch') {
      visit(node === trueFirst ? node.whenFalse : node.whenTrue);
      visit(node === trueFirst ? node.whenTrue : node.whenFalse);
    }
    finished.push(node);
  };
  visit(root);
  return finished.reverse();
}

/**
 * Instructions of a graph, each node once. `trueFirst` names a branch whose taken side comes first.
 * Throws BpfError beyond the kernel's limit.
 */
export function layout(root: GraphNode, trueFirst?: GraphNode): Instruction[] {
  const builder = new ProgramBuilder();
  const order = topologicalOrder(root, trueFirst);
  const labels = new Map<GraphNode, Label>();
  for (const node of order) labels.set(node, builder.label());
  const labelOf = (node: GraphNode): Label => labels.get(node) ?? builder.label('node out of order');
  for (let i = 0; i < order.length; i++) {
    const node = order[i];
    builder.place(labelOf(node));
    if (node.kind === 'branch') builder.branch(node.code, node.k, labelOf(node.whenTrue), labelOf(node.whenFalse));
    else builder.statement(node.code, node.k);
    if (node.kind === 'statement' && order[i + 1] !== node.next) builder.goto(labelOf(node.next));
  }
  return builder.build();
}

/** Instructions of a graph without any sharing: the plain program that optimised ones are compared with. */
export function layoutPlain(root: GraphNode): Instruction[] {
  const builder = new ProgramBuilder();
  let emitted = 0;
  const emit = (node: GraphNode): void => {
    if (emitted++ === MAX_INSTRUCTIONS) throw new BpfError('program too long', `more than ${MAX_INSTRUCTIONS} nodes`);
    if (node.kind === 'branch') {
      const taken = builder.label();
      builder.branch(node.code, node.k, taken);
      emit(node.whenFalse);
      builder.place(taken);
      emit(node.whenTrue);
    } else {
      builder.statement(node.code, node.k);
      if (node.kind === 'statement') emit(node.next);
    }
  };
  emit(root);
  return builder.build();
}
