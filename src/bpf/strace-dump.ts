// The filter as `strace -d` shows it: STMT and JUMP lines.
import { DATA_ARGS, DATA_NR, Op, RET_ACTION_FULL, type Program } from './instruction.js';
import { actionName, hex, memberName } from './notation.js';

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
