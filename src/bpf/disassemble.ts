// Programs as a table with pseudo-C. Whatever can be encoded can be shown, also what the kernel would refuse.
import { AMD64, archConstant, architectureOf, type Architecture } from './architecture.js';
import {
  CLASS_ALU,
  DATA_ARCH,
  DATA_ARGS,
  DATA_NR,
  DATA_SIZE,
  isBranch,
  MEMORY_SLOTS,
  Op,
  type Instruction,
  type Program,
} from './instruction.js';
import { actionText, hex, memberName, OPERATORS } from './notation.js';
import { pathStates, type PathState } from './symbolic.js';

/** Names that this layer does not know itself. */
export interface SyscallNames {
  /** Name of a system call; x32 numbers come with their bit. */
  readonly syscallName?: (arch: number, nr: number) => string | undefined;
  /** Parameter names of a system call. */
  readonly argumentNames?: (arch: number, nr: number) => readonly string[] | undefined;
}

/** What is shown, and how. */
export interface DisassembleOptions extends SyscallNames {
  /** The architecture to assume until the program tests it; amd64 by default. */
  readonly arch?: Architecture;
  /** Whether the CODE, JT, JF and K columns are shown; they are by default. */
  readonly columns?: boolean;
  /** Whether arguments are shown by their names where the path fixes the call; they are by default. */
  readonly inferArguments?: boolean;
  /** Writes what the assembler turns into the very same bytes: raw instructions where the text would lose something. */
  readonly assemblable?: boolean;
}

/** The two lines above the table. */
export const HEADER: readonly string[] = [' line  CODE  JT   JF      K', '================================='];

const COMPARISONS: Readonly<Record<number, readonly [yes: string, no: string]>> = {
  [Op.JEQ_K]: ['==', '!='],
  [Op.JGT_K]: ['>', '<='],
  [Op.JGE_K]: ['>=', '<'],
};

const OPCODES: ReadonlySet<number> = new Set<number>(Object.values(Op));
/** Opcodes whose K is a slot of scratch memory. */
const SLOTS: ReadonlySet<number> = new Set<number>([Op.ST, Op.STX, Op.LD_MEM, Op.LDX_MEM]);
/** Further opcodes whose K counts, whatever it is. */
const CONSTANTS: ReadonlySet<number> = new Set<number>([Op.RET_K, Op.LD_IMM, Op.LDX_IMM]);

function fixed<T>(states: readonly PathState[], of: (state: PathState) => T): T | undefined {
  const first = states.length > 0 ? of(states[0]) : undefined;
  return states.every((state) => of(state) === first) ? first : undefined;
}

/** A line number as it is written: four digits. */
export function lineName(pc: number): string {
  return String(pc).padStart(4, '0');
}

const field = (value: number, width: number): string => `0x${value.toString(16).padStart(width, '0')}`;

/** CODE, JT, JF and K as they stand in the table. */
export function columnText({ code, jt, jf, k }: Instruction): string {
  return `${field(code, 2)} ${field(jt, 2)} ${field(jf, 2)} ${field(k, 8)}`;
}

/** Whether the text of an instruction says all that its bytes say. */
function isPlain({ code, jt, jf, k }: Instruction, pc: number, length: number): boolean {
  if (!OPCODES.has(code)) return false;
  if (isBranch(code)) return pc + 1 + Math.max(jt, jf) < length && ((code & 8) === 0 || k === 0);
  if (jt !== 0 || jf !== 0) return false;
  if (code === Op.JA) return pc + 1 + k < length;
  if (code === Op.LD_W_ABS) return k % 4 === 0 && k < DATA_SIZE;
  if (SLOTS.has(code)) return k < MEMORY_SLOTS;
  const usesConstant = (code & 7) === CLASS_ALU && (code & 8) === 0 && code !== Op.NEG;
  return usesConstant || CONSTANTS.has(code) || k === 0;
}

/** Writes the text of single instructions of one program. */
export class Disassembler {
  private readonly arch: Architecture;
  private readonly states: readonly (readonly PathState[])[];

  constructor(
    private readonly program: Program,
    private readonly options: DisassembleOptions = {},
  ) {
    this.arch = options.arch ?? AMD64;
    this.states = pathStates(program);
  }

