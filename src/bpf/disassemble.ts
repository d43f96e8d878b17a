// Programs as text: a table with pseudo-C, and the STMT/JUMP lines that `strace -d` prints for its filter.
import {
  ARCH_X86_64,
  DATA_ARCH,
  DATA_ARGS,
  DATA_NR,
  isBranch,
  Op,
  RET_ACTION_FULL,
  type Instruction,
  type Program,
} from './instruction.js';
import { actionName, actionText, archName, hex, memberName } from './notation.js';
import { pathStates, type PathState } from './symbolic.js';

/** Names that this layer does not know itself, and columns. */
export interface DisassembleOptions {
  /** Name of a system call; x32 numbers come with their bit. */
  readonly syscallName?: (arch: number, nr: number) => string | undefined;
  /** Parameter names of a system call. */
  readonly argumentNames?: (arch: number, nr: number) => readonly string[] | undefined;
  /** The architecture to assume until the program tests it; x86_64 by default. */
  readonly arch?: number;
  /** Whether the CODE, JT, JF and K columns are shown; they are by default. */
  readonly columns?: boolean;
}

const HEADER = [' line  CODE  JT   JF      K', '================================='];

const OPERATORS: Readonly<Record<number, string>> = {
  [Op.ADD_K]: '+',
  [Op.SUB_K]: '-',
  [Op.MUL_K]: '*',
  [Op.DIV_K]: '/',
  [Op.OR_K]: '|',
  [Op.AND_K]: '&',
  [Op.XOR_K]: '^',
  [Op.LSH_K]: '<<',
  [Op.RSH_K]: '>>',
};

const COMPARISONS: Readonly<Record<number, readonly [yes: string, no: string]>> = {
  [Op.JEQ_K]: ['==', '!='],
  [Op.JGT_K]: ['>', '<='],
  [Op.JGE_K]: ['>=', '<'],
};

function fixed<T>(states: readonly PathState[], of: (state: PathState) => T): T | undefined {
  const first = states.length > 0 ? of(states[0]) : undefined;
  return states.every((state) => of(state) === first) ? first : undefined;
}

function lineName(pc: number): string {
  return String(pc).padStart(4, '0');
}

class Disassembler {
  private readonly arch: number;

  constructor(private readonly options: DisassembleOptions) {
    this.arch = options.arch ?? ARCH_X86_64;
  }

  /** A constant compared with A: an architecture or a system call by name where all paths agree on what A holds. */
  private constant(k: number, code: number, states: readonly PathState[]): string {
    const content = fixed(states, (state) => state.a);
    if (content === DATA_ARCH) return archName(k) ?? hex(k);
    if (content === DATA_NR && code === Op.JEQ_K) {
      const settled = fixed(states, (state) => state.arch);
      const arch = settled ?? this.arch;
      const name = this.options.syscallName?.(arch, k);
      if (name !== undefined) {
        return arch === this.arch
          ? name
          : `${(archName(arch) ?? hex(arch)).replace('ARCH_', '').toLowerCase()}.${name}`;
      }
    }
    return hex(k);
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
    const member = memberName(k);
    const nr = k >= DATA_ARGS ? fixed(states, (state) => state.nr) : undefined;
    if (nr === undefined) return `A = ${member}`;
    const arch = fixed(states, (state) => state.arch) ?? this.arch;
    const names = this.options.argumentNames?.(arch, nr);
    const name = names?.[(k - DATA_ARGS) >>> 3];
    const syscall = this.options.syscallName?.(arch, nr);
    if (!names || name === undefined || syscall === undefined) return `A = ${member}`;
    return `A = ${name}${k & 4 ? ' >> 32' : ''} # ${syscall}(${names.join(', ')})`;
  }

  text(pc: number, instruction: Instruction, states: readonly PathState[]): string {
    const { code, k } = instruction;
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
}

/** The table form, one string per line. Any program can be shown, also one that the kernel would refuse. */
export function disassemble(program: Program, options: DisassembleOptions = {}): string[] {
  const disassembler = new Disassembler(options);
  const columns = options.columns ?? true;
  const states = pathStates(program);
  const field = (value: number, width: number): string => `0x${value.toString(16).padStart(width, '0')}`;
  const lines = program.map((instruction, pc) => {
    const { code, jt, jf, k } = instruction;
    const raw = columns ? ` ${field(code, 2)} ${field(jt, 2)} ${field(jf, 2)} ${field(k, 8)}` : '';
    return ` ${lineName(pc)}:${raw}  ${disassembler.text(pc, instruction, states[pc])}`;
  });
  return columns ? [...HEADER, ...lines] : lines;
}

const JUMP_NAMES: Readonly<Record<number, string>> = {
  [Op.JEQ_K]: 'BPF_JEQ',
  [Op.JGE_K]: 'BPF_JGE',
  [Op.JGT_K]: 'BPF_JGT',
  [Op.JSET_K]: 'BPF_JSET',
};

const ALU_NAMES: Readonly<Record<number, string>> = {
  [Op.ADD_K]: 'BPF_ADD',
  [Op.SUB_K]: 'BPF_SUB',
  [Op.MUL_K]: 'BPF_MUL',
  [Op.DIV_K]: 'BPF_DIV',
  [Op.OR_K]: 'BPF_OR',
  [Op.AND_K]: 'BPF_AND',
  [Op.XOR_K]: 'BPF_XOR',
  [Op.LSH_K]: 'BPF_LSH',
  [Op.RSH_K]: 'BPF_RSH',
};

function statementLine(code: number, k: number): string {
  switch (code) {
    case Op.LD_W_ABS: {
      if (k === DATA_NR) return 'STMT(BPF_LDWABS, data->nr)';
      const high = k >= DATA_ARGS && k & 4 ? '+4' : '';
      return `STMT(BPF_LDWABS, data->${memberName(k).replace(' >> 32', '')}${high})`;
    }
    case Op.LD_IMM:
      return `STMT(BPF_LDWIMM, ${hex(k)})`;
    case Op.TAX:
      return 'STMT(BPF_TAX)';
    case Op.TXA:
      return 'STMT(BPF_TXA)';
    case Op.RET_K: {
      const name = actionName(k);
      const data = k & ~RET_ACTION_FULL;
      if (name === undefined) return `STMT(BPF_RET, ${hex(k)})`;
      return `STMT(BPF_RET, SECCOMP_RET_${name}${data ? `|${hex(data)}` : ''})`;
    }
  }
  const alu = code <= 0xff ? ALU_NAMES[code & 0xf7] : undefined;
  if (alu === undefined) return `STMT(${hex(code)}, ${hex(k)})`;
  // Shift counts are numbers, other operands are bit patterns.
  const shift = (code & 0xf7) === Op.LSH_K || (code & 0xf7) === Op.RSH_K;
  return `STMT(${alu}, ${code & 8 ? 'X' : shift ? k : hex(k)})`;
}

/** The lines of `strace -d`, without the `strace: ` in front. */
export function straceDump(program: Program): string[] {
  return program.map(({ code, jt, jf, k }) => {
    if (code === Op.JA) return `JUMP(BPF_JA, ${k})`;
    const name = JUMP_NAMES[code];
    if (name === undefined) return statementLine(code, k);
    return `JUMP(${name}, ${jt}, ${jf}, ${code === Op.JSET_K ? hex(k) : k})`;
  });
}
