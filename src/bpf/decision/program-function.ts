// What a program computes, as one function of all 512 bits of struct seccomp_data: a proof over all inputs, no sample.
import {
  CLASS_ALU,
  CLASS_LD,
  CLASS_LDX,
  DATA_ARCH,
  DATA_SIZE,
  isBranch,
  isReturn,
  Op,
  RET_KILL_PROCESS,
  type Instruction,
  type Program,
} from '../instruction.js';
import { validate } from '../validate.js';
import { ACTIONS, keepsData, mostData, verdictOf } from '../verdict.js';
import type { Diagrams } from './diagrams.js';
import { type Node } from './diagrams.js';
import { VectorArithmetic, type Vector } from './vector.js';

const WORDS = DATA_SIZE / 4;
const BITS = 32;
/** Bits of an action word that are its data. */
const DATA_BITS = 16;
/** The bit of ALU and jump opcodes whose operand is X. */
const USES_X = 8;

// Registers and slots as bits of a set.
const A = 1;
const X = 2;
const slot = (k: number): number => 4 << k;

/** Registers and slots that an instruction reads and writes. */
function effects({ code, k }: Instruction): readonly [reads: number, writes: number] {
  switch (code) {
    case Op.LD_MEM:
      return [slot(k), A];
    case Op.LDX_MEM:
      return [slot(k), X];
    case Op.ST:
      return [A, slot(k)];
    case Op.STX:
      return [X, slot(k)];
    case Op.TAX:
      return [A, X];
    case Op.TXA:
      return [X, A];
    case Op.RET_K:
    case Op.JA:
      return [0, 0];
    case Op.RET_A:
      return [A, 0];
  }
  const x = code & USES_X ? X : 0;
  if (isBranch(code)) return [A | x, 0];
  switch (code & 7) {
    case CLASS_LD:
      return [0, A];
    case CLASS_LDX:
      return [0, X];
    default:
      return [A | x, A];
  }
}

/** Instructions that may come after one; none after a return. */
function successors({ code, jt, jf, k }: Instruction, pc: number): number[] {
  if (isReturn(code)) return [];
  if (code === Op.JA) return [pc + 1 + k];
  if (isBranch(code)) return jt === jf ? [pc + 1 + jt] : [pc + 1 + jt, pc + 1 + jf];
  return [pc + 1];
}

/** What is needed later on, in front of each instruction. */
function liveness(program: Program): number[] {
  const live = new Array<number>(program.length).fill(0);
  for (let pc = program.length - 1; pc >= 0; pc--) {
    const [reads, writes] = effects(program[pc]);
    let after = 0;
    for (const next of successors(program[pc], pc)) after |= live[next];
    live[pc] = reads | (after & ~writes);
  }
  return live;
}

/** Words of seccomp_data that meet in one operation must be decided bit by bit together, or comparing them explodes. */
function mixedWords(program: Program, join: (a: number, b: number) => void): void {
  interface Sources {
    a: number;
    x: number;
    readonly memory: Map<number, number>;
  }
  const at: (Sources | undefined)[] = program.map(() => undefined);
  at[0] = { a: 0, x: 0, memory: new Map() };
  program.forEach((instruction, pc) => {
    const before = at[pc];
    if (!before) return;
    const { code, k } = instruction;
    let { a, x } = before;
    const memory = new Map(before.memory);
    if (code & USES_X && (isBranch(code) || (code & 7) === CLASS_ALU)) {
      for (let p = 0; p < WORDS; p++) {
        if (!((a >> p) & 1)) continue;
        for (let q = 0; q < WORDS; q++) if ((x >> q) & 1) join(p, q);
      }
      if (!isBranch(code)) a |= x;
    } else if (code === Op.LD_W_ABS) a = 1 << (k >> 2);
    else if (code === Op.LD_MEM) a = memory.get(k) ?? 0;
    else if (code === Op.LDX_MEM) x = memory.get(k) ?? 0;
    else if (code === Op.ST) memory.set(k, a);
    else if (code === Op.STX) memory.set(k, x);
    else if (code === Op.TAX) x = a;
    else if (code === Op.TXA) a = x;
    else if ((code & 7) === CLASS_LD) a = 0;
    else if ((code & 7) === CLASS_LDX) x = 0;
    for (const next of successors(instruction, pc)) {
      const there = at[next];
      if (!there) at[next] = { a, x, memory: new Map(memory) };
      else {
        there.a |= a;
        there.x |= x;
        for (const [key, sources] of memory) there.memory.set(key, (there.memory.get(key) ?? 0) | sources);
      }
    }
  });
}

/** Places of the variables: architecture first, then the number, then arguments, the highest bit of a word first. */
export class VariableOrder {
  private readonly first: number[];
  private readonly stride: number[];
  private readonly owners: { word: number; bit: number }[] = [];

