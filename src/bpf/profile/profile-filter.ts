// A container's profile as a filter: the architecture, then the number by a tree over ranges, then the arguments of its rules.
import { ARCHITECTURES, type Architecture } from '../architecture.js';
import type { Condition } from '../condition.js';
import { compileCondition } from '../condition.js';
import { Graph, layout, type GraphNode } from '../graph.js';
import { DATA_ARCH, DATA_NR, Op, X32_BIT, type Program } from '../instruction.js';
import { threadGraph } from '../optimize.js';
import { buildTree, intervalsOf, mergeIntervals, type Interval } from '../range-tree.js';
import { simplify } from '../simplify.js';
import type { Profile, ProfileArgument, ProfileRule } from './oci-profile.js';
import { RET } from './return-values.js';

/** Numbers by name, of an architecture's table; x32's calls begin with `x32_`. */
export type NumberOf = (arch: number, name: string) => number | undefined;

/** libseccomp's names of architectures to ours; x32 is a part of amd64. */
const NAMES: Readonly<Record<string, string>> = {
  X86_64: 'amd64',
  X86: 'i386',
  AARCH64: 'aarch64',
  RISCV64: 'riscv64',
  S390X: 's390x',
};

function compared({ index, op, value, valueTwo }: ProfileArgument): Condition {
  const operand = { arg: index, width: 64 } as const;
  if (op === 'MASKED_EQ') return { ...operand, op: 'eq', mask: value, value: valueTwo };
  return { ...operand, op: op.toLowerCase() as 'ne' | 'lt' | 'le' | 'eq' | 'ge' | 'gt', value };
}

/** All conditions of a rule hold together, but for several on one argument, of which one is enough, as in runc. */
function conditionOf(args: readonly ProfileArgument[]): Condition {
  const repeated = args.some((each, i) => args.findIndex(({ index }) => index === each.index) !== i);
  return { op: repeated ? 'or' : 'and', of: args.map(compared) };
}

class ProfileFilter {
  private readonly graph = new Graph();
  private readonly otherwise: GraphNode;

  constructor(
    private readonly profile: Profile,
    private readonly numberOf: NumberOf,
  ) {
    this.otherwise = this.graph.return(Op.RET_K, profile.defaultAction);
  }

  /** The first rule whose conditions hold decides. */
  private leaf(rules: readonly ProfileRule[]): GraphNode {
    return rules.reduceRight<GraphNode>((next, { action, args }) => {
      const taken = this.graph.return(Op.RET_K, action);
      const condition = args.length === 0 ? true : simplify(conditionOf(args));
      if (typeof condition === 'boolean') return condition ? taken : next;
      return compileCondition(this.graph, condition, taken, next);
    }, this.otherwise);
  }

  /** Names that a table does not have are passed by: profiles are written for many kernels. */
  private intervals(arch: Architecture, prefix: string): Interval[] {
    const byNumber = new Map<number, ProfileRule[]>();
    for (const rule of this.profile.rules)
      for (const name of rule.names) {
        const nr = this.numberOf(arch.audit, prefix + name);
        if (nr === undefined) continue;
        const known = byNumber.get(nr);
        if (known) known.push(rule);
        else byNumber.set(nr, [rule]);
      }
    return intervalsOf(new Map([...byNumber].map(([nr, rules]) => [nr, this.leaf(rules)])), this.otherwise);
  }

  private numbers(arch: Architecture, bad: GraphNode): GraphNode {
    let own = this.intervals(arch, '');
    if (arch.name === 'amd64') {
      // x32 has the architecture of amd64 and a bit in its numbers: without leave it is an architecture of its own.
      const x32 = this.profile.architectures.includes('X32') ? this.intervals(arch, 'x32_') : [{ start: 0, node: bad }];
      own = mergeIntervals([...before(own, X32_BIT), ...after(x32, X32_BIT)]);
    }
    const tree = buildTree(this.graph, own);
    return tree.kind === 'return' ? tree : this.graph.statement(Op.LD_W_ABS, DATA_NR, tree);
  }

  build(architectures: readonly Architecture[]): Program {
    const { graph } = this;
    // libseccomp's answer to architectures that the profile does not name (SCMP_FLTATR_ACT_BADARCH).
    const bad = graph.return(Op.RET_K, RET.KILL_THREAD);
    const checks = architectures.reduceRight<GraphNode>(
      (next, arch) => graph.branch(Op.JEQ_K, arch.audit, this.numbers(arch, bad), next),
      bad,
    );
    return layout(threadGraph(graph, graph.statement(Op.LD_W_ABS, DATA_ARCH, checks)));
  }
}

const before = (intervals: readonly Interval[], end: number): Interval[] =>
  intervals.filter(({ start }) => start < end);

function after(intervals: readonly Interval[], start: number): Interval[] {
  const inside = intervals.filter((each) => each.start > start);
  const first = intervals.filter((each) => each.start <= start).at(-1);
  return first ? [{ start, node: first.node }, ...inside] : inside;
}

/**
 * Compiles a profile. `own` is the architecture that is meant where the profile names none; architectures without a table here
 * are left out, so that their calls are refused.
 */
export function compileProfile(profile: Profile, own: Architecture, numberOf: NumberOf): Program {
  const named = profile.architectures.map((name) => NAMES[name]).filter((name) => name !== undefined);
  if (profile.architectures.includes('X32')) named.push('amd64');
  const wanted = ARCHITECTURES.filter(({ name }) => named.includes(name));
  return new ProfileFilter(profile, numberOf).build(wanted.length > 0 ? wanted : [own]);
}
