// Weaknesses of a filter: what its policy leaves open, and where its tests do not mean what they seem to.
import type { Architecture } from '../architecture.js';
import { specialiseCall } from '../decision/specialise.js';
import { RET_ALLOW, RET_ERRNO, RET_KILL_THREAD, RET_LOG, X32_BIT, type Program } from '../instruction.js';
import { tableCost, unreachableLines } from '../metrics.js';
import { actionName, hex } from '../notation.js';
import { findRefusal } from '../validate.js';
import { CHAIN, DANGEROUS, EQUIVALENT, SEVERITIES, type Severity } from './audit-rules.js';
import { callTerms } from './call-terms.js';
import {
  isNarrowType,
  isX32,
  readPolicy,
  ruleFor,
  type ArchPolicy,
  type Policy,
  type PolicyNames,
  type Rule,
} from './policy.js';

/** One weakness. */
export interface Finding {
  readonly id: string;
  readonly severity: Severity;
  readonly title: string;
  readonly detail: string;
  /** Undefined when it concerns the filter as a whole. */
  readonly arch: string | undefined;
  readonly syscalls: readonly string[];
  /** Under which conditions the call is allowed; undefined: always. */
  readonly condition: string | undefined;
  readonly remediation: string;
}

/** Tables, with names. */
export interface AuditNames extends PolicyNames {
  readonly syscallName: (arch: number, nr: number) => string | undefined;
  readonly syscallNumber: (arch: number, name: string) => number | undefined;
}

const allows = (action: number | undefined): boolean => action === RET_ALLOW || action === RET_LOG;
const mayPass = (rule: Rule): boolean => rule.outcomes.some(({ action }) => action === undefined || allows(action));
const alwaysPasses = (rule: Rule): boolean => rule.outcomes.every(({ action }) => allows(action));
const isConditional = (rule: Rule): boolean => rule.outcomes.length > 1;

/** The conditions under which a call passes, as one text. */
function passCondition(rule: Rule): string | undefined {
  if (!isConditional(rule)) return undefined;
  const texts = rule.outcomes
    .filter(({ action }) => action === undefined || allows(action))
    .flatMap(({ when, otherwise }) => (otherwise ? ['otherwise'] : when.map((all) => all.join(' && '))));
  return texts.join(' || ') || undefined;
}

class Auditor {
  readonly findings: Finding[] = [];

  constructor(
    private readonly program: Program,
    private readonly names: AuditNames,
  ) {}

  private add(
    id: string,
    severity: Severity,
    title: string,
    detail: string,
    remediation: string,
    more: { arch?: string; syscalls?: readonly string[]; condition?: string } = {},
  ): void {
    this.findings.push({
      id,
      severity,
      title,
      detail,
      arch: more.arch,
      syscalls: more.syscalls ?? [],
      condition: more.condition,
      remediation,
    });
  }

  refused(reason: string, pc: number): void {
    this.add(
      'refused',
      'HIGH',
      'the kernel refuses the filter',
      `${pc >= 0 ? `line ${String(pc).padStart(4, '0')}: ` : ''}${reason}; installing it fails with EINVAL`,
      'a program that ignores the error runs without any filter: mend the instruction, and check the result of prctl or seccomp',
    );
  }

  whole(policy: Policy): void {
    if (!policy.checksArch) {
      this.add(
        'arch-unchecked',
        'HIGH',
        'the architecture is never compared',
        'the same numbers mean other calls on other architectures (int 0x80 on amd64 reaches those of i386)',
        'load arch first and end every architecture but your own with KILL_PROCESS',
      );
    } else if (policy.others.some(({ rule }) => mayPass(rule))) {
      this.add(
        'foreign-arch',
        'HIGH',
        'calls of other architectures pass',
        'what the filter forbids for one architecture can be called through another',
        'end every architecture that the filter does not handle with KILL_PROCESS',
      );
    }
    const dead = unreachableLines(this.program);
    if (dead.length > 0) {
      this.add(
        'unreachable',
        'LOW',
        'instructions that are never executed',
        `lines ${dead.map((line) => String(line).padStart(4, '0')).join(', ')}`,
        'a rule may not do what was meant: look at the jumps around it',
      );
    }
    const unknown = this.program.filter(({ code, k }) => code === 6 && actionName(k) === undefined);
    if (unknown.length > 0) {
      this.add(
        'unknown-action',
        'MEDIUM',
        'an action that the kernel does not know',
        `${unknown.map(({ k }) => hex(k)).join(', ')}: the process is killed`,
        'return one of the SECCOMP_RET_ actions',
      );
    }
  }

