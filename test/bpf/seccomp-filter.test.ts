// Filters against their input: membership for every strategy, equivalence of plain and optimised programs, sizes, speed.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BpfError } from '../../src/bpf/bpf-error.js';
import { measureFilter } from '../../src/bpf/cost.js';
import { abiWords, FILTER_ABIS, type AbiRules, type FilterInput } from '../../src/bpf/filter-input.js';
import { ARCH_I386, ARCH_X86_64, RET_ALLOW, RET_TRACE, type Program } from '../../src/bpf/instruction.js';
import { cacheable, interpret } from '../../src/bpf/interpret.js';
import { optimize } from '../../src/bpf/optimize.js';
import { compileFilter, compilePlain } from '../../src/bpf/seccomp-filter.js';
import { STRATEGIES } from '../../src/bpf/strategy.js';
import { findRefusal } from '../../src/bpf/validate.js';
import { verifyFilter } from '../../src/bpf/verify.js';
import { inputOf, STRACE_SETS } from './strace-sets.js';

const rules: fc.Arbitrary<AbiRules> = fc
  .integer({ min: 0, max: 300 })
  .chain((size) =>
    fc
      .oneof(
        fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, size - 1) }), { maxLength: 12 }),
        fc.uniqueArray(fc.integer({ min: 0, max: Math.max(0, size - 1) }), { maxLength: 250, size: 'max' }),
      )
      .map((numbers) => ({ size, traced: new Set(numbers.filter((nr) => nr < size)) })),
  );

const inputs: fc.Arbitrary<FilterInput> = fc.record({ x86_64: rules, i386: rules, x32: rules });

/** An oracle apart from the sources' own reference: membership in the sets. */
function mustTrace(input: FilterInput, arch: number, nr: number): boolean {
  if (arch !== ARCH_X86_64 && arch !== ARCH_I386) return true;
  const x32 = arch === ARCH_X86_64 && nr >= 0x40000000;
  const { size, traced } = arch === ARCH_I386 ? input.i386 : x32 ? input.x32 : input.x86_64;
  const own = x32 ? nr - 0x40000000 : nr;
  return own >= size || traced.has(own);
}

function* calls(input: FilterInput): Generator<[arch: number, nr: number]> {
  for (const abi of FILTER_ABIS) {
    const { arch, base } = abiWords(abi);
    for (let nr = base === 0 ? 0 : base - 1; nr <= base + input[abi].size + 1; nr++) yield [arch, nr];
  }
  for (const nr of [0x3fffffff, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff]) {
    yield [ARCH_X86_64, nr];
    yield [ARCH_I386, nr];
  }
  for (const arch of [0, 0xc00000b7, ARCH_X86_64 + 1, 0xffffffff]) yield [arch, 1];
}

/** What a program decides otherwise than an input, over the numbers of this one's tables, or those of `reach`. */
function disagreements(program: Program, input: FilterInput, coverage?: Uint8Array, reach = input): string[] {
  const wrong: string[] = [];
  for (const [arch, nr] of calls(reach)) {
    const { action } = interpret(program, { arch, nr }, coverage);
    const expected = mustTrace(input, arch, nr) ? RET_TRACE : RET_ALLOW;
    if (action !== expected) wrong.push(`${arch.toString(16)} ${nr}: ${action.toString(16)}`);
  }
  return wrong;
}