  constructor(programs: readonly Program[]) {
    const group = Array.from({ length: WORDS }, (_, word) => word);
    const find = (word: number): number => (group[word] === word ? word : (group[word] = find(group[word])));
    for (const program of programs) mixedWords(program, (a, b) => (group[find(a)] = find(b)));
    const order = [DATA_ARCH / 4, 0];
    for (let word = 4; word < WORDS; word++) order.push(word);
    order.push(2, 3);
    this.first = new Array<number>(WORDS).fill(-1);
    this.stride = new Array<number>(WORDS).fill(1);
    let next = 0;
    for (const word of order) {
      if (this.first[word] >= 0) continue;
      const members = order.filter((other) => find(other) === find(word));
      members.forEach((member, i) => {
        this.first[member] = next + i;
        this.stride[member] = members.length;
      });
      next += members.length * BITS;
    }
    for (let word = 0; word < WORDS; word++) {
      for (let bit = 0; bit < BITS; bit++) this.owners[this.variable(word, bit)] = { word, bit };
    }
  }

  /** The variable of a bit of a word of seccomp_data. */
  variable(word: number, bit: number): number {
    return this.first[word] + (BITS - 1 - bit) * this.stride[word];
  }

  /** The bit that a variable stands for. */
  owner(variable: number): { readonly word: number; readonly bit: number } {
    return this.owners[variable];
  }
}

interface State {
  readonly a: Vector;
  readonly x: Vector;
  readonly memory: ReadonlyMap<number, Vector>;
}

class SymbolicRun {
  private readonly math: VectorArithmetic;
  private readonly live: readonly number[];
  private readonly states: (State | undefined)[];
  /** Condition of a branch; of a division: that the divisor is 0. */
  private readonly conditions: Node[] = [];
  /** The ways in: the instruction that jumps, and on which side of its condition. */
  private readonly entries: { from: number; taken: boolean | undefined; state: State }[][];
  private readonly reached = new Map<number, Node>();

  constructor(
    private readonly d: Diagrams,
    private readonly order: VariableOrder,
    private readonly program: Program,
  ) {
    this.math = new VectorArithmetic(d);
    this.live = liveness(program);
    this.states = program.map(() => undefined);
    this.entries = program.map(() => []);
  }

  /** Inputs that come to an instruction. */
  private reach(pc: number): Node {
    if (pc === 0) return this.d.true;
    let node = this.reached.get(pc);
    if (node === undefined) {
      node = this.d.false;
      for (const entry of this.entries[pc]) node = this.d.or(this.reachBy(entry.from, entry.taken), node);
      this.reached.set(pc, node);
    }
    return node;
  }

  private reachBy(from: number, taken: boolean | undefined): Node {
    const all = this.reach(from);
    if (taken === undefined) return all;
    const condition = this.conditions[from];
    return this.d.and(all, taken ? condition : this.d.not(condition));
  }

  /** Registers in front of an instruction: where ways with different values meet, each keeps the inputs it came with. */
  private arrive(pc: number): State | undefined {
    const [first, ...rest] = this.entries[pc];
    if (!first) return undefined;
    const live = this.live[pc];
    let merged = first.state;
    for (const entry of rest) {
      const { state } = entry;
      let way: Node | undefined;
      const join = (bit: number, mine: Vector, theirs: Vector): Vector => {
        if (!(live & bit) || mine === theirs || mine.every((node, i) => node === theirs[i])) return mine;
        way ??= this.reachBy(entry.from, entry.taken);
        return this.math.choose(way, theirs, mine);
      };
      const memory = new Map(merged.memory);
      for (const [k, value] of state.memory) {
        const mine = memory.get(k);
        memory.set(k, mine ? join(slot(k), mine, value) : value);
      }
      merged = { a: join(A, merged.a, state.a), x: join(X, merged.x, state.x), memory };
    }
    return merged;
  }

  private load(word: number): Vector {
    return Array.from({ length: BITS }, (_, bit) => this.d.variable(this.order.variable(word, bit)));
  }

  private after({ code, k }: Instruction, pc: number, state: State): State {
    const { math, d } = this;
    const { a, x, memory } = state;
    switch (code) {
      case Op.LD_W_ABS:
        return { a: this.load(k >> 2), x, memory };
      case Op.LD_IMM:
        return { a: math.constant(k), x, memory };
      case Op.LDX_IMM:
        return { a, x: math.constant(k), memory };
      case Op.LD_W_LEN:
        return { a: math.constant(DATA_SIZE), x, memory };
      case Op.LDX_W_LEN:
        return { a, x: math.constant(DATA_SIZE), memory };
      case Op.LD_MEM:
        return { a: memory.get(k) ?? a, x, memory };
      case Op.LDX_MEM:
        return { a, x: memory.get(k) ?? x, memory };
      case Op.ST:
        return { a, x, memory: new Map(memory).set(k, a) };
      case Op.STX:
        return { a, x, memory: new Map(memory).set(k, x) };
      case Op.TAX:
        return { a, x: a, memory };
      case Op.TXA:
        return { a: x, x, memory };
    }
    const operand = code & USES_X ? x : math.constant(k);
    if (code === Op.DIV_X) this.conditions[pc] = math.equal(x, math.constant(0));
    else this.conditions[pc] = d.false;
    if ((this.live[pc + 1] & A) === 0) return state;
    return { a: math.alu(code === Op.NEG ? code : code & ~USES_X, a, operand), x, memory };
  }

