// A policy sorted by action, for reading: calls by name, conditions, and what happens to numbers without a name.
import { archSyscallName, archSyscallNumbers } from '../abi/architectures.js';
import { X32_BIT } from '../bpf/instruction.js';
import { actionText } from '../bpf/notation.js';
import { isX32, ruleFor, type ArchPolicy, type NumberRange, type Policy, type Rule } from '../bpf/policy/policy.js';

/** One line under an action. */
export interface Entry {
  /** A call's name, a range of numbers, `x32`, or `<default>`. */
  readonly name: string;
  readonly kind: 'call' | 'numbers' | 'x32' | 'default';
  /** Alternatives; all conditions of one hold together. Empty: always. */
  readonly when: readonly (readonly string[])[];
  /** Whatever the other actions' conditions for this name do not catch. */
  readonly otherwise: boolean;
}

/** What gets one action. */
export interface ActionView {
  readonly action: string;
  readonly entries: readonly Entry[];
}

/** The policy of one architecture. */
export interface ArchView {
  readonly name: string;
  readonly constant: string;
  readonly actions: readonly ActionView[];
  /** Reasons why some conditions could not be listed. */
  readonly problems: readonly string[];
}

/** The whole policy. */
export interface PolicyView {
  readonly checksArch: boolean;
  readonly architectures: readonly ArchView[];
  /** What happens to every other architecture, by action; empty when the filter does not look. */
  readonly others: readonly ActionView[];
}

const COMPUTED = 'computed from the input';

function keyOf(rule: Rule): string {
  return JSON.stringify(rule.outcomes);
}

/** The rule of most of the numbers that have no name. */
function usualRule(ranges: readonly NumberRange[], known: ReadonlySet<number>): Rule {
  const sizes = new Map<string, { rule: Rule; size: number }>();
  for (const { first, last, rule } of ranges) {
    let size = last - first + 1;
    for (const nr of known) if (nr >= first && nr <= last) size--;
    const entry = sizes.get(keyOf(rule)) ?? { rule, size: 0 };
    entry.size += size;
    sizes.set(keyOf(rule), entry);
  }
  return [...sizes.values()].reduce((p, q) => (q.size > p.size ? q : p)).rule;
}

const hex = (nr: number): string => `0x${nr.toString(16)}`;

class Collector {
  private readonly actions = new Map<number | undefined, Entry[]>();
  readonly problems = new Set<string>();

  /** `usual`: conditions are told for what is not the usual action, if that is among the outcomes. */
  add(name: string, kind: Entry['kind'], rule: Rule, usual?: Rule): void {
    if (rule.problem !== undefined) this.problems.add(`${name}: ${rule.problem}`);
    const [common] = usual?.outcomes.length === 1 ? usual.outcomes : [];
    const hasCommon = rule.outcomes.length > 1 && rule.outcomes.some(({ action }) => action === common?.action);
    for (const { action, when, otherwise } of rule.outcomes) {
      const entries = this.actions.get(action) ?? [];
      entries.push({ name, kind, when, otherwise: hasCommon ? action === common?.action : otherwise });
      this.actions.set(action, entries);
    }
  }

  /** The mildest action first: the kernel orders them as signed numbers. */
  view(): ActionView[] {
    return [...this.actions]
      .sort(([p = -1], [q = -1]) => (q | 0) - (p | 0))
      .map(([action, entries]) => ({ action: action === undefined ? COMPUTED : actionText(action), entries }));
  }
}

/** Numbers without a name whose rule is not the usual one. */
function addNumbers(
  into: Collector,
  ranges: readonly NumberRange[],
  known: ReadonlySet<number>,
  usual: Rule,
  within: readonly [first: number, last: number],
): void {
  for (const range of ranges) {
    if (keyOf(range.rule) === keyOf(usual)) continue;
    const first = Math.max(range.first, within[0]);
    const last = Math.min(range.last, within[1]);
    let from = first;
    const flush = (to: number): void => {
      if (from <= to) into.add(from === to ? hex(from) : `${hex(from)}-${hex(to)}`, 'numbers', range.rule, usual);
    };
    for (const nr of known) {
      if (nr < first || nr > last) continue;
      flush(nr - 1);
      from = nr + 1;
    }
    flush(last);
  }
}

function archView(policy: ArchPolicy): ArchView {
  const { arch, ranges } = policy;
  const numbers = [...archSyscallNumbers(arch.audit)].sort((p, q) => p - q);
  const into = new Collector();
  const group = (own: readonly number[], within: readonly [number, number], kind: 'default' | 'x32'): void => {
    const known = new Set(own);
    const inside = ranges
      .filter(({ first, last }) => last >= within[0] && first <= within[1])
      .map(({ first, last, rule }) => ({ first: Math.max(first, within[0]), last: Math.min(last, within[1]), rule }));
    const usual = usualRule(inside, known);
    for (const nr of own) {
      const rule = ruleFor(policy, nr);
      if (keyOf(rule) !== keyOf(usual)) into.add(archSyscallName(arch.audit, nr) ?? hex(nr), 'call', rule, usual);
    }
    addNumbers(into, ranges, known, usual, within);
    into.add(kind === 'x32' ? 'x32 (sys_number >= 0x40000000)' : '<default>', kind, usual);
  };
  if (arch.name === 'amd64') {
    group(
      numbers.filter((nr) => !isX32(arch, nr)),
      [0, X32_BIT - 1],
      'default',
    );
    group(
      numbers.filter((nr) => isX32(arch, nr)),
      [X32_BIT, 0xffffffff],
      'x32',
    );
  } else group(numbers, [0, 0xffffffff], 'default');
  return { name: arch.name, constant: arch.constant, actions: into.view(), problems: [...into.problems] };
}

/** Sorts a policy for reading. */
export function viewPolicy(policy: Policy): PolicyView {
  const others = new Collector();
  if (policy.others.length > 0) {
    const usual = usualRule(policy.others, new Set());
    addNumbers(others, policy.others, new Set(), usual, [0, 0xffffffff]);
    others.add('<default>', 'default', usual);
  }
  return {
    checksArch: policy.checksArch,
    architectures: policy.architectures.map(archView),
    others: others.view(),
  };
}
