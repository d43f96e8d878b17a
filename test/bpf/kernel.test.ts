// The same programs on the running kernel: what it refuses, how it computes, and what our filters do there.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  ARCH_I386,
  ARCH_X86_64,
  decode,
  encode,
  Op,
  RET_ALLOW,
  RET_ERRNO,
  RET_TRACE,
  type Instruction,
  type Program,
} from '../../src/bpf/instruction.js';
import { interpret } from '../../src/bpf/interpret.js';
import { compileFilter } from '../../src/bpf/seccomp-filter.js';
import { STRATEGIES } from '../../src/bpf/strategy.js';
import { findRefusal } from '../../src/bpf/validate.js';
import { programs } from './programs.js';
import { inputOf, STRACE_SETS } from './strace-sets.js';

const EINVAL = 22;
const ENOSYS = 38;
const SIGSYS = 31;

interface Call {
  readonly i386?: boolean;
  readonly nr: number;
  readonly args?: readonly bigint[];
}

interface Job {
  readonly program: Program;
  readonly calls: readonly Call[];
}

let directory = '';
let helper = '';

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tstrace-bpf-'));
  helper = join(directory, 'seccomp-install');
  const source = fileURLToPath(new URL('../fixtures/seccomp-install.c', import.meta.url));
  execFileSync('gcc', ['-std=c11', '-Wall', '-Wextra', '-Werror', '-O1', '-o', helper, source]);
});

afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Runs jobs in children of the helper; a line per job. */
function run(jobs: readonly Job[]): string[] {
  const parts: Buffer[] = [];
  for (const { program, calls } of jobs) {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(program.length, 0);
    head.writeUInt32LE(calls.length, 4);
    parts.push(head, encode(program));
    for (const { i386, nr, args = [] } of calls) {
      parts.push(
        Buffer.from(
          new BigUint64Array([i386 ? 1n : 0n, BigInt(nr), ...args, ...Array<bigint>(6 - args.length).fill(0n)]).buffer,
        ),
      );
    }
  }
  const { stdout, status, signal } = spawnSync(helper, {
    input: Buffer.concat(parts),
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  });
  expect({ status, signal }).toEqual({ status: 0, signal: null });
  return stdout.trimEnd().split('\n');
}

function results(line: string): number[] {
  expect(line).toMatch(/^ok( -?\d+)*$/);
  return line.split(' ').slice(1).map(Number);
}

const at = (code: number, k = 0, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });

