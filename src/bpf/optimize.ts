// The peephole optimiser: programs become a graph (which threads jumps, merges returns and tails, and drops dead code),
// then loads of what A holds already and comparisons whose outcome the path fixes are taken out, up to a fixpoint.
import { Graph, layout, topologicalOrder, type GraphNode } from './graph.js';
import { CLASS_ALU, CLASS_LD, isBranch, isReturn, Op, type Instruction, type Program } from './instruction.js';
import { findRefusal, validate } from './validate.js';

/** Bound on the work of one pass: pairs of a node and what is known there. */
const MAX_VISITS = 50_000;
const MAX_WORD = 0xffffffff;

type Range = readonly [low: number, high: number];

/** What is known on a path: which data word A holds (-1: something else), A's range, ranges of words seen before. */
interface Known {
  readonly source: number;
  readonly range: Range;
  readonly words: ReadonlyMap<number, Range>;
}

const FULL: Range = [0, MAX_WORD];
const NOTHING: Known = { source: -1, range: FULL, words: new Map() };

/** The graph of a valid program. */
export function toGraph(graph: Graph, program: Program): GraphNode {
  const nodes = new Array<GraphNode>(program.length);
  for (let pc = program.length - 1; pc >= 0; pc--) {
    const { code, jt, jf, k } = program[pc];
    if (isReturn(code)) nodes[pc] = graph.return(code, code === Op.RET_A ? 0 : k);
    else if (code === Op.JA) nodes[pc] = nodes[pc + 1 + k];
    else if (isBranch(code)) nodes[pc] = graph.branch(code, k, nodes[pc + 1 + jt], nodes[pc + 1 + jf]);
    else nodes[pc] = graph.statement(code, k, nodes[pc + 1]);
  }
  return nodes[0];
}

/** Ranges of A on both ways of a comparison with K; undefined for a way that cannot be taken. */
function splitRange(code: number, k: number, [low, high]: Range): [Range | undefined, Range | undefined] {
  switch (code) {
    case Op.JEQ_K:
      if (k < low || k > high) return [undefined, [low, high]];
      if (low === high) return [[low, high], undefined];
      return [
        [k, k],
        [k === low ? low + 1 : low, k === high ? high - 1 : high],
      ];
    case Op.JGT_K:
      if (k === MAX_WORD) return [undefined, [low, high]];
      return splitRange(Op.JGE_K, k + 1, [low, high]);
    case Op.JGE_K:
      if (low >= k) return [[low, high], undefined];
      if (high < k) return [undefined, [low, high]];
      return [
        [k, high],
        [low, k - 1],
      ];
    case Op.JSET_K:
      if (low === high) return low & k ? [[low, high], undefined] : [undefined, [low, high]];
      if (k === 0) return [undefined, [low, high]];
      return [
        [low, high],
        [low, high],
      ];
    default:
      return [
        [low, high],
        [low, high],
      ];
  }
}

/** What is known after a statement. */
function afterStatement(known: Known, code: number, k: number): Known {
  const { words } = known;
  if (code === Op.LD_W_ABS) return { source: k, range: words.get(k) ?? FULL, words };
  if (code === Op.LD_IMM) return { source: -1, range: [k, k], words };
  if (code === Op.AND_K) return { source: -1, range: [0, Math.min(k, known.range[1])], words };
  const changesA = (code & 7) === CLASS_LD || (code & 7) === CLASS_ALU || code === Op.TXA;
  return changesA ? { source: -1, range: FULL, words } : known;
}

class Threading {
  private readonly done = new Map<string, GraphNode>();
  private readonly loads = new Map<GraphNode, number>();
  exhausted = false;

  constructor(private readonly graph: Graph) {}

  /** Bits of the data words loaded at or below a node: knowledge of other words need not be kept apart. */
  private loadsBelow(node: GraphNode): number {
    let bits = this.loads.get(node);
    if (bits === undefined) {
      if (node.kind === 'return') bits = 0;
      else if (node.kind === 'branch') bits = this.loadsBelow(node.whenTrue) | this.loadsBelow(node.whenFalse);
      else bits = this.loadsBelow(node.next) | (node.code === Op.LD_W_ABS ? 1 << (node.k >> 2) : 0);
      this.loads.set(node, bits);
    }
    return bits;
  }

  private keyOf(node: GraphNode, known: Known): string {
    const bits = this.loadsBelow(node);
    let key = `${node.id}|${known.source}|${known.range[0]}|${known.range[1]}`;
    for (let word = 0; word < 16; word++) {
      const range = bits & (1 << word) ? known.words.get(word * 4) : undefined;
      if (range) key += `|${word}:${range[0]}:${range[1]}`;
    }
    return key;
  }

  private learn(known: Known, range: Range): Known {
    if (known.source < 0) return { ...known, range };
    return { source: known.source, range, words: new Map(known.words).set(known.source, range) };
  }

  /** The node to use instead of `node` on a path with this knowledge. */
  visit(node: GraphNode, known: Known): GraphNode {
    if (node.kind === 'return') return node;
    if (node.kind === 'statement' && node.code === Op.LD_W_ABS) {
      if (known.source === node.k) return this.visit(node.next, known);
      known = { source: -1, range: FULL, words: known.words };
    }
    const key = this.keyOf(node, known);
    let made = this.done.get(key);
    if (made) return made;
    if (this.done.size >= MAX_VISITS) {
      this.exhausted = true;
      return node;
    }
    if (node.kind === 'statement') {
      const next = this.visit(node.next, afterStatement(known, node.code, node.k));
      made = this.graph.statement(node.code, node.k, next);
    } else {
      const [yes, no] = splitRange(node.code, node.k, known.range);
      const whenTrue = yes && this.visit(node.whenTrue, this.learn(known, yes));
      const whenFalse = no && this.visit(node.whenFalse, this.learn(known, no));
      if (whenTrue && whenFalse) made = this.graph.branch(node.code, node.k, whenTrue, whenFalse);
      else made = whenTrue ?? whenFalse ?? node;
    }
    this.done.set(key, made);
    return made;
  }
}

/** Takes out loads and comparisons that paths make needless; never returns a graph with more nodes. */
export function threadGraph(graph: Graph, root: GraphNode): GraphNode {
  let size = topologicalOrder(root).length;
  for (;;) {
    const threading = new Threading(graph);
    const threaded = threading.visit(root, NOTHING);
    const threadedSize = topologicalOrder(threaded).length;
    if (threading.exhausted || threaded === root || threadedSize > size) return root;
    root = threaded;
    size = threadedSize;
  }
}

/** An equivalent program, no longer than the given one; throws BpfError when the kernel would refuse that one. */
export function optimize(program: Program): Instruction[] {
  validate(program);
  const graph = new Graph();
  const shorter = layout(threadGraph(graph, toGraph(graph, program)));
  // The kernel's check of scratch memory depends on the order of instructions, so a new order may fail it.
  return shorter.length <= program.length && !findRefusal(shorter) ? shorter : [...program];
}
