// Random programs for property tests: mostly well formed, with jumps that stay inside.
import fc from 'fast-check';
import { Op, type Instruction } from '../../src/bpf/instruction.js';

const JUMPS: readonly number[] = [
  Op.JEQ_K,
  Op.JEQ_X,
  Op.JGT_K,
  Op.JGT_X,
  Op.JGE_K,
  Op.JGE_X,
  Op.JSET_K,
  Op.JSET_X,
  Op.JA,
];
const MEMORY: readonly number[] = [Op.LD_MEM, Op.LDX_MEM, Op.ST, Op.STX];
const RETURNS: readonly number[] = [Op.RET_K, Op.RET_A];
const OTHERS = Object.values(Op).filter((op) => ![...JUMPS, ...MEMORY, ...RETURNS, Op.LD_W_ABS].includes(op));

const constant = fc.oneof(fc.nat(6), fc.constantFrom(0x7fffffff, 0x80000000, 0xffffffff));
const at = (code: number, k: number, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });

const instruction: fc.Arbitrary<Instruction> = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 4, 8, 16, 20).map((k) => at(Op.LD_W_ABS, k)) },
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom(...JUMPS), constant, fc.nat(6), fc.nat(6))
      .map(([code, k, jt, jf]) => (code === Op.JA ? at(code, jt) : at(code, k, jt, jf))),
  },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...MEMORY), fc.nat(2)).map(([code, k]) => at(code, k)) },
  { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...OTHERS), constant).map(([code, k]) => at(code, k)) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...RETURNS), fc.nat(3)).map(([code, k]) => at(code, k)) },
);

/** Programs of a few dozen instructions; jumps are cut at the end, memory use may still be refused. */
export const programs: fc.Arbitrary<Instruction[]> = fc
  .array(instruction, { minLength: 1, maxLength: 40 })
  .map((body) => {
    const program = [...body, at(Op.RET_K, 7)];
    return program.map(({ code, jt, jf, k }, pc) => {
      const rest = program.length - pc - 2;
      const isJump = JUMPS.includes(code);
      return {
        code,
        jt: isJump ? Math.min(jt, rest) : jt,
        jf: isJump ? Math.min(jf, rest) : jf,
        k: code === Op.JA ? Math.min(k, rest) : k,
      };
    });
  });
