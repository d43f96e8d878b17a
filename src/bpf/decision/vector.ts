// 32-bit arithmetic on functions: a vector holds a function for each bit, bit 0 first.
import { BpfError } from '../bpf-error.js';
import { Op } from '../instruction.js';
import type { Diagrams, Node } from './diagrams.js';

/** One function for each of the 32 bits. */
export type Vector = readonly Node[];

const BITS = 32;

/** Operations of the A register over functions. */
export class VectorArithmetic {
  constructor(private readonly d: Diagrams) {}

  constant(value: number): Vector {
    return Array.from({ length: BITS }, (_, bit) => ((value >>> bit) & 1 ? this.d.true : this.d.false));
  }

  /** `yes` where the condition holds, elsewhere `no`. */
  choose(condition: Node, yes: Vector, no: Vector): Vector {
    return yes.map((bit, i) => this.d.ite(condition, bit, no[i]));
  }

  private bitwise(a: Vector, b: Vector, join: (p: Node, q: Node) => Node): Vector {
    return a.map((bit, i) => join(bit, b[i]));
  }

  private not(a: Vector): Vector {
    return a.map((bit) => this.d.not(bit));
  }

  private add(a: Vector, b: Vector, carry: Node = this.d.false): Vector {
    const { d } = this;
    const sum: Node[] = [];
    for (let i = 0; i < BITS; i++) {
      const half = d.xor(a[i], b[i]);
      sum.push(d.xor(half, carry));
      carry = d.ite(half, carry, a[i]);
    }
    return sum;
  }

  private subtract(a: Vector, b: Vector): Vector {
    return this.add(a, this.not(b), this.d.true);
  }

  private shiftBy(a: Vector, count: number, left: boolean): Vector {
    return a.map((_, i) => a[left ? i - count : i + count] ?? this.d.false);
  }

  /** The count is taken modulo 32, as the kernel does with a count in X. */
  private shift(a: Vector, count: Vector, left: boolean): Vector {
    let shifted = a;
    for (let bit = 0; bit < 5; bit++) {
      shifted = this.choose(count[bit], this.shiftBy(shifted, 1 << bit, left), shifted);
    }
    return shifted;
  }

  private multiply(a: Vector, b: Vector): Vector {
    const { d } = this;
    let sum = this.constant(0);
    // Multiplying by -b instead needs fewer additions when most bits of b are set.
    const negative = this.subtract(this.constant(0), b);
    const set = (v: Vector): number => v.filter((bit) => bit !== d.false).length;
    if (set(negative) < set(b)) return this.subtract(this.constant(0), this.multiply(a, negative));
    for (let i = 0; i < BITS; i++) {
      if (b[i] === d.false) continue;
      const part = this.shiftBy(a, i, true).map((bit) => d.and(bit, b[i]));
      sum = this.add(sum, part);
    }
    return sum;
  }

  /** Long division; the quotient by 0 is of no interest. */
  private divide(a: Vector, b: Vector): Vector {
    const { d } = this;
    // One bit more than the divisor, so that the remainder never overflows.
    let rest: Node[] = Array<Node>(BITS).fill(d.false);
    const quotient: Node[] = Array<Node>(BITS).fill(d.false);
    for (let i = BITS - 1; i >= 0; i--) {
      const overflow = rest[BITS - 1];
      rest = [a[i], ...rest.slice(0, BITS - 1)];
      const fits = d.or(overflow, this.greaterOrEqual(rest, b));
      quotient[i] = fits;
      rest = [...this.choose(fits, this.subtract(rest, b), rest)];
    }
    return quotient;
  }

  equal(a: Vector, b: Vector): Node {
    const { d } = this;
    let all = d.true;
    for (let i = 0; i < BITS; i++) all = d.ite(d.xor(a[i], b[i]), d.false, all);
    return all;
  }

  greaterOrEqual(a: Vector, b: Vector): Node {
    const { d } = this;
    let result = d.true;
    for (let i = 0; i < BITS; i++) result = d.ite(a[i], d.ite(b[i], result, d.true), d.ite(b[i], d.false, result));
    return result;
  }

  private anyCommon(a: Vector, b: Vector): Node {
    const { d } = this;
    let any = d.false;
    for (let i = 0; i < BITS; i++) any = d.or(d.and(a[i], b[i]), any);
    return any;
  }

  /** The comparison of a jump; `code` without the bit that chooses X. */
  compare(code: number, a: Vector, b: Vector): Node {
    switch (code) {
      case Op.JEQ_K:
        return this.equal(a, b);
      case Op.JGE_K:
        return this.greaterOrEqual(a, b);
      case Op.JGT_K:
        return this.d.not(this.greaterOrEqual(b, a));
      default:
        return this.anyCommon(a, b);
    }
  }

  /** The result of an ALU instruction; `code` without the bit that chooses X. */
  alu(code: number, a: Vector, b: Vector): Vector {
    const { d } = this;
    switch (code) {
      case Op.ADD_K:
        return this.add(a, b);
      case Op.SUB_K:
        return this.subtract(a, b);
      case Op.MUL_K:
        return this.multiply(a, b);
      case Op.DIV_K:
        return this.divide(a, b);
      case Op.OR_K:
        return this.bitwise(a, b, (p, q) => d.or(p, q));
      case Op.AND_K:
        return this.bitwise(a, b, (p, q) => d.and(p, q));
      case Op.XOR_K:
        return this.bitwise(a, b, (p, q) => d.xor(p, q));
      case Op.LSH_K:
        return this.shift(a, b, true);
      case Op.RSH_K:
        return this.shift(a, b, false);
      case Op.NEG:
        return this.subtract(this.constant(0), a);
    }
    throw new BpfError('invalid instruction', `opcode 0x${code.toString(16)}`);
  }

  /** The word whose bits are the vector's functions. */
  word(a: Vector): Node {
    const { d } = this;
    let word = d.end(0);
    for (let i = BITS - 1; i >= 0; i--) {
      if (a[i] === d.false) continue;
      const set = d.map(word, (value) => value | (1 << i));
      word = d.ite(a[i], set, word);
    }
    return word;
  }
}
