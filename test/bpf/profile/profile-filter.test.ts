// Profiles of containers: what the filter decides is what their rules say, and mistakes are told with their place.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archSyscallNumber } from '../../../src/abi/architectures.js';
import { AMD64, ARCHITECTURES } from '../../../src/bpf/architecture.js';
import { ARCH_I386, ARCH_X86_64, DATA_SIZE, X32_BIT } from '../../../src/bpf/instruction.js';
import { Machine } from '../../../src/bpf/interpret.js';
import { readProfile, type Host } from '../../../src/bpf/profile/oci-profile.js';
import { compileProfile } from '../../../src/bpf/profile/profile-filter.js';
import { findRefusal } from '../../../src/bpf/validate.js';

const HOST: Host = { arch: 'amd64', kernel: [6, 18], capabilities: [] };
const ACTIONS = {
  SCMP_ACT_ALLOW: 0x7fff0000,
  SCMP_ACT_LOG: 0x7ffc0000,
  SCMP_ACT_KILL: 0,
  SCMP_ACT_KILL_PROCESS: 0x80000000,
  SCMP_ACT_TRAP: 0x30000,
  SCMP_ACT_ERRNO: 0x50001,
} as const;
const NAMES = ['read', 'write', 'open', 'personality', 'clone', 'mount', 'no_such_call', 'socketcall', 'exit_group'];
const VALUES = [0n, 1n, 8n, 0xffffffffn, 0x100000000n, 0xffffffffffffffffn, 0x7e020000n];

const compile = (profile: object): readonly { code: number; jt: number; jf: number; k: number }[] =>
  compileProfile(readProfile(JSON.stringify(profile), 'profile.json', HOST), AMD64, archSyscallNumber);

function run(program: ReturnType<typeof compile>, arch: number, nr: number, args: readonly bigint[] = []): number {
  const words = new Uint32Array(DATA_SIZE / 4);
  words[0] = nr;
  words[1] = arch;
  args.forEach((value, i) => {
    words[4 + 2 * i] = Number(value & 0xffffffffn);
    words[5 + 2 * i] = Number(value >> 32n);
  });
  return new Machine().run(program, words) >>> 0;
}

const argument = fc.record({
  index: fc.integer({ min: 0, max: 5 }),
  value: fc.constantFrom(...VALUES).map(String),
  valueTwo: fc.constantFrom(...VALUES).map(String),
  op: fc.constantFrom('NE', 'LT', 'LE', 'EQ', 'GE', 'GT', 'MASKED_EQ').map((op) => `SCMP_CMP_${op}`),
});
const rule = fc.record({
  names: fc.uniqueArray(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 4 }),
  action: fc.constantFrom(...(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])),
  args: fc.array(argument, { maxLength: 3 }),
});
const profiles = fc.record({
  defaultAction: fc.constantFrom(...(Object.keys(ACTIONS) as (keyof typeof ACTIONS)[])),
  architectures: fc.subarray(['SCMP_ARCH_X86_64', 'SCMP_ARCH_X86', 'SCMP_ARCH_X32']),
  syscalls: fc.array(rule, { maxLength: 6 }),
});

type Rule = typeof rule extends fc.Arbitrary<infer T> ? T : never;

function holds({ op, value, valueTwo, index }: Rule['args'][number], args: readonly bigint[]): boolean {
  const left = args[index];
  const right = BigInt(value);
  switch (op) {
    case 'SCMP_CMP_NE':
      return left !== right;
    case 'SCMP_CMP_LT':
      return left < right;
    case 'SCMP_CMP_LE':
      return left <= right;
    case 'SCMP_CMP_EQ':
      return left === right;
    case 'SCMP_CMP_GE':
      return left >= right;
    case 'SCMP_CMP_GT':
      return left > right;
    default:
      return (left & right) === BigInt(valueTwo);
  }
}

/** The rules themselves, read in order. */
function verdict(
  profile: typeof profiles extends fc.Arbitrary<infer T> ? T : never,
  name: string,
  args: readonly bigint[],
): number {
  for (const { names, action, args: conditions } of profile.syscalls) {
    if (!names.includes(name)) continue;
    const twice = new Set(conditions.map(({ index }) => index)).size < conditions.length;
    const met = twice ? conditions.some((c) => holds(c, args)) : conditions.every((c) => holds(c, args));
    if (met) return ACTIONS[action];
  }
  return ACTIONS[profile.defaultAction];
}

