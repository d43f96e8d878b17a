// The layer below the filters: encoding, builder, validation, interpretation, optimiser.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '../../src/bpf/builder.js';
import { decode, encode, isBranch, Op, RET_ALLOW, RET_TRACE, type Instruction } from '../../src/bpf/instruction.js';
import { cacheable, interpret } from '../../src/bpf/interpret.js';
import { optimize } from '../../src/bpf/optimize.js';
import { findRefusal } from '../../src/bpf/validate.js';
import { programs } from './programs.js';

const ins = (code: number, k = 0, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });
const ret = ins(Op.RET_K, RET_ALLOW);

describe('encode and decode', () => {
  it('are inverse', () => {
    const instruction = fc.record({
      code: fc.integer({ min: 0, max: 0xffff }),
      jt: fc.integer({ min: 0, max: 255 }),
      jf: fc.integer({ min: 0, max: 255 }),
      k: fc.integer({ min: 0, max: 0xffffffff }),
    });
    fc.assert(
      fc.property(fc.array(instruction), (program) => {
        expect(decode(encode(program))).toEqual(program);
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 0, maxLength: 64 }), (bytes) => {
        if (bytes.length % 8) expect(() => decode(bytes)).toThrowError(/truncated/);
        else expect(Buffer.compare(encode(decode(bytes)), bytes)).toBe(0);
      }),
    );
  });

  it('write struct sock_filter', () => {
    expect(encode([ins(Op.JEQ_K, 0xc000003e, 1, 2)]).toString('hex')).toBe('150001023e0000c0');
  });
});

describe('ProgramBuilder', () => {
  it('resolves forward labels and drops jumps to the next instruction', () => {
    const builder = new ProgramBuilder();
    const end = builder.label('end');
    builder.statement(Op.LD_W_ABS, 0);
    builder.branch(Op.JEQ_K, 5, end);
    builder.statement(Op.LD_W_ABS, 4);
    builder.goto(end);
    builder.place(end);
    builder.statement(Op.RET_A);
    expect(builder.build()).toEqual([ins(Op.LD_W_ABS, 0), ins(Op.JEQ_K, 5, 1, 0), ins(Op.LD_W_ABS, 4), ins(Op.RET_A)]);
  });

  it('rejects unset, backward and repeated labels, a missing end and empty programs, with the position', () => {
    const build = (fill: (builder: ProgramBuilder) => void): (() => unknown) => {
      const builder = new ProgramBuilder();
      return () => {
        fill(builder);
        return builder.build();
      };
    };
    expect(
      build((b) => {
        b.statement(Op.LD_W_ABS);
        b.branch(Op.JEQ_K, 1, b.label('nowhere'));
        b.statement(Op.RET_A);
      }),
    ).toThrowError(expect.objectContaining({ fault: 'unset label', pc: 1 }));
    expect(
      build((b) => {
        const top = b.label('top');
        b.place(top);
        b.statement(Op.LD_W_ABS);
        b.goto(top);
        b.statement(Op.RET_A);
      }),
    ).toThrowError(expect.objectContaining({ fault: 'backward jump', pc: 1 }));
    expect(
      build((b) => {
        const twice = b.label('twice');
        b.place(twice);
        b.statement(Op.RET_A);
        b.place(twice);
      }),
    ).toThrowError(expect.objectContaining({ fault: 'label set twice', pc: 1 }));
    expect(build((b) => b.statement(Op.LD_W_ABS))).toThrowError(
      expect.objectContaining({ fault: 'falls off the end' }),
    );
    expect(build(() => undefined)).toThrowError(expect.objectContaining({ fault: 'empty program' }));
  });

  it('stops at 4096 instructions', () => {
    const fill = (count: number): Instruction[] => {
      const builder = new ProgramBuilder();
      for (let i = 1; i < count; i++) builder.statement(Op.LD_W_ABS, 0);
      builder.statement(Op.RET_A);
      return builder.build();
    };
    expect(findRefusal(fill(4096))).toBeUndefined();
    expect(() => fill(4097)).toThrowError(expect.objectContaining({ fault: 'program too long' }));
  });

  it('reaches any distance: the program decides as a walk over its items does', () => {
    const item = fc.tuple(fc.integer({ min: 0, max: 7 }), fc.nat(700), fc.nat(700));
    fc.assert(
      fc.property(fc.array(item, { minLength: 300, maxLength: 700, size: 'max' }), (items) => {
        const builder = new ProgramBuilder();
        const labels = items.map((_, i) => builder.label(`l${i}`));
        const end = builder.label('end');
        // Kinds: 0-4 branch on equality with i % 4, 5 goto, 6 A += 1, 7 return the index; every jump goes forward.
        const to = (i: number, skip: number): number => Math.min(i + 1 + skip, items.length);
        items.forEach(([kind, yes, no], i) => {
          builder.place(labels[i]);
          if (kind < 5) builder.branch(Op.JEQ_K, i % 4, labels[to(i, yes)] ?? end, labels[to(i, no)] ?? end);
          else if (kind === 5) builder.goto(labels[to(i, yes)] ?? end);
          else if (kind === 6) builder.statement(Op.ADD_K, 1);
          else builder.statement(Op.RET_K, i);
        });
        builder.place(end);
        builder.statement(Op.RET_K, 0xffff);
        const program = [ins(Op.LD_W_ABS, 0), ...builder.build()];
        expect(findRefusal(program)).toBeUndefined();
        for (let nr = 0; nr < 5; nr++) {
          let a = nr;
          let i = 0;
          let result = 0xffff;
          while (i < items.length) {
            const [kind, yes, no] = items[i];
            if (kind === 7) {
              result = i;
              break;
            }
            if (kind === 6) a++;
            i = kind < 5 ? to(i, a === i % 4 ? yes : no) : kind === 5 ? to(i, yes) : i + 1;
          }
          expect(interpret(program, { nr, arch: 0 }).action).toBe(result);
        }
      }),
      { numRuns: 40 },
    );
  });
});

