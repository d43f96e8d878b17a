// What a filter means: for every architecture, what happens to each system call, and under which conditions.
import { ARCHITECTURES, type Architecture } from '../architecture.js';
import { BpfError } from '../bpf-error.js';
import { Diagrams, type Node } from '../decision/diagrams.js';
import { programFunction, VariableOrder } from '../decision/program-function.js';
import { regionsOf, type Region } from '../decision/regions.js';
import { specialiseCall, type Decision } from '../decision/specialise.js';
import { DATA_ARCH, type Program, X32_BIT } from '../instruction.js';
import { verdictOf } from '../verdict.js';
import { wayTexts, type WordNames } from './condition-text.js';
import { waysOf } from './ways.js';

/** What happens on some ways of a call. */
export interface Outcome {
  /** Verdict, see verdict.ts; undefined when the action itself is computed from the input. */
  readonly action: number | undefined;
  /** Alternatives; all conditions of one hold together. Empty: always. */
  readonly when: readonly (readonly string[])[];
  /** The outcome of whatever no other outcome's conditions catch. */
  readonly otherwise: boolean;
}

/** Outcomes of a call, or why they cannot be listed. */
export interface Rule {
  readonly outcomes: readonly Outcome[];
  readonly problem?: string;
}

/** Consecutive numbers (as in seccomp_data) with one rule. */
export interface NumberRange {
  readonly first: number;
  readonly last: number;
  readonly rule: Rule;
}

/** The policy for one architecture. */
export interface ArchPolicy {
  readonly arch: Architecture;
  /** All numbers, in ascending order. */
  readonly ranges: readonly NumberRange[];
}

/** The policy of a filter. */
export interface Policy {
  /** Whether the filter looks at the architecture at all; if not, `architectures` holds the one that was assumed. */
  readonly checksArch: boolean;
  readonly architectures: readonly ArchPolicy[];
  /** What happens to all other architectures. */
  readonly others: readonly NumberRange[];
}

/** Tables of system calls. */
export interface PolicyNames {
  /** All numbers that have a name. */
  readonly numbers: (arch: number) => readonly number[];
  readonly parameters: (
    arch: number,
    nr: number,
  ) => readonly { readonly name: string; readonly type: string }[] | undefined;
}

/** C types of which the kernel looks at 32 bits at most. */
const NARROW =
  /^(?:const )?(?:unsigned(?: int)?|int|u(?:nsigned )?(?:short|char)|u?int(?:8|16|32)_t|u(?:8|16|32)|__u(?:8|16|32)|__s32|s32|umode_t|mode_t|pid_t|uid_t|gid_t|clockid_t|timer_t|key_t|key_serial_t|mqd_t|qid_t|rwf_t|old_[ug]id_t|compat_\w+)$/;

/** Whether a parameter of this C type has no more than 32 bits that count. */
export function isNarrowType(type: string): boolean {
  return NARROW.test(type);
}

function samePath(p: readonly string[], q: readonly string[]): boolean {
  return p.length === q.length && p.every((text, i) => text === q[i]);
}

/** `a == 1` and `a == 2`, all else equal, as `a in {1, 2}`. */
function mergeValues(alternatives: readonly (readonly string[])[]): string[][] {
  const groups: { at: number; name: string; rest: string[]; values: string[]; first: readonly string[] }[] = [];
  const merged: string[][] = [];
  for (const conditions of alternatives) {
    const at = conditions.findLastIndex((text) => / == 0x[0-9a-f]+$/.test(text));
    if (at < 0) {
      merged.push([...conditions]);
      continue;
    }
    const [name, value] = conditions[at].split(' == ');
    const rest = conditions.filter((_, i) => i !== at);
    const group = groups.find((g) => g.name === name && g.at === at && samePath(g.rest, rest));
    if (group) group.values.push(value);
    else {
      const made = { at, name, rest, values: [value], first: conditions };
      groups.push(made);
      // Keeps the order of first appearance.
      merged.push([`\0${groups.length - 1}`]);
    }
  }
  return merged.map((conditions) => {
    const mark = /^\0(\d+)$/.exec(conditions[0] ?? '');
    if (!mark) return conditions;
    const { at, name, rest, values, first } = groups[Number(mark[1])];
    if (values.length === 1) return [...first];
    const text = `${name} in {${values.join(', ')}}`;
    return [...rest.slice(0, at), text, ...rest.slice(at)];
  });
}

function ruleOf(decision: Decision, names: WordNames): Rule {
  const ways = waysOf(decision);
  const byAction = new Map<number | undefined, { when: string[][]; share: number }>();
  for (const way of ways) {
    const action = way.value.kind === 'constant' ? verdictOf(way.value.value) : undefined;
    const group = byAction.get(action) ?? { when: [], share: 0 };
    const texts = wayTexts(way, names);
    if (!group.when.some((other) => samePath(other, texts))) group.when.push(texts);
    group.share += way.share;
    byAction.set(action, group);
  }
  if (byAction.size === 1)
    return { outcomes: [...byAction.keys()].map((action) => ({ action, when: [], otherwise: false })) };
  const most = Math.max(...[...byAction.values()].map(({ share }) => share));
  const usual = [...byAction].findLast(([, { share }]) => share === most)?.[0];
  return {
    outcomes: [...byAction].map(([action, { when }]) => ({
      action,
      when: mergeValues(when),
      otherwise: action === usual,
    })),
  };
}

