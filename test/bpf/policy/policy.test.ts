// What filters mean: rules read back from programs agree with the programs, and the audit finds what is planted.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  archParameters,
  archSyscallName,
  archSyscallNumber,
  archSyscallNumbers,
} from '../../../src/abi/architectures.js';
import { AMD64, findArchitecture } from '../../../src/bpf/architecture.js';
import { assemble } from '../../../src/bpf/assemble/assemble.js';
import { areEquivalent } from '../../../src/bpf/decision/equivalence.js';
import { Op, RET_ALLOW, RET_ERRNO, RET_TRACE, type Program } from '../../../src/bpf/instruction.js';
import { Machine } from '../../../src/bpf/interpret.js';
import { mergeFilters } from '../../../src/bpf/merge.js';
import { audit } from '../../../src/bpf/policy/audit.js';
import { readPolicy, ruleFor } from '../../../src/bpf/policy/policy.js';
import { compileFilter } from '../../../src/bpf/seccomp-filter.js';
import { findRefusal } from '../../../src/bpf/validate.js';
import { stricter, verdictOf } from '../../../src/bpf/verdict.js';
import { programs } from '../programs.js';
import { inputOf, STRACE_SETS } from '../strace-sets.js';

const names = {
  numbers: archSyscallNumbers,
  parameters: archParameters,
  syscallName: archSyscallName,
  syscallNumber: archSyscallNumber,
};
const rules = (source: string): Program => assemble(source, { syscallNumber: archSyscallNumber });
/** A filter for amd64: the body sees the number in A and jumps to yes or no. */
const filter = (body: string): Program =>
  rules(
    `A = arch\nif (A != ARCH_X86_64) goto kill\nA = sys_number\nif (A >= 0x40000000) goto kill\n${body}\nno: return ERRNO(1)\nyes: return ALLOW\nkill: return KILL_PROCESS`,
  );

/** The rule of a call, short. */
function rule(program: Program, call: string): string[] {
  const policy = readPolicy(program, AMD64, names);
  const own = policy.architectures.find(({ arch }) => arch === AMD64);
  if (!own) return [];
  const { outcomes } = ruleFor(own, archSyscallNumber(AMD64.audit, call) ?? -1);
  return outcomes.flatMap(({ action = 0, when, otherwise }) => {
    const name = action === RET_ALLOW ? 'ALLOW' : 'DENY';
    if (otherwise) return [`${name} otherwise`];
    return when.length === 0 ? [name] : when.map((all) => `${name} when ${all.join(' && ')}`);
  });
}

