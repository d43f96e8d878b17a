// struct sock_filter of <linux/filter.h>: opcodes, the eight-byte encoding, and the seccomp constants used with it.
import { BpfError } from './bpf-error.js';

/** One classic-BPF instruction; `k` is unsigned, `jt` and `jf` count instructions to skip. */
export interface Instruction {
  readonly code: number;
  readonly jt: number;
  readonly jf: number;
  readonly k: number;
}

/** A program as the kernel takes it. */
export type Program = readonly Instruction[];

// Instruction classes, low three bits of the code.
export const CLASS_LD = 0x00;
export const CLASS_LDX = 0x01;
export const CLASS_ST = 0x02;
export const CLASS_STX = 0x03;
export const CLASS_ALU = 0x04;
export const CLASS_JMP = 0x05;
export const CLASS_RET = 0x06;
export const CLASS_MISC = 0x07;

/** Whole opcodes that a seccomp program may hold. */
export const Op = {
  LD_W_ABS: 0x20,
  LD_W_LEN: 0x80,
  LD_IMM: 0x00,
  LD_MEM: 0x60,
  LDX_W_LEN: 0x81,
  LDX_IMM: 0x01,
  LDX_MEM: 0x61,
  ST: 0x02,
  STX: 0x03,
  ADD_K: 0x04,
  ADD_X: 0x0c,
  SUB_K: 0x14,
  SUB_X: 0x1c,
  MUL_K: 0x24,
  MUL_X: 0x2c,
  DIV_K: 0x34,
  DIV_X: 0x3c,
  OR_K: 0x44,
  OR_X: 0x4c,
  AND_K: 0x54,
  AND_X: 0x5c,
  LSH_K: 0x64,
  LSH_X: 0x6c,
  RSH_K: 0x74,
  RSH_X: 0x7c,
  NEG: 0x84,
  XOR_K: 0xa4,
  XOR_X: 0xac,
  JA: 0x05,
  JEQ_K: 0x15,
  JEQ_X: 0x1d,
  JGT_K: 0x25,
  JGT_X: 0x2d,
  JGE_K: 0x35,
  JGE_X: 0x3d,
  JSET_K: 0x45,
  JSET_X: 0x4d,
  RET_K: 0x06,
  RET_A: 0x16,
  TAX: 0x07,
  TXA: 0x87,
} as const;

/** Kernel limit BPF_MAXINSNS. */
export const MAX_INSTRUCTIONS = 4096;
/** Farthest reach of a conditional jump (8-bit offsets). */
export const MAX_BRANCH = 255;
/** Slots of scratch memory, BPF_MEMWORDS. */
export const MEMORY_SLOTS = 16;
/** sizeof(struct seccomp_data). */
export const DATA_SIZE = 64;

/** Offsets in struct seccomp_data; the low half of `args[n]` is at 16 + 8n, the high half four bytes on. */
export const DATA_NR = 0;
export const DATA_ARCH = 4;
export const DATA_IP = 8;
export const DATA_ARGS = 16;

export const RET_KILL_PROCESS = 0x80000000;
export const RET_KILL_THREAD = 0x00000000;
export const RET_TRAP = 0x00030000;
export const RET_ERRNO = 0x00050000;
export const RET_USER_NOTIF = 0x7fc00000;
export const RET_TRACE = 0x7ff00000;
export const RET_LOG = 0x7ffc0000;
export const RET_ALLOW = 0x7fff0000;
export const RET_ACTION_FULL = 0xffff0000;

/** AUDIT_ARCH_* of the two tables of an x86 kernel; x32 is X86_64 with a bit in the number. */
export const ARCH_X86_64 = 0xc000003e;
export const ARCH_I386 = 0x40000003;
export const X32_BIT = 0x40000000;

/** Whether control never reaches the following instruction by itself. */
export function isReturn(code: number): boolean {
  return (code & 7) === CLASS_RET;
}

/** Whether the instruction has two successors. */
export function isBranch(code: number): boolean {
  return (code & 7) === CLASS_JMP && code !== Op.JA;
}

/** The bytes for PR_SET_SECCOMP: eight per instruction, in the byte order of the machine that runs the filter. */
export function encode(program: Program, bigEndian = false): Buffer {
  const bytes = Buffer.alloc(program.length * 8);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let at = 0;
  for (const { code, jt, jf, k } of program) {
    view.setUint16(at, code, !bigEndian);
    bytes[at + 2] = jt;
    bytes[at + 3] = jf;
    view.setUint32(at + 4, k, !bigEndian);
    at += 8;
  }
  return bytes;
}

/** Reads what `encode` wrote; throws BpfError unless the length is a multiple of eight. */
export function decode(bytes: Uint8Array, bigEndian = false): Instruction[] {
  if (bytes.length % 8 !== 0) {
    throw new BpfError('truncated bytes', `${bytes.length} bytes are no whole number of instructions`);
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const program: Instruction[] = [];
  for (let at = 0; at < bytes.length; at += 8) {
    program.push({
      code: view.getUint16(at, !bigEndian),
      jt: bytes[at + 2],
      jf: bytes[at + 3],
      k: view.getUint32(at + 4, !bigEndian),
    });
  }
  return program;
}
