// Where a word lies in a tracee's user area (sys/user.h: struct user of x86_64, which serves both personalities).
import { compound } from '../../../decode/leaf/compound.js';
import { format } from '../../../describe/combinators.js';

const WORD = 8;
/** Registers up to SS, in words. */
const REGISTERS = 'R15 R14 R13 R12 RBP RBX R11 R10 R9 R8 RAX RCX RDX RSI RDI ORIG_RAX RIP CS EFL RSP SS'.split(' ');
/** Offsets of members behind the registers, in bytes. */
const MEMBERS: readonly (readonly [offset: number, name: string])[] = [
  [216, 'u_fpvalid'],
  [224, 'i387'],
  [736, 'u_tsize'],
  [744, 'u_dsize'],
  [752, 'u_ssize'],
  [760, 'start_code'],
  [768, 'start_stack'],
  [776, 'signal'],
  [784, 'reserved'],
  [792, 'u_ar0'],
  [800, 'u_fpstate'],
  [808, 'magic'],
  [816, 'u_comm'],
  [848, 'u_debugreg'],
];
const SIZE = 912;

function offsetText(offset: number): string | undefined {
  if (offset > SIZE) return undefined;
  if (offset === SIZE) return 'sizeof(struct user)';
  let start = 0;
  let name = '';
  if (offset < MEMBERS[0][0]) {
    const register = Math.min(Math.floor(offset / WORD), REGISTERS.length - 1);
    start = register * WORD;
    name = `${WORD}*${REGISTERS[register]}`;
  } else {
    for (const [at, member] of MEMBERS) {
      if (at > offset) break;
      start = at;
      name = `offsetof(struct user, ${member})`;
    }
  }
  return offset === start ? name : `${name}+${offset - start}`;
}

/** `8*RIP`, `offsetof(struct user, u_debugreg)+8`; a number beyond the area. */
export const userOffset = format(
  compound((lo, hi) => (hi === 0 ? offsetText(lo) : undefined), 'NULL'),
  'ptr',
);
