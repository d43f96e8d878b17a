// Values that a filter computes from its input, as terms; constants are folded as the kernel computes them.
import { Op } from '../instruction.js';

/** A 32-bit value. Equal terms have equal keys. */
export type Expression =
  | { readonly kind: 'constant'; readonly key: string; readonly value: number }
  /** A word of seccomp_data. */
  | { readonly kind: 'word'; readonly key: string; readonly offset: number }
  /** An ALU opcode (the variant with K) over two terms. */
  | {
      readonly kind: 'operation';
      readonly key: string;
      readonly code: number;
      readonly left: Expression;
      readonly right: Expression;
    };

export function constantOf(value: number): Expression {
  return { kind: 'constant', key: `${value >>> 0}`, value: value >>> 0 };
}

export function wordOf(offset: number): Expression {
  return { kind: 'word', key: `[${offset}]`, offset };
}

/** The kernel's arithmetic on unsigned words; undefined for a division by 0, which ends the program. */
export function compute(code: number, a: number, b: number): number | undefined {
  switch (code) {
    case Op.ADD_K:
      return (a + b) >>> 0;
    case Op.SUB_K:
      return (a - b) >>> 0;
    case Op.MUL_K:
      return Math.imul(a, b) >>> 0;
    case Op.DIV_K:
      return b === 0 ? undefined : Math.floor(a / b);
    case Op.OR_K:
      return (a | b) >>> 0;
    case Op.AND_K:
      return (a & b) >>> 0;
    case Op.XOR_K:
      return (a ^ b) >>> 0;
    case Op.LSH_K:
      return (a << b) >>> 0;
    case Op.RSH_K:
      return a >>> b;
    default:
      return -a >>> 0;
  }
}

/** The term of an operation; a constant where both sides are, and a shorter term where one side changes nothing. */
export function operation(code: number, left: Expression, right: Expression): Expression {
  if (left.kind === 'constant' && right.kind === 'constant') {
    const value = compute(code, left.value, right.value);
    if (value !== undefined) return constantOf(value);
  }
  if (right.kind === 'constant') {
    if (code === Op.AND_K && right.value === 0xffffffff) return left;
    if (code === Op.AND_K && right.value === 0) return constantOf(0);
    const keeps: readonly number[] = [Op.ADD_K, Op.SUB_K, Op.OR_K, Op.XOR_K, Op.LSH_K, Op.RSH_K];
    if (right.value === 0 && keeps.includes(code)) return left;
  }
  return { kind: 'operation', key: `(${left.key} ${code} ${right.key})`, code, left, right };
}

/** Whether a comparison (the opcode with K) holds between constants. */
export function holds(code: number, a: number, b: number): boolean {
  switch (code) {
    case Op.JEQ_K:
      return a === b;
    case Op.JGE_K:
      return a >= b;
    case Op.JGT_K:
      return a > b;
    default:
      return (a & b) !== 0;
  }
}