  /** Forward: what the registers hold at each instruction, and the conditions of its jumps. */
  private forward(): void {
    const zero = this.math.constant(0);
    this.program.forEach((instruction, pc) => {
      const state = pc === 0 ? { a: zero, x: zero, memory: new Map<number, Vector>() } : this.arrive(pc);
      if (!state) return;
      this.states[pc] = state;
      const { code, jt, jf, k } = instruction;
      const enter = (to: number, taken: boolean | undefined, next: State): void => {
        this.entries[to].push({ from: pc, taken, state: next });
      };
      if (isReturn(code)) return;
      if (code === Op.JA) enter(pc + 1 + k, undefined, state);
      else if (isBranch(code)) {
        const operand = code & USES_X ? state.x : this.math.constant(k);
        const condition = this.math.compare(code & ~USES_X, state.a, operand);
        this.conditions[pc] = condition;
        if (condition !== this.d.false) enter(pc + 1 + jt, true, state);
        if (condition !== this.d.true) enter(pc + 1 + jf, false, state);
      } else {
        const next = this.after(instruction, pc, state);
        // Division by a zero in X ends the program.
        enter(pc + 1, code === Op.DIV_X ? false : undefined, next);
      }
    });
  }

  /** What the kernel makes of a returned A. */
  private verdict(a: Vector): Vector {
    const { math, d } = this;
    const kind = a.map((bit, i) => (i < DATA_BITS ? d.false : bit));
    const data = a.map((bit, i) => (i < DATA_BITS ? bit : d.false));
    let result = math.constant(RET_KILL_PROCESS);
    for (const action of ACTIONS) {
      let kept = math.constant(0);
      if (keepsData(action)) {
        const most = math.constant(mostData(action));
        kept = math.choose(math.greaterOrEqual(data, most), most, data);
      }
      const fixed = math.constant(action);
      const whole = kept.map((bit, i) => d.or(bit, fixed[i]));
      result = math.choose(math.equal(kind, fixed), whole, result);
    }
    return result;
  }

  /**
   * Backward: what is returned from each instruction on, as whatever `make` makes of returned constants and registers,
   * joined by `choose`.
   */
  private backward<T>(
    nothing: T,
    constant: (word: number) => T,
    register: (a: Vector) => T,
    choose: (condition: Node, yes: T, no: T) => T,
  ): T {
    const { program, conditions } = this;
    this.forward();
    const results = new Array<T>(program.length).fill(nothing);
    for (let pc = program.length - 1; pc >= 0; pc--) {
      const state = this.states[pc];
      if (!state) continue;
      const { code, jt, jf, k } = program[pc];
      if (code === Op.RET_K) results[pc] = constant(k);
      else if (code === Op.RET_A) results[pc] = register(state.a);
      else if (code === Op.JA) results[pc] = results[pc + 1 + k];
      else if (isBranch(code)) results[pc] = choose(conditions[pc], results[pc + 1 + jt], results[pc + 1 + jf]);
      else if (code === Op.DIV_X) results[pc] = choose(conditions[pc], constant(0), results[pc + 1]);
      else results[pc] = results[pc + 1];
    }
    return results[0];
  }

  verdicts(): Node {
    const { d, math } = this;
    return this.backward(
      d.false,
      (word) => d.end(verdictOf(word)),
      (a) => math.word(this.verdict(a)),
      (condition, yes, no) => d.ite(condition, yes, no),
    );
  }

  words(): Vector {
    const { math } = this;
    return this.backward(
      math.constant(0),
      (word) => math.constant(word),
      (a) => a,
      (condition, yes, no) => math.choose(condition, yes, no),
    );
  }
}

/**
 * The verdict of a program (see verdict.ts) as a function of its input.
 * @throws BpfError for programs that the kernel refuses, and when the function is too large.
 */
export function programFunction(diagrams: Diagrams, order: VariableOrder, program: Program): Node {
  validate(program);
  return new SymbolicRun(diagrams, order, program).verdicts();
}

/** The very word that a program returns, bit by bit. @throws BpfError as `programFunction`. */
export function programWords(diagrams: Diagrams, order: VariableOrder, program: Program): Vector {
  validate(program);
  return new SymbolicRun(diagrams, order, program).words();
}
