// Programs as functions: they agree with the interpreter, and equality of functions is equality of programs.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { archSyscallNumber, archSyscallNumbers } from '../../../src/abi/architectures.js';
import { assemble } from '../../../src/bpf/assemble/assemble.js';
import { BpfError } from '../../../src/bpf/bpf-error.js';
import { Diagrams } from '../../../src/bpf/decision/diagrams.js';
import { areEquivalent, comparePrograms } from '../../../src/bpf/decision/equivalence.js';
import { programFunction, programWords, VariableOrder } from '../../../src/bpf/decision/program-function.js';
import { findInput, fixWord, regionsOf, valueAt } from '../../../src/bpf/decision/regions.js';
import { specialise, type Test } from '../../../src/bpf/decision/specialise.js';
import { compute, holds, type Expression } from '../../../src/bpf/decision/expression.js';
import { improve } from '../../../src/bpf/improve.js';
import {
  ARCH_X86_64,
  Op,
  RET_ALLOW,
  RET_ERRNO,
  RET_KILL_PROCESS,
  RET_TRACE,
  type Program,
} from '../../../src/bpf/instruction.js';
import { Machine } from '../../../src/bpf/interpret.js';
import { optimize } from '../../../src/bpf/optimize.js';
import { compileFilter } from '../../../src/bpf/seccomp-filter.js';
import { bitArray, STRATEGIES } from '../../../src/bpf/strategy.js';
import { findRefusal } from '../../../src/bpf/validate.js';
import { verdictOf } from '../../../src/bpf/verdict.js';
import { programs } from '../programs.js';
import { inputOf, STRACE_SETS } from '../strace-sets.js';

const machine = new Machine();
const word = fc.oneof(fc.nat(6), fc.nat(0xffffffff), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff));
const input = fc.array(word, { minLength: 16, maxLength: 16 }).map((words) => new Uint32Array(words));
const inputs = fc.array(input, { minLength: 4, maxLength: 12 });
const rules = (source: string): Program => assemble(source, { syscallNumber: archSyscallNumber });

/** Programs that compute for the sake of it are given up soon. */
const most = 30_000;

/** Programs whose constant returns are real actions. */
const deciding = programs.map((program): Program => {
  const actions = [RET_ALLOW, RET_ERRNO + 1, RET_TRACE + 2, RET_KILL_PROCESS];
  return program.map((instruction) =>
    instruction.code === Op.RET_K ? { ...instruction, k: actions[instruction.k % actions.length] } : instruction,
  );
});

/** Undefined when no proof can be found, which happens to programs that compute for the sake of it. */
function orComplex<T>(body: () => T): T | undefined {
  try {
    return body();
  } catch (error) {
    if (error instanceof BpfError && error.fault === 'too complex') return undefined;
    throw error;
  }
}

describe('programFunction', () => {
  it('says what the interpreter says', () => {
    let checked = 0;
    fc.assert(
      fc.property(programs, inputs, (program, samples) => {
        fc.pre(!findRefusal(program));
        const diagrams = new Diagrams(most);
        const order = new VariableOrder([program]);
        const whole = orComplex(() => programFunction(diagrams, order, program));
        const bits = orComplex(() => programWords(diagrams, order, program));
        for (const words of samples) {
          const action = machine.run(program, words);
          if (whole !== undefined) expect(valueAt(diagrams, order, whole, words)).toBe(verdictOf(action));
          if (bits) {
            const value = bits.reduce((sum, bit, i) => sum + valueAt(diagrams, order, bit, words) * 2 ** i, 0);
            expect(value).toBe(action);
          }
          checked++;
        }
      }),
      { numRuns: 300 },
    );
    expect(checked).toBeGreaterThan(500);
  });

  it('knows the whole arithmetic of the kernel', () => {
    const alu = Object.values(Op).filter((op) => (op & 7) === 4);
    const value = fc.oneof(fc.nat(40), fc.nat(0xffffffff), fc.constantFrom(0x80000000, 0xffffffff, 0xff00));
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(...alu), value), { maxLength: 5 }), value, value, (steps, a, x) => {
        // On constants every operation must come out as the interpreter computes it.
        const program = [
          { code: Op.LDX_IMM, jt: 0, jf: 0, k: x },
          { code: Op.LD_IMM, jt: 0, jf: 0, k: a },
          ...steps.map(([code, k]) => ({ code, jt: 0, jf: 0, k: code === Op.LSH_K || code === Op.RSH_K ? k % 32 : k })),
          { code: Op.RET_A, jt: 0, jf: 0, k: 0 },
        ];
        fc.pre(!findRefusal(program));
        const diagrams = new Diagrams();
        const bits = programWords(diagrams, new VariableOrder([program]), program);
        const computed = bits.reduce((sum, bit, i) => sum + (bit === diagrams.true ? 2 ** i : 0), 0);
        expect(computed).toBe(machine.run(program, new Uint32Array(16)));
      }),
      { numRuns: 400 },
    );
  });
});