describe('findRefusal', () => {
  const bad: [name: string, program: Instruction[], pc: number][] = [
    ['empty', [], -1],
    ['too long', Array.from({ length: 4097 }, () => ret), -1],
    ['no return at the end', [ins(Op.LD_IMM, 1)], 0],
    ['ends with a jump', [ret, ins(Op.JA, 0)], 1],
    ['load past the data', [ins(Op.LD_W_ABS, 64), ret], 0],
    ['unaligned load', [ins(Op.LD_W_ABS, 2), ret], 0],
    ['half-word load', [ins(0x28, 0), ret], 0],
    ['indirect load', [ins(0x40, 0), ret], 0],
    ['MOD', [ins(0x94, 3), ret], 0],
    ['division by 0', [ins(Op.DIV_K, 0), ret], 0],
    ['shift by 32', [ins(Op.LSH_K, 32), ret], 0],
    ['right shift by 32', [ins(Op.RSH_K, 32), ret], 0],
    ['slot 16', [ins(Op.ST, 16), ret], 0],
    ['unwritten slot', [ins(Op.LD_MEM, 0), ret], 0],
    ['slot written on one way only', [ins(Op.JEQ_K, 0, 1, 0), ins(Op.ST, 1), ins(Op.LDX_MEM, 1), ret], 2],
    ['JA past the end', [ins(Op.JA, 1), ret], 0],
    ['JA that wraps', [ins(Op.JA, 0xffffffff), ret], 0],
    ['branch past the end', [ins(Op.JEQ_K, 0, 0, 1), ret], 0],
    ['RET X', [ins(0x0e)], 0],
    ['high bits in the code', [ins(0x0106, RET_ALLOW)], 0],
  ];
  for (const [name, program, pc] of bad) it(`refuses: ${name}`, () => expect(findRefusal(program)?.pc).toBe(pc));

  it('accepts scratch memory written on both ways, and shifts and divisions by X', () => {
    const program = [
      ins(Op.LD_W_LEN),
      ins(Op.JEQ_K, 0, 0, 2),
      ins(Op.ST, 1),
      ins(Op.JA, 1),
      ins(Op.STX, 1),
      ins(Op.LDX_MEM, 1),
      ins(Op.LSH_X),
      ins(Op.DIV_X),
      ins(Op.RET_A),
    ];
    expect(findRefusal(program)).toBeUndefined();
  });
});

