// A program for one system call: what is left of it to decide when the architecture and the number are known.
import { BpfError } from '../bpf-error.js';
import { CLASS_LD, CLASS_LDX, DATA_ARCH, DATA_NR, DATA_SIZE, isBranch, Op, type Program } from '../instruction.js';
import { constantOf, holds, operation, wordOf, type Expression } from './expression.js';

/** A comparison of two terms (the opcode with K). */
export interface Test {
  readonly code: number;
  readonly left: Expression;
  readonly right: Expression;
}

/** What remains to be decided; equal remains of one program are the same object. */
export type Decision =
  | { readonly kind: 'return'; readonly id: number; readonly value: Expression }
  | {
      readonly kind: 'test';
      readonly id: number;
      readonly test: Test;
      readonly whenTrue: Decision;
      readonly whenFalse: Decision;
    };

/** Known words of the input, by their offset. */
export type Known = ReadonlyMap<number, number>;

/** More than this, and the program is one that nobody reads. */
const MAX_DECISIONS = 20_000;
const USES_X = 8;

interface State {
  readonly a: Expression;
  readonly x: Expression;
  readonly memory: ReadonlyMap<number, Expression>;
}

class Specialiser {
  private readonly done = new Map<string, Decision>();
  private readonly made = new Map<string, Decision>();

  constructor(
    private readonly program: Program,
    private readonly known: Known,
  ) {}

  private return(value: Expression): Decision {
    const key = value.key;
    let decision = this.made.get(key);
    if (!decision) this.made.set(key, (decision = { kind: 'return', id: this.made.size, value }));
    return decision;
  }

  private test(test: Test, whenTrue: Decision, whenFalse: Decision): Decision {
    if (whenTrue === whenFalse) return whenTrue;
    const key = `${test.left.key}?${test.code}?${test.right.key}?${whenTrue.id}?${whenFalse.id}`;
    let decision = this.made.get(key);
    if (!decision) {
      if (this.made.size >= MAX_DECISIONS) throw new BpfError('too complex', 'too many ways to decide one call');
      this.made.set(key, (decision = { kind: 'test', id: this.made.size, test, whenTrue, whenFalse }));
    }
    return decision;
  }

  private load(offset: number): Expression {
    const value = this.known.get(offset);
    return value === undefined ? wordOf(offset) : constantOf(value);
  }

  private step(state: State, pc: number): State | Decision {
    const { code, k } = this.program[pc];
    const { a, x, memory } = state;
    switch (code) {
      case Op.LD_W_ABS:
        return { a: this.load(k), x, memory };
      case Op.LD_MEM:
        return { a: memory.get(k) ?? constantOf(0), x, memory };
      case Op.LDX_MEM:
        return { a, x: memory.get(k) ?? constantOf(0), memory };
      case Op.ST:
        return { a, x, memory: new Map(memory).set(k, a) };
      case Op.STX:
        return { a, x, memory: new Map(memory).set(k, x) };
      case Op.TAX:
        return { a, x: a, memory };
      case Op.TXA:
        return { a: x, x, memory };
      case Op.LD_W_LEN:
        return { a: constantOf(DATA_SIZE), x, memory };
      case Op.LDX_W_LEN:
        return { a, x: constantOf(DATA_SIZE), memory };
    }
    if ((code & 7) === CLASS_LD) return { a: constantOf(k), x, memory };
    if ((code & 7) === CLASS_LDX) return { a, x: constantOf(k), memory };
    let operand = code & USES_X ? x : constantOf(k);
    const kind = code === Op.NEG ? code : code & ~USES_X;
    // The kernel takes shift counts modulo 32.
    if ((kind === Op.LSH_K || kind === Op.RSH_K) && operand.kind === 'constant')
      operand = constantOf(operand.value & 31);
    const next = { a: operation(kind, a, operand), x, memory };
    if (code !== Op.DIV_X) return next;
    const ends = this.return(constantOf(0));
    if (x.kind === 'constant') return x.value === 0 ? ends : next;
    return this.test({ code: Op.JEQ_K, left: x, right: constantOf(0) }, ends, this.visit(pc + 1, next));
  }

  visit(pc: number, state: State): Decision {
    for (;;) {
      const { code, jt, jf, k } = this.program[pc];
      if (code === Op.RET_K) return this.return(constantOf(k));
      if (code === Op.RET_A) return this.return(state.a);
      if (code === Op.JA) {
        pc += 1 + k;
        continue;
      }
      if (isBranch(code)) {
        const test = {
          code: code & ~USES_X,
          left: state.a,
          right: code & USES_X ? state.x : constantOf(k),
        };
        if (test.left.kind === 'constant' && test.right.kind === 'constant') {
          pc += 1 + (holds(test.code, test.left.value, test.right.value) ? jt : jf);
          continue;
        }
        return this.branch(pc, state, test);
      }
      const next = this.step(state, pc);
      if ('kind' in next) return next;
      state = next;
      pc++;
    }
  }

  private branch(pc: number, state: State, test: Test): Decision {
    const memory = [...state.memory].map(([slot, value]) => `${slot}:${value.key}`).join(',');
    const key = `${pc}|${state.a.key}|${state.x.key}|${memory}`;
    let decision = this.done.get(key);
    if (!decision) {
      if (this.done.size >= MAX_DECISIONS) throw new BpfError('too complex', 'too many ways to decide one call');
      const { jt, jf } = this.program[pc];
      decision = this.test(test, this.visit(pc + 1 + jt, state), this.visit(pc + 1 + jf, state));
      this.done.set(key, decision);
    }
    return decision;
  }
}

/** The rest of a valid program when some words of its input are known. @throws BpfError 'too complex' */
export function specialise(program: Program, known: Known): Decision {
  return new Specialiser(program, known).visit(0, { a: constantOf(0), x: constantOf(0), memory: new Map() });
}

/** The rest of a valid program for one system call. */
export function specialiseCall(program: Program, arch: number, nr: number): Decision {
  return specialise(
    program,
    new Map([
      [DATA_NR, nr],
      [DATA_ARCH, arch],
    ]),
  );
}
