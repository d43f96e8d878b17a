// Argument conditions: compiled programs against the evaluator on boundary and random values, and multiplexer leaves.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BpfError } from '../../src/bpf/bpf-error.js';
import { collectBoundaries, evaluateCondition, type Condition } from '../../src/bpf/condition.js';
import { ALLOW_LEAF, TRACE_LEAF, type FilterInput, type Leaf } from '../../src/bpf/filter-input.js';
import { ARCH_I386, ARCH_X86_64, RET_ALLOW, RET_TRACE, type Program } from '../../src/bpf/instruction.js';
import { cacheable, interpret } from '../../src/bpf/interpret.js';
import { compileFilter, compilePlain } from '../../src/bpf/seccomp-filter.js';
import { rangeTree } from '../../src/bpf/strategy.js';
import { verifyFilter } from '../../src/bpf/verify.js';

const NONE: ReadonlySet<number> = new Set();

function inputWith(leaves: ReadonlyMap<number, Leaf>): FilterInput {
  return {
    x86_64: { size: 10, traced: new Set([1]), leaves },
    i386: { size: 10, traced: NONE },
    x32: { size: 10, traced: NONE },
  };
}

const word64 = fc.oneof(
  fc.bigInt({ min: 0n, max: 20n }),
  fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }),
  fc.constantFrom(0n, (1n << 31n) - 1n, 1n << 31n, (1n << 32n) - 1n, 1n << 32n, 1n << 63n, (1n << 64n) - 1n),
);
const operand = {
  arg: fc.integer({ min: 0, max: 5 }),
  width: fc.constantFrom<32 | 64>(32, 64),
  mask: fc.option(word64, { nil: undefined }),
};
const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.record({
      op: fc.constantFrom<'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge'>('eq', 'ne', 'lt', 'le', 'gt', 'ge'),
      ...operand,
      value: word64,
      signed: fc.boolean(),
    }),
    fc.record({ op: fc.constant<'in'>('in'), ...operand, values: fc.array(word64, { maxLength: 12 }) }),
    fc.record({ op: fc.constant<'and'>('and'), of: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ op: fc.constant<'or'>('or'), of: fc.array(tie('condition'), { maxLength: 3 }) }),
    fc.record({ op: fc.constant<'not'>('not'), of: tie('condition') }),
  ),
}));

function pair(value: bigint): [number, number] {
  return [Number(value & 0xffffffffn), Number(value >> 32n)];
}

/** The program without sharing; undefined where it outgrows the kernel's limit. */
function plainTwin(input: FilterInput): Program | undefined {
  try {
    return compilePlain(input, rangeTree);
  } catch (error) {
    if (error instanceof BpfError && error.fault === 'program too long') return undefined;
    throw error;
  }
}

