// The filter behind -n: rules per ABI to a program. The strategies share one head; the cost model picks among them,
// and nothing is returned that did not pass verification.
import { BpfError } from './bpf-error.js';
import { compileCondition } from './condition.js';
import { compareCost, measureFilter, type FilterCost } from './cost.js';
import { checkFilterInput, leafOf, type AbiRules, type FilterInput, type Leaf } from './filter-input.js';
import { Graph, layout, layoutPlain, type GraphNode } from './graph.js';
import { ARCH_I386, ARCH_X86_64, DATA_ARCH, DATA_NR, Op, RET_ALLOW, RET_TRACE } from './instruction.js';
import type { Program } from './instruction.js';
import { threadGraph } from './optimize.js';
import { STRATEGIES, type Building, type Decisions, type Strategy, type StrategyBuilder } from './strategy.js';
import { verifyFilter } from './verify.js';

/** Figures of one strategy; `problem` says why it gave no program. */
export interface StrategyReport {
  readonly strategy: Strategy;
  readonly cost?: FilterCost;
  readonly problem?: string;
}

/** A verified program and the figures for --explain-filter. */
export interface CompiledFilter {
  readonly program: Program;
  readonly strategy: Strategy;
  readonly cost: FilterCost;
  /** The strategies tried; all of them when `explain` was asked for. */
  readonly strategies: readonly StrategyReport[];
}

/** Options of `compileFilter`. */
export interface CompileOptions {
  /** Try every strategy for the report, also those that cannot win. */
  readonly explain?: boolean;
  /** Restricts the choice. */
  readonly strategies?: readonly StrategyBuilder[];
}

class Lowering implements Building {
  readonly graph = new Graph();
  readonly trace = this.graph.return(Op.RET_K, RET_TRACE);
  readonly allow = this.graph.return(Op.RET_K, RET_ALLOW);
  hasChecks = false;

  private leaf(leaf: Leaf): GraphNode {
    switch (leaf.kind) {
      case 'allow':
        return this.allow;
      case 'trace':
        return this.graph.return(Op.RET_K, (RET_TRACE | leaf.rule) >>> 0);
      case 'check':
        this.hasChecks = true;
        return compileCondition(this.graph, leaf.condition, this.leaf(leaf.then), this.leaf(leaf.otherwise));
    }
  }

  /** One node per number of the table. */
  decisions(rules: AbiRules): GraphNode[] {
    const nodes = new Array<GraphNode>(rules.size);
    for (let nr = 0; nr < rules.size; nr++) {
      const leaf = leafOf(rules, nr);
      nodes[nr] = leaf.kind === 'allow' ? this.allow : this.leaf(leaf);
    }
    return nodes;
  }

  private withNumber(node: GraphNode): GraphNode {
    return node.kind === 'return' ? node : this.graph.statement(Op.LD_W_ABS, DATA_NR, node);
  }

  /** The whole filter; undefined when the strategy does not fit the input. `head` is the test for x86_64. */
  root(decisions: Decisions, strategy: StrategyBuilder): { root: GraphNode; head: GraphNode } | undefined {
    const { graph, trace } = this;
    const native = strategy.native(this, decisions);
    const compat = strategy.compat(this, decisions);
    if (!native || !compat) return undefined;
    const other = graph.branch(Op.JEQ_K, ARCH_I386, this.withNumber(compat), trace);
    const head = graph.branch(Op.JEQ_K, ARCH_X86_64, this.withNumber(native), other);
    const root = head.kind === 'return' ? head : graph.statement(Op.LD_W_ABS, DATA_ARCH, head);
    return { root, head };
  }
}

function lower(input: FilterInput): { lowering: Lowering; decisions: Decisions } {
  checkFilterInput(input);
  const lowering = new Lowering();
  return {
    lowering,
    decisions: {
      x86_64: lowering.decisions(input.x86_64),
      i386: lowering.decisions(input.i386),
      x32: lowering.decisions(input.x32),
    },
  };
}

/** The program of one strategy without sharing and optimisation: the twin for equivalence tests. Not verified. */
export function compilePlain(input: FilterInput, strategy: StrategyBuilder): Program | undefined {
  const { lowering, decisions } = lower(input);
  const built = lowering.root(decisions, strategy);
  return built && layoutPlain(built.root);
}

/**
 * Compiles and verifies a filter. Throws BpfError for rules that cannot be expressed, when no strategy fits the
 * kernel's 4096 instructions, and when a program disagrees with its input.
 */
export function compileFilter(input: FilterInput, options: CompileOptions = {}): CompiledFilter {
  const { lowering, decisions } = lower(input);
  const reports: StrategyReport[] = [];
  let best: { program: Program; strategy: Strategy; cost: FilterCost } | undefined;
  for (const strategy of options.strategies ?? STRATEGIES) {
    // The cost puts the bitmap first: what it can never answer for cannot win against what it answers for.
    if (!strategy.cacheable && best && best.cost.cacheable > 0 && !options.explain) continue;
    const { name } = strategy;
    try {
      const built = lowering.root(decisions, strategy);
      if (!built) {
        reports.push({ strategy: name, problem: 'too many numbers with a decision of their own' });
        continue;
      }
      const root = lowering.hasChecks ? threadGraph(lowering.graph, built.root) : built.root;
      const head = root.kind === 'statement' ? root.next : built.head;
      const program = layout(root, head);
      const cost = measureFilter(program, input);
      reports.push({ strategy: name, cost });
      if (!best || compareCost(cost, best.cost) < 0) best = { program, strategy: name, cost };
    } catch (error) {
      if (!(error instanceof BpfError) || error.fault !== 'program too long') throw error;
      reports.push({ strategy: name, problem: error.message });
    }
  }
  if (!best) throw new BpfError('program too long', reports.map((report) => report.problem).join('; '));
  verifyFilter(best.program, input);
  return { ...best, strategies: reports };
}