  /** All checks for one architecture. */
  architecture(policy: ArchPolicy): void {
    const { arch } = policy;
    this.x32(policy);
    const foreign = (nr: number): boolean => isX32(arch, nr);
    const native = policy.ranges.filter(({ first }) => !foreign(first));
    const known = new Set(this.names.numbers(arch.audit));
    const unnamed = native.filter(({ first, last, rule }) => {
      let named = 0;
      for (const nr of known) if (nr >= first && nr <= last) named++;
      return mayPass(rule) && last - first + 1 > named;
    });
    if (unnamed.length > 0) {
      this.add(
        'default-allow',
        'MEDIUM',
        'what is not named is allowed',
        'calls of newer kernels, and every number without a name, pass',
        'name what is allowed, and deny the rest',
        { arch: arch.name },
      );
    }
    this.equivalents(policy);
    this.chain(policy);
    this.dangerous(policy);
    this.conditions(policy);
    this.actions(policy);
    this.cost(policy);
  }

  private rule(policy: ArchPolicy, name: string): Rule | undefined {
    const nr = this.names.syscallNumber(policy.arch.audit, name);
    return nr === undefined ? undefined : ruleFor(policy, nr);
  }

  private x32(policy: ArchPolicy): void {
    const { arch } = policy;
    if (arch.name !== 'amd64') return;
    const open = this.names.numbers(arch.audit).flatMap((nr) => {
      if (!isX32(arch, nr) || !mayPass(ruleFor(policy, nr))) return [];
      const name = this.names.syscallName(arch.audit, nr)?.replace(/^x32_/, '');
      if (name === undefined) return [];
      const own = this.rule(policy, name);
      return own && !alwaysPasses(own) ? [`x32_${name}`] : [];
    });
    const numbers = policy.ranges.some(({ last, rule }) => last >= X32_BIT && mayPass(rule));
    if (open.length === 0 && !numbers) return;
    this.add(
      'x32-unguarded',
      open.length > 0 ? 'HIGH' : 'MEDIUM',
      'x32 numbers pass',
      'calls with bit 0x40000000 have the arch of amd64 and are other numbers' +
        (open.length > 0 ? ': they reach what the filter forbids' : ''),
      'deny sys_number >= 0x40000000 after the test of the architecture',
      { arch: arch.name, syscalls: open },
    );
  }

  private equivalents(policy: ArchPolicy): void {
    for (const { name, calls, severity } of EQUIVALENT) {
      const there = calls.flatMap((call) => {
        const rule = this.rule(policy, call);
        return rule ? [{ call, rule }] : [];
      });
      const denied = there.filter(({ rule }) => !mayPass(rule));
      const open = there.filter(({ rule }) => mayPass(rule));
      if (denied.length === 0 || open.length === 0) continue;
      // A list of what is allowed denies by not naming; only what is denied on purpose is a gap.
      const unnamed = policy.ranges.some(({ first, last, rule }) => last - first > 512 && mayPass(rule));
      this.add(
        'equivalent-call',
        unnamed ? severity : severity === 'HIGH' ? 'MEDIUM' : 'LOW',
        `${name}: some calls are denied, others that do the same are not`,
        `denied: ${denied.map(({ call }) => call).join(', ')}; allowed: ${open.map(({ call }) => call).join(', ')}`,
        'treat all of them alike',
        { arch: policy.arch.name, syscalls: open.map(({ call }) => call) },
      );
    }
  }

  private chain(policy: ArchPolicy): void {
    const links = CHAIN.map((calls) =>
      calls.filter((call) => {
        const rule = this.rule(policy, call);
        return rule !== undefined && mayPass(rule);
      }),
    );
    if (links.some((calls) => calls.length === 0)) return;
    this.add(
      'open-read-write',
      'MEDIUM',
      'files can be opened, read and written out',
      links.map((calls) => calls.join(' or ')).join(', then '),
      'open what is needed before the filter is installed, and deny opening',
      { arch: policy.arch.name, syscalls: links.flat() },
    );
  }

  private dangerous(policy: ArchPolicy): void {
    for (const { calls, severity, why } of DANGEROUS) {
      const open: string[] = [];
      for (const call of calls) {
        const rule = this.rule(policy, call);
        if (!rule || !mayPass(rule)) continue;
        const condition = passCondition(rule);
        if (condition === undefined) open.push(call);
        else this.dangerousCalls(policy, [call], severity, why, condition);
      }
      if (open.length > 0) this.dangerousCalls(policy, open, severity, why);
    }
  }

  private dangerousCalls(
    { arch }: ArchPolicy,
    syscalls: readonly string[],
    severity: Severity,
    why: string,
    condition?: string,
  ): void {
    this.add(
      'dangerous-call',
      severity,
      `${syscalls.join(', ')} allowed${condition === undefined ? '' : ' under a condition'}`,
      why,
      'deny it, or let a helper outside of the sandbox do it',
      { arch: arch.name, syscalls, condition },
    );
  }