describe('conditions', () => {
  it('evaluates comparisons by width, sign and mask', () => {
    const args = (value: bigint): [number, number][] => Array.from({ length: 6 }, () => pair(value));
    const minusOne = (1n << 64n) - 1n;
    const c = (part: Partial<Condition>): Condition =>
      ({ op: 'eq', arg: 0, width: 64, value: 0n, ...part }) as Condition;
    expect(evaluateCondition(c({ op: 'lt', signed: true }), args(minusOne))).toBe(true);
    expect(evaluateCondition(c({ op: 'lt' }), args(minusOne))).toBe(false);
    expect(evaluateCondition(c({ width: 32, value: -1n }), args(0x1_ffff_ffffn))).toBe(true);
    expect(evaluateCondition(c({ value: -1n }), args(0x1_ffff_ffffn))).toBe(false);
    expect(evaluateCondition(c({ mask: 0xf0n, value: 0x10n }), args(0x1fn))).toBe(true);
    expect(evaluateCondition(c({ op: 'ge', width: 32, signed: true, value: -2n }), args(0xffff_fffen))).toBe(true);
  });

  it('compiled, optimised and plain, equals the evaluator', () => {
    fc.assert(
      fc.property(
        condition,
        fc.array(fc.array(word64, { minLength: 6, maxLength: 6 }), { maxLength: 20 }),
        (c, random) => {
          const leaf: Leaf = { kind: 'check', condition: c, then: { kind: 'trace', rule: 7 }, otherwise: ALLOW_LEAF };
          const input = inputWith(new Map([[3, leaf]]));
          const { program } = compileFilter(input);
          const plain = plainTwin(input);
          const sets = Array.from({ length: 6 }, () => new Set<bigint>([0n]));
          collectBoundaries(c, sets);
          const vectors = [...random];
          sets.forEach((set, arg) => set.forEach((value) => vectors.push([0n, 0n, 0n, 0n, 0n, 0n].with(arg, value))));
          for (const vector of vectors) {
            const args = vector.map(pair);
            const expected = evaluateCondition(c, args) ? RET_TRACE + 7 : RET_ALLOW;
            expect(interpret(program, { arch: ARCH_X86_64, nr: 3, args }).action).toBe(expected);
            if (plain) expect(interpret(plain, { arch: ARCH_X86_64, nr: 3, args }).action).toBe(expected);
          }
          expect(cacheable(program, ARCH_X86_64, 2)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('looks up many values of one argument by a tree', () => {
    const values = Array.from({ length: 60 }, (_, i) => BigInt(0x5400 + 3 * i));
    const leaf: Leaf = {
      kind: 'check',
      condition: { op: 'in', arg: 1, width: 32, values },
      then: TRACE_LEAF,
      otherwise: ALLOW_LEAF,
    };
    const { program } = compileFilter(inputWith(new Map([[4, leaf]])));
    for (let value = 0x5300; value < 0x5600; value++) {
      const args: [number, number][] = [
        [0, 0],
        [value, 9],
      ];
      const { action, executed } = interpret(program, { arch: ARCH_X86_64, nr: 4, args });
      expect(action).toBe(values.includes(BigInt(value)) ? RET_TRACE : RET_ALLOW);
      expect(executed).toBeLessThan(18);
    }
  });

  it('loads an argument once on a path, and shares equal bodies', () => {
    const body: Leaf = {
      kind: 'check',
      condition: {
        op: 'and',
        of: [
          { op: 'ge', arg: 0, width: 32, value: 5n },
          { op: 'lt', arg: 0, width: 32, value: 9n },
        ],
      },
      then: { kind: 'trace', rule: 3 },
      otherwise: ALLOW_LEAF,
    };
    const one = compileFilter(inputWith(new Map([[3, body]]))).program;
    expect(one.filter(({ code, k }) => code === 0x20 && k === 16)).toHaveLength(1);
    const two = compileFilter(inputWith(new Map([3, 7].map((nr) => [nr, structuredClone(body)])))).program;
    expect(two.length).toBe(one.length + 1);
  });

  it('decides i386 multiplexers by their subcall', () => {
    const leaf: Leaf = {
      kind: 'check',
      condition: { op: 'in', arg: 0, width: 32, values: [3n, 9n] },
      then: TRACE_LEAF,
      otherwise: ALLOW_LEAF,
    };
    const none: FilterInput['x32'] = { size: 5, traced: NONE };
    const { program } = compileFilter({
      x86_64: none,
      x32: none,
      i386: { size: 451, traced: new Set([4]), leaves: new Map([[102, leaf]]) },
    });
    const run = (call: number): number => interpret(program, { arch: ARCH_I386, nr: 102, args: [[call, 0]] }).action;
    expect([2, 3, 4, 8, 9, 10].map(run).map((action) => action === RET_TRACE)).toEqual([
      false,
      true,
      false,
      false,
      true,
      false,
    ]);
  });

  it('refuses what seccomp_data cannot express', () => {
    const bad =
      (leaf: Leaf): (() => unknown) =>
      () =>
        compileFilter(inputWith(new Map([[3, leaf]])));
    expect(bad({ kind: 'trace', rule: 0x10000 })).toThrowError(/16 bits/);
    expect(
      bad({
        kind: 'check',
        condition: { op: 'eq', arg: 6, width: 32, value: 0n },
        then: TRACE_LEAF,
        otherwise: ALLOW_LEAF,
      }),
    ).toThrowError(/no argument 6/);
  });

  it('is verified at its boundaries: a wrong constant is found', () => {
    const leaf = (value: bigint): Leaf => ({
      kind: 'check',
      condition: { op: 'ge', arg: 2, width: 64, value, signed: true },
      then: TRACE_LEAF,
      otherwise: ALLOW_LEAF,
    });
    const { program } = compileFilter(inputWith(new Map([[3, leaf(0x1_0000_0005n)]])));
    for (const value of [0x1_0000_0004n, 0x1_0000_0006n, 0x2_0000_0005n, -0x1_0000_0005n]) {
      expect(() => verifyFilter(program, inputWith(new Map([[3, leaf(value)]])))).toThrowError(/verification/);
    }
  });
});