  /** A constant compared with A: an architecture or a system call by name where all paths agree on what A holds. */
  private constant(k: number, code: number, states: readonly PathState[]): string {
    const content = fixed(states, (state) => state.a);
    if (content === DATA_ARCH) return archConstant(k) ?? hex(k);
    if (content !== DATA_NR || code !== Op.JEQ_K) return hex(k);
    const arch = fixed(states, (state) => state.arch) ?? this.arch.audit;
    const name = this.options.syscallName?.(arch, k);
    if (name === undefined) return hex(k);
    return arch === this.arch.audit ? name : `${architectureOf(arch)?.name ?? hex(arch)}.${name}`;
  }

  private branch(pc: number, { code, jt, jf, k }: Instruction, states: readonly PathState[]): string {
    const usesX = (code & 8) !== 0;
    const kind = code & 0xf7;
    const operand = usesX ? 'X' : this.constant(k, code, states);
    const condition = (taken: boolean): string => {
      if (kind === Op.JSET_K) return taken ? `A & ${operand}` : `!(A & ${operand})`;
      return `A ${COMPARISONS[kind][taken ? 0 : 1]} ${operand}`;
    };
    const yes = lineName(pc + 1 + jt);
    const no = lineName(pc + 1 + jf);
    if (jf === 0) return `if (${condition(true)}) goto ${yes}`;
    if (jt === 0) return `if (${condition(false)}) goto ${no}`;
    return `if (${condition(true)}) goto ${yes} else goto ${no}`;
  }

  /** A load; the parameter's name and the signature when the path fixes the system call. */
  private load(k: number, states: readonly PathState[]): string {
    const member = memberName(k, this.arch.bigEndian);
    const nr =
      k >= DATA_ARGS && this.options.inferArguments !== false && !this.options.assemblable
        ? fixed(states, (state) => state.nr)
        : undefined;
    if (nr === undefined) return `A = ${member}`;
    const arch = fixed(states, (state) => state.arch) ?? this.arch.audit;
    const names = this.options.argumentNames?.(arch, nr);
    const name = names?.[(k - DATA_ARGS) >>> 3];
    const syscall = this.options.syscallName?.(arch, nr);
    if (!names || name === undefined || syscall === undefined) return `A = ${member}`;
    return `A = ${name}${member.endsWith('>> 32') ? ' >> 32' : ''} # ${syscall}(${names.join(', ')})`;
  }

  /** The pseudo-C of the instruction at a line. */
  text(pc: number): string {
    const instruction = this.program[pc];
    const states = this.states[pc];
    const { code, k } = instruction;
    if (this.options.assemblable && !isPlain(instruction, pc, this.program.length)) {
      return `.insn ${columnText(instruction)}`;
    }
    switch (code) {
      case Op.LD_W_ABS:
        return this.load(k, states);
      case Op.LD_W_LEN:
        return 'A = len';
      case Op.LDX_W_LEN:
        return 'X = len';
      case Op.LD_IMM:
        return `A = ${hex(k)}`;
      case Op.LDX_IMM:
        return `X = ${hex(k)}`;
      case Op.LD_MEM:
        return `A = mem[${k}]`;
      case Op.LDX_MEM:
        return `X = mem[${k}]`;
      case Op.ST:
        return `mem[${k}] = A`;
      case Op.STX:
        return `mem[${k}] = X`;
      case Op.TAX:
        return 'X = A';
      case Op.TXA:
        return 'A = X';
      case Op.NEG:
        return 'A = -A';
      case Op.RET_K:
        return `return ${actionText(k)}`;
      case Op.RET_A:
        return 'return A';
      case Op.JA:
        return `goto ${lineName(pc + 1 + k)}`;
    }
    const kind = code & 0xf7;
    const operator = code <= 0xff ? OPERATORS[kind] : undefined;
    if (operator !== undefined) return `A ${operator}= ${code & 8 ? 'X' : hex(k)}`;
    if (code <= 0xff && isBranch(code) && (kind in COMPARISONS || kind === Op.JSET_K)) {
      return this.branch(pc, instruction, states);
    }
    return `unknown opcode ${hex(code)}`;
  }

  /** A whole line: its number, the columns, the text. */
  line(pc: number): string {
    const columns =
      this.options.columns === false || this.options.assemblable ? '' : ` ${columnText(this.program[pc])} `;
    return ` ${lineName(pc)}:${columns} ${this.text(pc)}`;
  }
}

/** The table form, one string per line. */
export function disassemble(program: Program, options: DisassembleOptions = {}): string[] {
  const disassembler = new Disassembler(program, options);
  const lines = program.map((_, pc) => disassembler.line(pc));
  return options.columns === false || options.assemblable ? lines : [...HEADER, ...lines];
}
