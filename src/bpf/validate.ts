// The kernel's own acceptance rules: bpf_check_classic() and check_load_and_stores() of net/core/filter.c together with
// seccomp_check_filter() of kernel/seccomp.c. What passes here is not refused with EINVAL there.
import { BpfError } from './bpf-error.js';
import { DATA_SIZE, isBranch, isReturn, MAX_INSTRUCTIONS, MEMORY_SLOTS, Op, type Program } from './instruction.js';

/** Why the kernel would refuse a program, and where (pc -1: the program as a whole). */
export interface Refusal {
  readonly pc: number;
  readonly reason: string;
}

const ALLOWED: ReadonlySet<number> = new Set<number>(Object.values(Op));

function checkInstruction(program: Program, pc: number): string | undefined {
  const { code, jt, jf, k } = program[pc];
  if (!ALLOWED.has(code)) return `opcode 0x${code.toString(16)} is not allowed in a seccomp filter`;
  switch (code) {
    case Op.LD_W_ABS:
      if (k >= DATA_SIZE) return `load at ${k} is outside of seccomp_data`;
      return k & 3 ? `load at ${k} is not aligned` : undefined;
    case Op.DIV_K:
      return k === 0 ? 'division by 0' : undefined;
    case Op.LSH_K:
    case Op.RSH_K:
      return k >= 32 ? `shift by ${k}` : undefined;
    case Op.LD_MEM:
    case Op.LDX_MEM:
    case Op.ST:
    case Op.STX:
      return k >= MEMORY_SLOTS ? `memory slot ${k}` : undefined;
    case Op.JA:
      return k >= program.length - pc - 1 ? `jump to ${pc + 1 + k}, past the end` : undefined;
    default:
      if (!isBranch(code)) return undefined;
      return pc + 1 + Math.max(jt, jf) >= program.length ? 'branch past the end' : undefined;
  }
}

/** Slots that are written on every way to an instruction; like the kernel, a RET does not end the fall-through. */
function checkMemory(program: Program): Refusal | undefined {
  const masks = new Uint16Array(program.length).fill(0xffff);
  let written = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc];
    written &= masks[pc];
    if (code === Op.ST || code === Op.STX) written |= 1 << k;
    else if (code === Op.LD_MEM || code === Op.LDX_MEM) {
      if (!(written & (1 << k))) return { pc, reason: `memory slot ${k} is read before it is written` };
    } else if (code === Op.JA) {
      masks[pc + 1 + k] &= written;
      written = 0xffff;
    } else if (isBranch(code)) {
      masks[pc + 1 + jt] &= written;
      masks[pc + 1 + jf] &= written;
      written = 0xffff;
    }
  }
  return undefined;
}

/** The first reason for which the kernel refuses the program; undefined when it takes it. */
export function findRefusal(program: Program): Refusal | undefined {
  if (program.length === 0) return { pc: -1, reason: 'the program is empty' };
  if (program.length > MAX_INSTRUCTIONS) return { pc: -1, reason: `more than ${MAX_INSTRUCTIONS} instructions` };
  let usesMemory = false;
  for (let pc = 0; pc < program.length; pc++) {
    const reason = checkInstruction(program, pc);
    if (reason !== undefined) return { pc, reason };
    const { code } = program[pc];
    usesMemory ||= code === Op.LD_MEM || code === Op.LDX_MEM;
  }
  if (!isReturn(program[program.length - 1].code)) {
    return { pc: program.length - 1, reason: 'the last instruction is no return' };
  }
  return usesMemory ? checkMemory(program) : undefined;
}

/** Throws BpfError when the kernel would refuse the program. */
export function validate(program: Program): void {
  const refusal = findRefusal(program);
  if (refusal) throw new BpfError('invalid instruction', refusal.reason, refusal.pc);
}
