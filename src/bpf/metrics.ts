// Figures of any filter: how long its ways are, and which calls the kernel answers without running it.
import { specialiseCall } from './decision/specialise.js';
import { ARCH_X86_64, DATA_SIZE, isBranch, isReturn, Op, RET_ALLOW, X32_BIT, type Program } from './instruction.js';
import { cacheable, Machine } from './interpret.js';

/** The most instructions that one call can take; of a valid program. */
export function longestPath(program: Program): number {
  const longest = new Array<number>(program.length).fill(1);
  for (let pc = program.length - 1; pc >= 0; pc--) {
    const { code, jt, jf, k } = program[pc];
    if (isReturn(code)) continue;
    if (code === Op.JA) longest[pc] = 1 + longest[pc + 1 + k];
    else if (isBranch(code)) longest[pc] = 1 + Math.max(longest[pc + 1 + jt], longest[pc + 1 + jf]);
    else longest[pc] = 1 + longest[pc + 1];
  }
  return longest[0];
}

/** Lines that no call reaches, by the shape of the program alone. */
export function unreachableLines(program: Program): number[] {
  const reached = new Uint8Array(program.length + 1);
  reached[0] = 1;
  program.forEach(({ code, jt, jf, k }, pc) => {
    if (!reached[pc] || isReturn(code)) return;
    if (code === Op.JA) reached[pc + 1 + k] = 1;
    else if (isBranch(code)) reached[pc + 1 + jt] = reached[pc + 1 + jf] = 1;
    else reached[pc + 1] = 1;
  });
  return program.map((_, pc) => pc).filter((pc) => !reached[pc]);
}

/** What the calls of a table cost, with all arguments 0. */
export interface TableCost {
  /** Instructions executed on average. */
  readonly mean: number;
  /** Calls that are allowed whatever their arguments, without those of x32, which are never cached. */
  readonly allowed: number;
  /** Those of them that the kernel's bitmap answers: the filter is never run for them (since Linux 5.11). */
  readonly cached: number;
}

/** Costs over the numbers of one architecture. */
export function tableCost(program: Program, arch: number, numbers: readonly number[]): TableCost {
  const machine = new Machine();
  const words = new Uint32Array(DATA_SIZE / 4);
  words[1] = arch;
  let executed = 0;
  let allowed = 0;
  let cached = 0;
  for (const nr of numbers) {
    words[0] = nr;
    const action = machine.run(program, words);
    executed += machine.executed;
    // The bitmap has no place for x32.
    if (action !== RET_ALLOW || (arch === ARCH_X86_64 && nr >= X32_BIT)) continue;
    if (specialiseCall(program, arch, nr).kind !== 'return') continue;
    allowed++;
    if (cacheable(program, arch, nr)) cached++;
  }
  return { mean: numbers.length > 0 ? executed / numbers.length : 0, allowed, cached };
}