describe('the kernel', () => {
  it('refuses exactly what findRefusal refuses: random programs, some of them damaged', () => {
    const damage = fc.tuple(fc.nat(), fc.constantFrom('code', 'jt', 'jf', 'k'), fc.oneof(fc.nat(255), fc.nat(40)));
    const samples = fc.sample(fc.tuple(programs, fc.array(damage, { maxLength: 2 })), { numRuns: 3000, seed: 1 });
    const fuzzed = samples.map(([program, damages]) => {
      const copy = program.map((instruction) => ({ ...instruction }));
      for (const [where, field, value] of damages) copy[where % copy.length][field] = value;
      return copy as Program;
    });
    // Every opcode byte alone, and bytes without sense.
    for (let code = 0; code < 256; code++) fuzzed.push([at(code, 4), at(Op.RET_K)]);
    for (const bytes of fc.sample(fc.uint8Array({ minLength: 16, maxLength: 16 }), { numRuns: 200, seed: 2 })) {
      fuzzed.push(decode(bytes));
    }
    for (const length of [0, 1, 4095, 4096, 4097]) fuzzed.push(Array.from({ length }, () => at(Op.RET_K, 1)));
    const lines = run(fuzzed.map((program) => ({ program, calls: [] })));
    const wrong = fuzzed.filter((program, i) => {
      return lines[i] !== (findRefusal(program) ? `refused ${EINVAL}` : 'ok');
    });
    expect(wrong).toEqual([]);
    const refused = lines.filter((line) => line !== 'ok').length;
    expect(refused).toBeGreaterThan(800);
    expect(lines.length - refused).toBeGreaterThan(800);
  });

  it('computes as the interpreter does', () => {
    const word = fc.oneof(fc.bigInt({ min: 0n, max: 6n }), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
    const samples = fc
      .sample(fc.tuple(programs, fc.array(fc.tuple(word, word), { minLength: 4, maxLength: 4 })), {
        numRuns: 1500,
        seed: 3,
      })
      .map(([body, values], sample) => {
        // All ways out return an errno made of A or of the constant, so that nothing but numbers comes back.
        const end = body.length;
        const program = body.map((instruction, pc) => {
          // Half of the programs run to their end, which tells more about arithmetic.
          if (sample % 2 && (instruction.code & 7) === 6) return at(Op.ADD_X);
          if (instruction.code === Op.RET_A) return at(Op.JA, end - pc - 1);
          if (instruction.code === Op.RET_K) return at(Op.RET_K, RET_ERRNO + 100 + instruction.k);
          // The instruction pointer is not known here.
          return instruction.code === Op.LD_W_ABS && instruction.k === 8 ? at(Op.LD_W_ABS, 24) : instruction;
        });
        program.push(at(Op.AND_K, 0xfff), at(Op.OR_K, RET_ERRNO), at(Op.RET_A));
        return { program, values };
      })
      .filter(({ program }) => !findRefusal(program));
    expect(samples.length).toBeGreaterThan(600);
    const getppid = 110;
    const lines = run(
      samples.map(({ program, values }) => ({
        program,
        calls: values.map((args) => ({ nr: getppid, args: [...args] })),
      })),
    );
    const seen = new Set<string>();
    samples.forEach(({ program, values }, i) => {
      let expected = 'ok';
      for (const args of values) {
        const pairs = args.map((value) => [Number(value & 0xffffffffn), Number(value >> 32n)] as const);
        const { action } = interpret(program, { nr: getppid, arch: ARCH_X86_64, args: pairs });
        if (action === 0) {
          expected += ` signal ${SIGSYS}`;
          break;
        }
        // The data is capped at MAX_ERRNO, and 0 lets the call return 0.
        const errno = Math.min(action & 0xffff, 4095);
        expected += errno === 0 ? ' 0' : ` ${-errno}`;
      }
      seen.add(expected);
      expect(lines[i], JSON.stringify(program)).toBe(expected);
    });
    expect(seen.size).toBeGreaterThan(60);
    expect([...seen].some((line) => line.includes('signal'))).toBe(true);
  });

  it('turns RET_TRACE without a tracer into ENOSYS, for harmless calls', () => {
    const getters = [39, 102, 104, 107, 108, 110, 111, 186];
    const traced = new Set([39, 104, 110]);
    const none = { size: 0, traced: new Set<number>() };
    for (const strategy of STRATEGIES) {
      const { program } = compileFilter(
        { x86_64: { size: 400, traced }, i386: none, x32: none },
        { strategies: [strategy] },
      );
      const [line] = run([{ program, calls: [...getters, 401, 500].map((nr) => ({ nr })) }]);
      const values = results(line);
      getters.forEach((nr, i) => {
        if (traced.has(nr)) expect(values[i]).toBe(-ENOSYS);
        else expect(values[i]).toBeGreaterThanOrEqual(0);
      });
      expect(values.slice(getters.length)).toEqual([-ENOSYS, -ENOSYS]);
    }
  });

  it('decides every number of every table as the set says', () => {
    const TRACED = 77;
    const ALLOWED = 78;
    const [probe] = run([{ program: [at(Op.RET_K, RET_ERRNO + TRACED)], calls: [{ nr: 20, i386: true }] }]);
    const hasCompat = probe === `ok ${-TRACED}`;
    if (!hasCompat) console.warn('this kernel has no i386 emulation: i386 numbers are not tried');
    for (const name of ['write', 'file', 'desc', 'notWrite'] as const) {
      const input = inputOf(STRACE_SETS[name]);
      const calls: Call[] = [];
      // uretprobe and uprobe are exempt from filters, and kill who calls them out of place.
      for (let nr = 0; nr <= 460; nr++) if (nr !== 335 && nr !== 336) calls.push({ nr });
      for (let nr = 0; nr <= 556; nr++) calls.push({ nr: 0x40000000 + nr });
      if (hasCompat) for (let nr = 0; nr <= 460; nr++) calls.push({ nr, i386: true });
      const jobs = STRATEGIES.map((strategy) => {
        // Both actions become errnos, so no call is carried out.
        const program = compileFilter(input, { strategies: [strategy] }).program.map((instruction) => {
          expect(instruction.code).not.toBe(Op.RET_A);
          if (instruction.code !== Op.RET_K) return instruction;
          expect([RET_TRACE, RET_ALLOW]).toContain(instruction.k);
          return at(Op.RET_K, RET_ERRNO + (instruction.k === RET_TRACE ? TRACED : ALLOWED));
        });
        return { program, calls };
      });
      run(jobs).forEach((line, job) => {
        const wrong = results(line).flatMap((result, i) => {
          const { nr, i386 } = calls[i];
          const x32 = nr >= 0x40000000;
          const { size, traced } = i386 ? input.i386 : x32 ? input.x32 : input.x86_64;
          const own = x32 ? nr - 0x40000000 : nr;
          const expected = own >= size || traced.has(own) ? -TRACED : -ALLOWED;
          return result === expected
            ? []
            : [`${STRATEGIES[job].name} ${name} ${i386 ? ARCH_I386 : ARCH_X86_64} ${nr}: ${result}`];
        });
        expect(wrong).toEqual([]);
      });
    }
  });
});