describe('readPolicy', () => {
  it('agrees with the program on every number of every table', () => {
    const machine = new Machine();
    for (const name of ['write', 'file', 'network', 'notWrite'] as const) {
      const { program } = compileFilter(inputOf(STRACE_SETS[name]));
      const policy = readPolicy(program, AMD64, names);
      expect(policy.architectures.map(({ arch }) => arch.name)).toEqual(['amd64', 'i386']);
      for (const own of policy.architectures) {
        for (const nr of [...archSyscallNumbers(own.arch.audit), 5000, 0x3fffffff, 0x80000000, 0xffffffff]) {
          const { outcomes } = ruleFor(own, nr);
          const words = new Uint32Array(16);
          words.set([nr, own.arch.audit]);
          const action = machine.run(program, words);
          expect(outcomes.map((outcome) => outcome.action)).toContain(action);
        }
      }
      expect(policy.others.map(({ rule: { outcomes } }) => outcomes)).toEqual([
        [{ action: RET_TRACE, when: [], otherwise: false }],
      ]);
    }
  });

  it.each<[string, string, string, string[]]>([
    [
      'equal',
      'if (A != socket) goto no\nA = args[0]\nif (A == 2) goto yes',
      'socket',
      ['ALLOW when family == 0x2', 'DENY otherwise'],
    ],
    [
      'one of several',
      'if (A != socket) goto no\nA = args[0]\nif (A == 1) goto yes\nif (A == 2) goto yes\nif (A == 10) goto yes',
      'socket',
      ['ALLOW when family in {0x1, 0x2, 0xa}', 'DENY otherwise'],
    ],
    [
      'both halves',
      'if (A != mmap) goto no\nA = args[1] >> 32\nif (A != 0) goto no\nA = args[1]\nif (A == 0x1000) goto yes',
      'mmap',
      ['ALLOW when len == 0x1000', 'DENY otherwise'],
    ],
    [
      'a bound of 64 bits',
      'if (A != mmap) goto no\nA = args[1] >> 32\nif (A != 1) goto no\nA = args[1]\nif (A <= 0xff) goto yes',
      'mmap',
      ['ALLOW when len >= 0x100000000 && len <= 0x1000000ff', 'DENY otherwise'],
    ],
    [
      'bits',
      'if (A != openat) goto no\nA = args[2]\nif (A & 3) goto no\nif (A & 0x40) goto yes',
      'openat',
      ['ALLOW when (flags & 0x3) == 0 && (flags & 0x40) != 0', 'DENY otherwise'],
    ],
    [
      'a masked value',
      'if (A != clone) goto no\nA = args[0]\nA &= 0xff\nif (A == 17) goto yes',
      'clone',
      ['ALLOW when (clone_flags & 0xff) == 0x11', 'DENY otherwise'],
    ],
    ['nothing', 'if (A == read) goto yes', 'read', ['ALLOW']],
    [
      'what implies each other',
      'if (A != dup) goto no\nA = args[0]\nif (A > 5) goto no\nif (A > 9) goto no\nif (A == 7) goto no else goto yes',
      'dup',
      ['ALLOW when fildes <= 0x5', 'DENY otherwise'],
    ],
  ])('writes conditions: %s', (_, body, call, expected) => {
    expect(rule(filter(body), call).sort()).toEqual(expected.sort());
  });

  it('reads the halves of big-endian arguments', () => {
    const s390x = findArchitecture('s390x') ?? AMD64;
    const program = assemble(
      'A = arch\nif (A != ARCH_S390X) goto no\nA = sys_number\nif (A != write) goto no\nA = args[2] >> 32\nif (A != 0) goto no\nA = args[2]\nif (A == 5) goto yes\nno: return ERRNO(1)\nyes: return ALLOW',
      { syscallNumber: archSyscallNumber, arch: s390x },
    );
    const [own] = readPolicy(program, s390x, names).architectures;
    expect(ruleFor(own, 4).outcomes[0]).toEqual({ action: RET_ALLOW, when: [['count == 0x5']], otherwise: false });
  });
});

describe('mergeFilters', () => {
  it('decides like the kernel over a stack of filters', () => {
    const machine = new Machine();
    const actions = [RET_ALLOW, RET_ERRNO + 1, RET_ERRNO + 2, RET_TRACE + 1, 0x80000000];
    const deciding = programs.map((program) =>
      program.map((instruction) =>
        (instruction.code & 7) === 6
          ? { ...instruction, code: Op.RET_K, k: actions[instruction.k % actions.length] }
          : instruction,
      ),
    );
    const word = fc.oneof(fc.nat(6), fc.nat(0xffffffff));
    let merged = 0;
    fc.assert(
      fc.property(
        fc.array(deciding, { minLength: 2, maxLength: 3 }),
        fc.array(fc.array(word, { minLength: 16, maxLength: 16 })),
        (stack, inputs) => {
          fc.pre(stack.every((program) => !findRefusal(program)));
          let whole: Program;
          try {
            whole = mergeFilters(stack);
          } catch {
            return;
          }
          merged++;
          for (const input of inputs) {
            const words = new Uint32Array(input);
            const expected = stack
              .map((program) => machine.run(program, words))
              .reduce((newer, older) => stricter(newer, older));
            expect(verdictOf(machine.run(whole, words))).toBe(verdictOf(expected));
          }
        },
      ),
    );
    expect(merged).toBeGreaterThan(20);
  });

  it('keeps the data of the newest among equals', () => {
    const merged = mergeFilters([rules('return ERRNO(1)'), rules('return ERRNO(2)')]);
    expect(areEquivalent(merged, rules('return ERRNO(1)'))).toBe(true);
  });
});