describe('compileFilter', () => {
  for (const strategy of STRATEGIES) {
    it(`${strategy.name}: the program is membership, and every instruction is reached`, () => {
      fc.assert(
        fc.property(inputs, (input) => {
          const { program } = compileFilter(input, { strategies: [strategy] });
          const coverage = new Uint8Array(program.length);
          expect(disagreements(program, input, coverage)).toEqual([]);
          expect(findRefusal(program)).toBeUndefined();
          expect([...coverage].filter((hit) => hit === 0)).toEqual([]);
        }),
        { numRuns: 60 },
      );
    });

    it(`${strategy.name}: the plain program decides alike and is never shorter`, () => {
      fc.assert(
        fc.property(inputs, (input) => {
          let plain: Program | undefined;
          try {
            plain = compilePlain(input, strategy);
          } catch (error) {
            expect(error).toBeInstanceOf(BpfError);
          }
          fc.pre(plain !== undefined);
          if (!plain) return;
          expect(disagreements(plain, input)).toEqual([]);
          const { program } = compileFilter(input, { strategies: [strategy] });
          expect(program.length).toBeLessThanOrEqual(plain.length);
          const again = optimize(plain);
          expect(disagreements(again, input)).toEqual([]);
          expect(again.length).toBeLessThanOrEqual(plain.length);
        }),
        { numRuns: 25 },
      );
    });
  }

  it('allowed numbers of both native tables are answered from the bitmap', () => {
    for (const set of Object.values(STRACE_SETS)) {
      const input = inputOf(set);
      const { program, cost, strategy } = compileFilter(input);
      expect(strategy).not.toBe('bit-array');
      expect(cost.cacheable).toBe(cost.allowed);
      let allowed = 0;
      for (const [arch, { size, traced }] of [
        [ARCH_X86_64, input.x86_64],
        [ARCH_I386, input.i386],
      ] as const) {
        for (let nr = 0; nr < size; nr++) {
          expect(cacheable(program, arch, nr)).toBe(!traced.has(nr));
          if (!traced.has(nr)) allowed++;
        }
      }
      expect(cost.allowed).toBe(allowed);
    }
  });

  it('keeps to the sizes of the best known tree, and to strace for small sets', () => {
    const sizes: Record<string, number> = {};
    for (const [name, set] of Object.entries(STRACE_SETS)) {
      const input = inputOf(set);
      const { program } = compileFilter(input);
      expect(disagreements(program, input)).toEqual([]);
      sizes[name] = program.length;
    }
    // Upper bounds are the figures of a bucketed range tree (4 tests a bucket) for the same sets.
    const bounds: Record<string, number> = {
      write: 26,
      some: 34,
      network: 51,
      process: 69,
      file: 164,
      desc: 221,
      union: 214,
      notWrite: 11,
    };
    for (const [name, bound] of Object.entries(bounds)) expect(sizes[name], name).toBeLessThanOrEqual(bound);
    for (const name of ['write', 'some', 'network', 'process', 'notWrite'] as const) {
      expect(sizes[name], name).toBeLessThan(STRACE_SETS[name].straceSize);
    }
    expect(sizes).toMatchInlineSnapshot(`
      {
        "desc": 214,
        "file": 157,
        "network": 47,
        "notWrite": 10,
        "process": 66,
        "some": 31,
        "union": 210,
        "write": 25,
      }
    `);
  });

  it('reports every strategy when asked to explain', () => {
    const { strategies, strategy, cost } = compileFilter(inputOf(STRACE_SETS.file), { explain: true });
    expect(strategies.map((report) => report.strategy)).toEqual(['linear', 'range-tree', 'bit-array']);
    expect(strategy).toBe('range-tree');
    expect(strategies[2].cost?.cacheable).toBe(0);
    expect(strategies[1].cost).toEqual(cost);
  });

  it('measures by classes what single runs give', () => {
    fc.assert(
      fc.property(inputs, fc.constantFrom(...STRATEGIES), (input, strategy) => {
        const { program } = compileFilter(input, { strategies: [strategy] });
        const cost = measureFilter(program, input);
        for (const abi of FILTER_ABIS) {
          const { arch, base } = abiWords(abi);
          let sum = 0;
          let worst = 0;
          for (let nr = 0; nr < input[abi].size; nr++) {
            const { executed } = interpret(program, { arch, nr: base + nr });
            sum += executed;
            worst = Math.max(worst, executed);
          }
          expect(cost.paths[abi].worst).toBe(worst);
          if (input[abi].size) expect(cost.paths[abi].mean).toBeCloseTo(sum / input[abi].size);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('passes 255-instruction jumps in a long linear program', () => {
    const traced = new Set(Array.from({ length: 600 }, (_, i) => 2 * i + 1));
    const input = { x86_64: { size: 1200, traced }, i386: { size: 1200, traced }, x32: { size: 1200, traced } };
    for (const strategy of STRATEGIES) {
      const { program } = compileFilter(input, { strategies: [strategy] });
      expect(disagreements(program, input)).toEqual([]);
    }
  });

  it('falls back on the bit array when the others exceed 4096 instructions, and gives up beyond it', () => {
    const odd = (count: number): AbiRules => ({
      size: 2 * count,
      traced: new Set(Array.from({ length: count }, (_, i) => 2 * i + 1)),
    });
    const input = { x86_64: odd(6000), i386: odd(6000), x32: odd(6000) };
    const { strategy, strategies, program } = compileFilter(input);
    expect(strategy).toBe('bit-array');
    expect(strategies[0].problem).toContain('4096');
    expect(program.length).toBeLessThanOrEqual(4096);
    const huge = { x86_64: odd(70_000), i386: odd(70_000), x32: odd(70_000) };
    expect(() => compileFilter(huge)).toThrowError(expect.objectContaining({ fault: 'program too long' }));
  });

  it('compiles and verifies a small set within 3 ms once warm', () => {
    const input = inputOf(STRACE_SETS.write);
    for (let i = 0; i < 200; i++) compileFilter(input);
    const times = Array.from({ length: 50 }, () => {
      const start = performance.now();
      compileFilter(input);
      return performance.now() - start;
    });
    expect(Math.min(...times)).toBeLessThan(3);
  });
});

describe('verifyFilter', () => {
  const input = inputOf(STRACE_SETS.some);

  it('finds every single change of a comparison or of a return', () => {
    const { program } = compileFilter(input);
    verifyFilter(program, input);
    program.forEach((instruction, pc) => {
      const mutant = [...program];
      mutant[pc] =
        instruction.code === 0x06
          ? { ...instruction, k: instruction.k === RET_ALLOW ? RET_TRACE : RET_ALLOW }
          : { ...instruction, k: (instruction.k + 1) >>> 0 };
      expect(() => verifyFilter(mutant, input), `instruction ${pc}`).toThrowError(BpfError);
    });
  });

  it('finds programs made for another input', () => {
    fc.assert(
      fc.property(inputs, inputs, (one, other) => {
        const { program } = compileFilter(one);
        // What differs may lie behind the tables of the other.
        const differs = [one, other].some((reach) => disagreements(program, other, undefined, reach).length > 0);
        if (!differs) verifyFilter(program, other);
        else expect(() => verifyFilter(program, other)).toThrowError(/verification/);
      }),
      { numRuns: 40 },
    );
  });

  it('names the call in its message', () => {
    const { program } = compileFilter(input);
    expect(() => verifyFilter(program, inputOf(STRACE_SETS.write))).toThrowErrorMatchingInlineSnapshot(
      `[BpfError: verification: arch 0xc000003e nr 0x0 gives 0x7ff00000, not 0x7fff0000]`,
    );
  });
});