class PolicyReader {
  private readonly diagrams = new Diagrams();
  private readonly order: VariableOrder;

  constructor(
    private readonly program: Program,
    private readonly names: PolicyNames,
  ) {
    this.order = new VariableOrder([program]);
  }

  private rule(arch: Architecture, nr: number, rest: Node): Rule {
    const { diagrams } = this;
    if (diagrams.isEnd(rest)) return { outcomes: [{ action: diagrams.word(rest), when: [], otherwise: false }] };
    const parameters = this.names.parameters(arch.audit, nr) ?? [];
    try {
      return ruleOf(specialiseCall(this.program, arch.audit, nr), {
        bigEndian: arch.bigEndian,
        parameters: parameters.map(({ name }) => name),
        isNarrow: (argument) => arch.bits === 32 || isNarrowType(parameters[argument]?.type ?? ''),
      });
    } catch (error) {
      if (!(error instanceof BpfError) || error.fault !== 'too complex') throw error;
      return {
        outcomes: diagrams.words(rest).map((action) => ({ action, when: [], otherwise: false })),
        problem: error.message,
      };
    }
  }

  private ranges(arch: Architecture, node: Node): NumberRange[] {
    const known = [...this.names.numbers(arch.audit)].sort((p, q) => p - q);
    return regionsOf(this.diagrams, this.order, node, 0).flatMap(({ first, last, rest }) => {
      const range = (from: number, to: number): NumberRange => ({
        first: from,
        last: to,
        rule: this.rule(arch, from, rest),
      });
      if (this.diagrams.isEnd(rest)) return [range(first, last)];
      // Conditions name parameters, so every call that has some gets a rule of its own.
      const ranges: NumberRange[] = [];
      let from = first;
      for (const nr of known) {
        if (nr < from || nr > last) continue;
        if (nr > from) ranges.push(range(from, nr - 1));
        ranges.push(range(nr, nr));
        from = nr + 1;
      }
      if (from <= last) ranges.push(range(from, last));
      return ranges;
    });
  }

  read(assumed: Architecture): Policy {
    const root = programFunction(this.diagrams, this.order, this.program);
    const regions = regionsOf(this.diagrams, this.order, root, DATA_ARCH / 4);
    if (regions.length === 1) {
      return { checksArch: false, architectures: [{ arch: assumed, ranges: this.ranges(assumed, root) }], others: [] };
    }
    const size = ({ first, last }: Region): number => last - first + 1;
    const largest = regions.reduce((p, q) => (size(q) > size(p) ? q : p));
    const own = regions.filter(({ rest }) => rest !== largest.rest);
    const architectures = own.flatMap((region) => {
      // Ranges of architectures, which nobody writes on purpose, count by those that exist.
      const known = ARCHITECTURES.filter(({ audit }) => audit >= region.first && audit <= region.last);
      const single = region.first === region.last && known.length === 0;
      return (single ? [unknownArchitecture(region.first)] : known).map((arch) => ({
        arch,
        ranges: this.ranges(arch, region.rest),
      }));
    });
    // The assumed architecture first, then as in the list of architectures.
    const place = ({ arch }: ArchPolicy): number =>
      arch.audit === assumed.audit ? -1 : ARCHITECTURES.findIndex(({ audit }) => audit === arch.audit) >>> 0;
    architectures.sort((p, q) => place(p) - place(q));
    return { checksArch: true, architectures, others: this.ranges(assumed, largest.rest) };
  }
}

function unknownArchitecture(audit: number): Architecture {
  const name = `0x${audit.toString(16)}`;
  // Bit 31 of AUDIT_ARCH says 64 bits, bit 30 little endian (linux/audit.h).
  return {
    name,
    constant: name,
    audit,
    aliases: [],
    bits: audit >= 0x80000000 ? 64 : 32,
    bigEndian: (audit & 0x40000000) === 0,
  };
}

/**
 * The policy of a program. `assumed` names the calls of a filter that does not look at the architecture.
 * @throws BpfError for programs that the kernel refuses, and 'too complex' where no list can be made.
 */
export function readPolicy(program: Program, assumed: Architecture, names: PolicyNames): Policy {
  return new PolicyReader(program, names).read(assumed);
}

/** The rule for a number. */
export function ruleFor(policy: ArchPolicy, nr: number): Rule {
  const range = policy.ranges.find(({ first, last }) => nr >= first && nr <= last);
  if (!range) throw new BpfError('filter input', `no rule for number ${nr}`);
  return range.rule;
}

/** Whether a number is one of x32's, on amd64. */
export function isX32(arch: Architecture, nr: number): boolean {
  return arch.name === 'amd64' && nr >= X32_BIT;
}