describe('comparePrograms', () => {
  it('proves the strategies of the compiler equal', () => {
    for (const name of ['write', 'file', 'desc', 'notWrite'] as const) {
      const [first, ...rest] = STRATEGIES.map(
        (strategy) => compileFilter(inputOf(STRACE_SETS[name]), { strategies: [strategy] }).program,
      );
      for (const other of rest) expect(areEquivalent(first, other)).toBe(true);
    }
  });

  it('proves the optimiser right on any program, and finds the input where one instruction was changed', () => {
    let different = 0;
    let same = 0;
    fc.assert(
      fc.property(deciding, fc.nat(), fc.nat(6), (program, at, k) => {
        fc.pre(!findRefusal(program));
        const proved = orComplex(() => areEquivalent(program, optimize(program), { most }));
        expect(proved ?? true).toBe(true);
        const changed = program.map((instruction, pc) =>
          pc === at % program.length ? { ...instruction, k } : instruction,
        );
        if (findRefusal(changed)) return;
        const comparison = orComplex(() => comparePrograms(program, changed, { most }));
        if (!comparison) return;
        const words = findInput(comparison.diagrams, comparison.order, comparison.difference);
        if (!words) {
          same++;
          return;
        }
        different++;
        const [p, q] = [program, changed].map((each) => verdictOf(machine.run(each, words)));
        expect(p).not.toBe(q);
      }),
      { numRuns: 400 },
    );
    expect(different).toBeGreaterThan(20);
    expect(same).toBeGreaterThan(20);
  });

  it('tells filters apart by one value of 2^64, masks and signs among them', () => {
    const filter = (test: string): Program => rules(`${test}\nreturn ALLOW\nno: return ERRNO(1)`);
    const low = filter('A = args[3] >> 32\nif (A != 0x12345678) goto no\nA = args[3]\nif (A == 0x9abcdef0) goto no');
    const other = filter('A = args[3] >> 32\nif (A != 0x12345678) goto no\nA = args[3]\nif (A == 0x9abcdef1) goto no');
    const { diagrams, order, difference } = comparePrograms(low, other);
    const words = findInput(diagrams, order, difference);
    expect(words && [words[10], words[11]]).toEqual([0x9abcdef0, 0x12345678]);
    expect(
      areEquivalent(filter('A = args[0]\nA &= 6\nif (A == 0) goto no'), filter('A = args[0]\nif (!(A & 6)) goto no')),
    ).toBe(true);
    expect(
      areEquivalent(
        filter('A = args[0]\nA ^= 0x80000000\nif (A < 0x80000005) goto no'),
        filter('A = args[0]\nA += 0x80000000\nif (A < 0x80000005) goto no'),
      ),
    ).toBe(true);
    expect(
      areEquivalent(
        filter('A = args[0]\nX = A\nA = args[1]\nif (A == X) goto no'),
        filter('A = args[1]\nX = A\nA = args[0]\nA -= X\nif (A == 0) goto no'),
      ),
    ).toBe(true);
  });

  it('compares what the kernel does, unless the words are asked for', () => {
    const kill = rules('return KILL');
    const data = rules('return KILL(7)');
    expect(areEquivalent(kill, data)).toBe(true);
    const { diagrams, difference } = comparePrograms(kill, data, { exact: true });
    expect(difference).toBe(diagrams.true);
    expect(areEquivalent(rules('return ERRNO(4095)'), rules('return ERRNO(5000)'))).toBe(true);
    expect(areEquivalent(rules('return 0x12340000'), rules('return KILL_PROCESS'))).toBe(true);
  });
});

describe('regionsOf', () => {
  it('cuts the numbers where the program does', () => {
    const program = rules(
      'A = arch\nif (A != ARCH_X86_64) goto no\nA = sys_number\nif (A >= 0x10) goto no\nif (A == 3) goto no\nreturn ALLOW\nno: return KILL',
    );
    const diagrams = new Diagrams();
    const order = new VariableOrder([program]);
    const root = programFunction(diagrams, order, program);
    expect(regionsOf(diagrams, order, root, 1).map(({ first }) => first)).toEqual([0, ARCH_X86_64, ARCH_X86_64 + 1]);
    const own = fixWord(diagrams, order, root, 1, ARCH_X86_64);
    expect(regionsOf(diagrams, order, own, 0).map(({ first, last }) => [first, last])).toEqual([
      [0, 2],
      [3, 3],
      [4, 15],
      [16, 0xffffffff],
    ]);
  });
});

describe('specialise', () => {
  it('decides like the program when words are known', () => {
    const valueOf = (term: Expression, words: Uint32Array): number => {
      if (term.kind === 'constant') return term.value;
      if (term.kind === 'word') return words[term.offset / 4];
      return compute(term.code, valueOf(term.left, words), valueOf(term.right, words)) ?? 0;
    };
    fc.assert(
      fc.property(programs, inputs, (program, samples) => {
        fc.pre(!findRefusal(program));
        for (const words of samples) {
          let node = orComplex(() =>
            specialise(
              program,
              new Map([
                [0, words[0]],
                [4, words[1]],
              ]),
            ),
          );
          if (!node) continue;
          while (node.kind === 'test') {
            const { code, left, right }: Test = node.test;
            node = holds(code, valueOf(left, words), valueOf(right, words)) ? node.whenTrue : node.whenFalse;
          }
          expect(valueOf(node.value, words)).toBe(machine.run(program, words));
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('improve', () => {
  it('makes the allowed calls of a bit array cacheable, and never changes a verdict', () => {
    for (const name of ['write', 'file'] as const) {
      const { program } = compileFilter(inputOf(STRACE_SETS[name]), { strategies: [bitArray] });
      const { program: better, before, after } = improve(program, ARCH_X86_64, archSyscallNumbers);
      expect(before.cached).toBe(0);
      expect(after.cached).toBe(after.allowed);
      expect(areEquivalent(program, better)).toBe(true);
    }
  });
});