describe('compileProfile', () => {
  it('decides what the rules say, for every architecture that the profile names', () => {
    fc.assert(
      fc.property(
        profiles,
        fc.array(fc.tuple(...NAMES.slice(0, 6).map(() => fc.constantFrom(...VALUES))), { maxLength: 6 }),
        (profile, vectors) => {
          const program = compile(profile);
          expect(findRefusal(program)).toBeUndefined();
          const native = profile.architectures.length === 0 || profile.architectures.some((a) => a !== 'SCMP_ARCH_X86');
          const x32 = profile.architectures.includes('SCMP_ARCH_X32');
          for (const args of [[0n, 0n, 0n, 0n, 0n, 0n], ...vectors])
            for (const name of NAMES) {
              const own = archSyscallNumber(ARCH_X86_64, name);
              if (own !== undefined)
                expect(run(program, ARCH_X86_64, own, args)).toBe(native ? verdict(profile, name, args) : 0);
              const compat = archSyscallNumber(ARCH_I386, name);
              if (compat !== undefined)
                expect(run(program, ARCH_I386, compat, args)).toBe(
                  profile.architectures.includes('SCMP_ARCH_X86') ? verdict(profile, name, args) : 0,
                );
              const other = archSyscallNumber(ARCH_X86_64, `x32_${name}`);
              if (other !== undefined)
                expect(run(program, ARCH_X86_64, other, args)).toBe(x32 ? verdict(profile, name, args) : 0);
            }
          if (native) expect(run(program, ARCH_X86_64, 3000)).toBe(ACTIONS[profile.defaultAction]);
          expect(run(program, ARCH_X86_64, X32_BIT + 3000)).toBe(x32 ? ACTIONS[profile.defaultAction] : 0);
          expect(run(program, ARCHITECTURES[2].audit, 0)).toBe(0);
        },
      ),
      { numRuns: 150 },
    );
  });
});

describe('readProfile', () => {
  const read = (profile: object | string): ReturnType<typeof readProfile> =>
    readProfile(typeof profile === 'string' ? profile : JSON.stringify(profile), 'p', HOST);

  it('reads the object of an OCI configuration, and takes errnoRet', () => {
    const seccomp = {
      defaultAction: 'SCMP_ACT_ERRNO',
      defaultErrnoRet: 38,
      syscalls: [{ name: 'read', action: 'SCMP_ACT_TRACE', errnoRet: 7 }],
    };
    expect(read({ ociVersion: '1.0', linux: { seccomp } })).toEqual({
      architectures: [],
      defaultAction: 0x50026,
      rules: [{ names: ['read'], action: 0x7ff00007, args: [] }],
    });
  });

  it('leaves out the rules that do not apply to this machine, as Docker does', () => {
    const names = (conditions: object): number =>
      read({
        defaultAction: 'SCMP_ACT_ERRNO',
        syscalls: [{ names: ['read'], action: 'SCMP_ACT_ALLOW', ...conditions }],
      }).rules.length;
    expect(names({ includes: { caps: ['CAP_SYS_ADMIN'] } })).toBe(0);
    expect(names({ excludes: { caps: ['CAP_SYS_ADMIN'] } })).toBe(1);
    expect(names({ includes: { arches: ['s390x'] } })).toBe(0);
    expect(names({ includes: { arches: ['amd64', 'x32'] } })).toBe(1);
    expect(names({ excludes: { arches: ['amd64'] } })).toBe(0);
    expect(names({ includes: { minKernel: '4.8' } })).toBe(1);
    expect(names({ includes: { minKernel: '6.19' } })).toBe(0);
    expect(
      read({
        defaultAction: 'SCMP_ACT_ERRNO',
        archMap: [
          { architecture: 'SCMP_ARCH_X86_64', subArchitectures: ['SCMP_ARCH_X86'] },
          { architecture: 'SCMP_ARCH_AARCH64' },
        ],
      }).architectures,
    ).toEqual(['X86_64', 'X86']);
  });

  it.each<[string, object | string, string]>([
    ['no JSON', '{', 'p: no JSON: '],
    ['no action', {}, 'p: defaultAction: a string is expected'],
    ['unknown action', { defaultAction: 'ALLOW' }, "p: defaultAction: unknown action 'ALLOW'"],
    [
      'unknown operator',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: [], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, op: 'EQUAL' }] }],
      },
      "p: syscalls[0].args[0].op: unknown operator 'EQUAL'",
    ],
    [
      'index',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: [], action: 'SCMP_ACT_ALLOW', args: [{ index: 6, op: 'SCMP_CMP_EQ' }] }],
      },
      'p: syscalls[0].args[0].index: a number from 0 to 5 is expected',
    ],
    [
      'unknown architecture',
      { defaultAction: 'SCMP_ACT_ALLOW', architectures: ['SCMP_ARCH_X86', 'SCMP_ARCH_X86-64'] },
      "p: architectures[1]: unknown architecture 'SCMP_ARCH_X86-64'",
    ],
    ['list', { defaultAction: 'SCMP_ACT_ALLOW', syscalls: {} }, 'p: syscalls: an array is expected'],
    [
      'version',
      {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: [], action: 'SCMP_ACT_ALLOW', includes: { minKernel: 'new' } }],
      },
      'p: syscalls[0].includes.minKernel: a version such as 4.8 is expected',
    ],
  ])('says what is wrong: %s', (_, profile, message) => {
    expect(() => read(profile)).toThrow(message);
  });
});
