// Runs programs as the kernel does (kernel/bpf/core.c after bpf_convert_filter), and tells which calls the kernel's
// allow bitmap answers without running the filter (kernel/seccomp.c, seccomp_is_const_allow, since 5.11).
import { ARCH_X86_64, DATA_SIZE, MEMORY_SLOTS, Op, RET_ALLOW, X32_BIT, type Program } from './instruction.js';

/** struct seccomp_data; 64-bit members are [low, high] pairs of unsigned words. */
export interface SeccompData {
  readonly nr: number;
  readonly arch: number;
  readonly ip?: readonly [number, number];
  readonly args?: readonly (readonly [number, number])[];
}

/** What a run gave: the 32-bit return value and the number of instructions executed. */
export interface RunResult {
  readonly action: number;
  readonly executed: number;
}

/** The 16 words of struct seccomp_data that programs load from; high halves come first on big-endian machines. */
export function dataWords(data: SeccompData, bigEndian = false): Uint32Array {
  const words = new Uint32Array(DATA_SIZE / 4);
  const put = (at: number, [low, high]: readonly [number, number]): void => {
    words[at] = bigEndian ? high : low;
    words[at + 1] = bigEndian ? low : high;
  };
  words[0] = data.nr;
  words[1] = data.arch;
  if (data.ip) put(2, data.ip);
  data.args?.forEach((pair, index) => put(4 + 2 * index, pair));
  return words;
}

/** A reusable interpreter for valid programs; `executed` counts the instructions of the last run. */
export class Machine {
  executed = 0;
  private readonly memory = new Uint32Array(MEMORY_SLOTS);

  /** Runs over prepared words; `coverage[pc]` is set to 1 for every instruction reached. Returns the action word. */
  run(program: Program, words: Uint32Array, coverage?: Uint8Array): number {
    const { memory } = this;
    let a = 0;
    let x = 0;
    let executed = 0;
    for (let pc = 0; ; pc++) {
      const { code, jt, jf, k } = program[pc];
      executed++;
      if (coverage) coverage[pc] = 1;
      switch (code) {
        case Op.JEQ_K:
          pc += a === k ? jt : jf;
          break;
        case Op.JGE_K:
          pc += a >= k ? jt : jf;
          break;
        case Op.LD_W_ABS:
          a = words[k >> 2];
          break;
        case Op.RET_K:
          this.executed = executed;
          return k;
        case Op.RET_A:
          this.executed = executed;
          return a;
        case Op.JGT_K:
          pc += a > k ? jt : jf;
          break;
        case Op.JSET_K:
          pc += a & k ? jt : jf;
          break;
        case Op.JA:
          pc += k;
          break;
        case Op.JEQ_X:
          pc += a === x ? jt : jf;
          break;
        case Op.JGT_X:
          pc += a > x ? jt : jf;
          break;
        case Op.JGE_X:
          pc += a >= x ? jt : jf;
          break;
        case Op.JSET_X:
          pc += a & x ? jt : jf;
          break;
        case Op.LD_IMM:
          a = k;
          break;
        case Op.LD_MEM:
          a = memory[k];
          break;
        case Op.LD_W_LEN:
          a = DATA_SIZE;
          break;
        case Op.LDX_IMM:
          x = k;
          break;
        case Op.LDX_MEM:
          x = memory[k];
          break;
        case Op.LDX_W_LEN:
          x = DATA_SIZE;
          break;
        case Op.ST:
          memory[k] = a;
          break;
        case Op.STX:
          memory[k] = x;
          break;
        case Op.TAX:
          x = a;
          break;
        case Op.TXA:
          a = x;
          break;
        case Op.NEG:
          a = -a >>> 0;
          break;
        default: {
          // ALU with K or X: bit 3 chooses the operand.
          const operand = code & 8 ? x : k;
          switch (code & 0xf7) {
            case Op.ADD_K:
              a = (a + operand) >>> 0;
              break;
            case Op.SUB_K:
              a = (a - operand) >>> 0;
              break;
            case Op.MUL_K:
              a = Math.imul(a, operand) >>> 0;
              break;
            case Op.DIV_K:
              // The converted program leaves with 0, which reads as SECCOMP_RET_KILL_THREAD.
              if (operand === 0) {
                this.executed = executed;
                return 0;
              }
              a = Math.floor(a / operand);
              break;
            case Op.OR_K:
              a = (a | operand) >>> 0;
              break;
            case Op.AND_K:
              a = (a & operand) >>> 0;
              break;
            case Op.XOR_K:
              a = (a ^ operand) >>> 0;
              break;
            // JavaScript takes shift counts modulo 32, and so does the kernel for a count in X.
            case Op.LSH_K:
              a = (a << operand) >>> 0;
              break;
            default:
              a = a >>> operand;
          }
        }
      }
    }
  }
}

/** Runs a valid program over one call. */
export function interpret(program: Program, data: SeccompData, coverage?: Uint8Array): RunResult {
  const machine = new Machine();
  const action = machine.run(program, dataWords(data), coverage);
  return { action, executed: machine.executed };
}

/**
 * Whether the kernel proves at installation that this call is always allowed, so that the filter never runs for it.
 * x32 numbers are out of the bitmap's range.
 */
export function cacheable(program: Program, arch: number, nr: number): boolean {
  if (arch === ARCH_X86_64 && nr >= X32_BIT) return false;
  let a = 0;
  for (let pc = 0; pc < program.length; pc++) {
    const { code, jt, jf, k } = program[pc];
    switch (code) {
      case Op.LD_W_ABS:
        if (k === 0) a = nr;
        else if (k === 4) a = arch;
        else return false;
        break;
      case Op.RET_K:
        return k === RET_ALLOW;
      case Op.JA:
        pc += k;
        break;
      case Op.JEQ_K:
        pc += a === k ? jt : jf;
        break;
      case Op.JGE_K:
        pc += a >= k ? jt : jf;
        break;
      case Op.JGT_K:
        pc += a > k ? jt : jf;
        break;
      case Op.JSET_K:
        pc += a & k ? jt : jf;
        break;
      case Op.AND_K:
        a = (a & k) >>> 0;
        break;
      default:
        return false;
    }
  }
  return false;
}