  /** Conditions on arguments that compare something else than the kernel will use. */
  private conditions(policy: ArchPolicy): void {
    const { arch } = policy;
    const flagsOfClone = this.rule(policy, 'clone');
    const clone3 = this.rule(policy, 'clone3');
    if (flagsOfClone && isConditional(flagsOfClone) && clone3 && mayPass(clone3)) {
      this.add(
        'clone3',
        'MEDIUM',
        'clone is allowed under a condition, clone3 is not looked at',
        'the flags of clone3 lie in memory, where no filter sees them',
        'return ERRNO(38) (ENOSYS) for clone3: libraries then use clone',
        { arch: arch.name, syscalls: ['clone3'] },
      );
    }
    for (const nr of this.names.numbers(arch.audit)) {
      const rule = ruleFor(policy, nr);
      if (!isConditional(rule) || rule.problem !== undefined || isX32(arch, nr)) continue;
      this.callConditions(arch, nr, rule);
    }
  }

  private callConditions(arch: Architecture, nr: number, rule: Rule): void {
    const { uses, usesInstructionPointer } = callTerms(specialiseCall(this.program, arch.audit, nr), arch);
    const name = this.names.syscallName(arch.audit, nr) ?? hex(nr);
    const more = { arch: arch.name, syscalls: [name], condition: passCondition(rule) };
    if (usesInstructionPointer) {
      this.add(
        'instruction-pointer',
        'MEDIUM',
        `${name} is decided by where the call stands`,
        'an attacker who controls execution jumps to the trusted instruction',
        'do not rely on the instruction pointer alone',
        more,
      );
    }
    const parameters = this.names.parameters(arch.audit, nr) ?? [];
    for (const { argument, high, whole, value } of uses) {
      const parameter = parameters[argument];
      if (!parameter || arch.bits === 32) continue;
      const narrow = isNarrowType(parameter.type);
      if (narrow && high && alwaysPassesOtherwise(rule)) {
        this.add(
          'narrow-argument',
          'HIGH',
          `${name}: ${parameter.name} is compared with 64 bits, the kernel takes 32`,
          `${parameter.name} has the type ${parameter.type}: with garbage in the upper half the call escapes the rule`,
          `compare the lower half only (args[${argument}], not args[${argument}] >> 32)`,
          more,
        );
      }
      if (!narrow && whole && !high) {
        this.add(
          'half-argument',
          'MEDIUM',
          `${name}: only the lower half of ${parameter.name} is compared`,
          `${parameter.name} has the type ${parameter.type}, of which the kernel takes 64 bits`,
          `compare args[${argument}] >> 32, too`,
          more,
        );
      }
      if (value && parameter.type.includes('*')) {
        this.add(
          'pointer-argument',
          'MEDIUM',
          `${name}: the pointer ${parameter.name} is compared with an address`,
          'a filter sees the address and not what lies there, and that can change after the test',
          'do not decide by pointers',
          more,
        );
      }
    }
  }

  private actions(policy: ArchPolicy): void {
    const { arch } = policy;
    const actions = new Set(policy.ranges.flatMap(({ rule }) => rule.outcomes.map(({ action }) => action)));
    if (actions.has(RET_ERRNO)) {
      this.add(
        'errno-zero',
        'MEDIUM',
        'a denied call seems to succeed',
        'ERRNO(0) returns 0 without doing anything: callers go on as if it had worked',
        'return an error, such as ERRNO(1) (EPERM)',
        { arch: arch.name },
      );
    }
    if (actions.has(RET_KILL_THREAD)) {
      this.add(
        'kill-thread',
        'LOW',
        'KILL ends the thread alone',
        'the other threads of the process go on, maybe with locks held',
        'use KILL_PROCESS (since Linux 4.14)',
        { arch: arch.name },
      );
    }
  }

  private cost(policy: ArchPolicy): void {
    const { arch } = policy;
    const numbers = this.names
      .numbers(arch.audit)
      .filter((nr) => !isX32(arch, nr) && alwaysPasses(ruleFor(policy, nr)));
    const { allowed, cached } = tableCost(this.program, arch.audit, numbers);
    if (cached === allowed) return;
    this.add(
      'not-cached',
      'INFO',
      `${allowed - cached} of ${allowed} calls that are always allowed run the filter every time`,
      'the kernel answers a call from its bitmap when the filter reaches ALLOW by nr, arch, AND and comparisons alone',
      'see tstrace-bpf optimize',
      { arch: arch.name },
    );
  }
}

/** A rule that denies some values and lets the rest through. */
function alwaysPassesOtherwise(rule: Rule): boolean {
  return rule.outcomes.some(({ action, otherwise }) => otherwise && allows(action));
}

/** Weaknesses, the worst first. `assumed` names the calls of a filter that does not look at the architecture. */
export function audit(program: Program, assumed: Architecture, names: AuditNames): Finding[] {
  const auditor = new Auditor(program, names);
  const refusal = findRefusal(program);
  if (refusal) auditor.refused(refusal.reason, refusal.pc);
  else {
    const policy = readPolicy(program, assumed, names);
    auditor.whole(policy);
    for (const own of policy.architectures) auditor.architecture(own);
  }
  return auditor.findings.sort((p, q) => SEVERITIES.indexOf(p.severity) - SEVERITIES.indexOf(q.severity));
}