describe('interpret', () => {
  const run = (...body: Instruction[]): number =>
    interpret([...body, ins(Op.RET_A)], { nr: 7, arch: 9, args: [[0xdeadbeef, 0x12345678]] }).action;

  it('computes in unsigned 32 bits as the kernel does', () => {
    expect(run(ins(Op.LD_IMM, 0xffffffff), ins(Op.ADD_K, 2))).toBe(1);
    expect(run(ins(Op.LD_IMM, 1), ins(Op.SUB_K, 2))).toBe(0xffffffff);
    expect(run(ins(Op.LD_IMM, 0xffffffff), ins(Op.MUL_K, 0xffffffff))).toBe(1);
    expect(run(ins(Op.LD_IMM, 0xffffffff), ins(Op.DIV_K, 2))).toBe(0x7fffffff);
    expect(run(ins(Op.LD_IMM, 1), ins(Op.NEG))).toBe(0xffffffff);
    expect(run(ins(Op.LD_IMM, 0xf0f0f0f0), ins(Op.XOR_K, 0xffffffff))).toBe(0x0f0f0f0f);
    expect(run(ins(Op.LD_IMM, 0x80000000), ins(Op.OR_K, 1))).toBe(0x80000001);
    expect(run(ins(Op.LD_IMM, 0x80000000), ins(Op.RSH_K, 31))).toBe(1);
    expect(run(ins(Op.LDX_IMM, 33), ins(Op.LD_IMM, 1), ins(Op.LSH_X))).toBe(2);
    expect(run(ins(Op.LD_W_LEN))).toBe(64);
    expect(run(ins(Op.LDX_W_LEN), ins(Op.TXA))).toBe(64);
    expect(run(ins(Op.LD_W_ABS, 16))).toBe(0xdeadbeef);
    expect(run(ins(Op.LD_W_ABS, 20))).toBe(0x12345678);
    expect(run(ins(Op.LD_W_ABS, 4), ins(Op.ST, 3), ins(Op.LDX_MEM, 3), ins(Op.LD_IMM, 1), ins(Op.ADD_X))).toBe(10);
  });

  it('kills the thread on division by 0 in X', () => {
    expect(run(ins(Op.LD_IMM, 5), ins(Op.LDX_IMM, 0), ins(Op.DIV_X), ins(Op.ADD_K, 1))).toBe(0);
  });

  it('counts what it executes and marks coverage', () => {
    const coverage = new Uint8Array(4);
    const program = [ins(Op.LD_W_ABS, 0), ins(Op.JEQ_K, 7, 1, 0), ret, ins(Op.RET_K, RET_TRACE)];
    expect(interpret(program, { nr: 7, arch: 0 }, coverage)).toEqual({ action: RET_TRACE, executed: 3 });
    expect([...coverage]).toEqual([1, 1, 0, 1]);
  });
});

describe('cacheable', () => {
  const arch = 0xc000003e;
  it('follows the emulation rules of the allow bitmap', () => {
    expect(cacheable([ret], arch, 1)).toBe(true);
    expect(cacheable([ins(Op.RET_K, RET_ALLOW + 1)], arch, 1)).toBe(false);
    expect(
      cacheable([ins(Op.LD_W_ABS, 0), ins(Op.AND_K, 3), ins(Op.JSET_K, 1, 0, 1), ret, ins(Op.RET_K, 0)], arch, 5),
    ).toBe(true);
    for (const spoiler of [ins(Op.LD_W_ABS, 16), ins(Op.TAX), ins(Op.LD_IMM), ins(Op.RSH_K, 1), ins(Op.LD_W_LEN)]) {
      expect(cacheable([spoiler, ret], arch, 1)).toBe(false);
    }
    expect(cacheable([ins(Op.JA, 1), ins(Op.TAX), ret], arch, 1)).toBe(true);
    expect(cacheable([ret], arch, 0x40000001)).toBe(false);
  });
});

describe('optimize', () => {
  const word = fc.oneof(fc.nat(6), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff));

  it('keeps the meaning and never lengthens', () => {
    const words = fc.tuple(word, word, word, word, word);
    fc.assert(
      fc.property(programs, fc.array(words, { minLength: 8, maxLength: 20 }), (program, inputs) => {
        fc.pre(findRefusal(program) === undefined);
        const shorter = optimize(program);
        expect(findRefusal(shorter)).toBeUndefined();
        expect(shorter.length).toBeLessThanOrEqual(program.length);
        for (const [nr, arch, ip, low, high] of inputs) {
          const data = { nr, arch, ip: [ip, 0] as const, args: [[low, high] as const] };
          expect(interpret(shorter, data).action).toBe(interpret(program, data).action);
        }
        expect(optimize(shorter).length).toBeLessThanOrEqual(shorter.length);
      }),
      { numRuns: 400 },
    );
  });

  it('threads jumps, merges returns, drops dead code, reloads and settled comparisons', () => {
    const program = [
      ins(Op.LD_W_ABS, 4),
      ins(Op.JEQ_K, 1, 0, 6),
      ins(Op.LD_W_ABS, 4), // held already
      ins(Op.JEQ_K, 1, 1, 0), // settled
      ins(Op.RET_K, 3),
      ins(Op.JA, 1),
      ins(Op.RET_K, 4), // dead
      ins(Op.RET_K, RET_ALLOW),
      ins(Op.JEQ_K, 9, 0, 0), // no difference
      ins(Op.RET_K, RET_TRACE),
    ];
    expect(optimize(program)).toEqual([
      ins(Op.LD_W_ABS, 4),
      ins(Op.JEQ_K, 1, 1, 0),
      ins(Op.RET_K, RET_TRACE),
      ins(Op.RET_K, RET_ALLOW),
    ]);
    expect(program.filter(({ code }) => isBranch(code))).toHaveLength(3);
  });
});