describe('audit', () => {
  const ids = (program: Program): string[] => audit(program, AMD64, names).map(({ id }) => id);

  it('finds nothing in a short list of what is allowed', () => {
    expect(
      ids(
        filter(
          'if (A == read) goto yes\nif (A == readv) goto yes\nif (A == pread64) goto yes\nif (A == preadv) goto yes\nif (A == preadv2) goto yes\nif (A == exit_group) goto yes',
        ),
      ),
    ).toEqual([]);
  });

  it.each<[string, Program]>([
    ['arch-unchecked', rules('A = sys_number\nif (A == read) goto yes\nreturn KILL_PROCESS\nyes: return ALLOW')],
    ['foreign-arch', rules('A = arch\nif (A == ARCH_X86_64) goto own\nreturn ALLOW\nown: return KILL_PROCESS')],
    [
      'x32-unguarded',
      rules(
        'A = arch\nif (A != ARCH_X86_64) goto no\nA = sys_number\nif (A == ptrace) goto no\nreturn ALLOW\nno: return KILL_PROCESS',
      ),
    ],
    ['default-allow', filter('if (A == ptrace) goto no else goto yes')],
    ['equivalent-call', filter('if (A == openat) goto yes')],
    ['open-read-write', filter('if (A == openat) goto yes\nif (A == read) goto yes\nif (A == write) goto yes')],
    ['dangerous-call', filter('if (A == execve) goto yes')],
    [
      'narrow-argument',
      filter(
        'if (A != ioctl) goto no\nA = args[1] >> 32\nif (A != 0) goto yes\nA = args[1]\nif (A == 0x5412) goto no else goto yes',
      ),
    ],
    ['half-argument', filter('if (A != mmap) goto no\nA = args[1]\nif (A == 0x1000) goto yes')],
    [
      'pointer-argument',
      filter(
        'if (A != write) goto no\nA = args[1] >> 32\nif (A != 0x7fff) goto no\nA = args[1]\nif (A == 0x1000) goto yes',
      ),
    ],
    ['instruction-pointer', filter('if (A != read) goto no\nA = instruction_pointer\nif (A == 0x1000) goto yes')],
    [
      'clone3',
      filter(
        'if (A == clone3) goto yes\nif (A != clone) goto no\nA = args[0]\nif (A & 0x10000000) goto no else goto yes',
      ),
    ],
    ['errno-zero', filter('if (A == read) goto yes\nreturn ERRNO(0)')],
    ['kill-thread', filter('if (A == read) goto yes\nreturn KILL')],
    ['unknown-action', filter('if (A == read) goto yes\nreturn 0x12340000')],
    ['unreachable', filter('goto yes\nA = 1')],
    ['not-cached', filter('X = A\nif (A == read) goto yes')],
    [
      'refused',
      [
        { code: 0x94, jt: 0, jf: 0, k: 3 },
        { code: Op.RET_K, jt: 0, jf: 0, k: RET_ALLOW },
      ],
    ],
  ])('finds %s', (id, program) => {
    expect(ids(program)).toContain(id);
    // The same finding must be missing where there is no reason for it.
    expect(ids(filter('if (A == getpid) goto yes'))).not.toContain(id);
  });

  it('says under which condition a dangerous call passes', () => {
    const program = filter('if (A != socket) goto no\nA = args[0]\nif (A == 1) goto yes');
    const found = audit(program, AMD64, names).find(({ syscalls }) => syscalls.includes('socket'));
    expect(found?.condition).toBe('family == 0x1');
  });
});
