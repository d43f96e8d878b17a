// Instructions of native/plan.h, encoded by hand: the native tests need no compiler of descriptions.

export const Op = {
  END: 0,
  MEM: 1,
  MEMV: 2,
  ZMEM: 3,
  LD: 4,
  EACH: 5,
  LDI: 6,
  MOV: 7,
  ANDI: 8,
  MULI: 9,
  MINI: 10,
  MINR: 11,
  SUBR: 12,
  ADDI: 13,
  ADDR: 14,
  SHRI: 15,
  JMP: 16,
  JERR: 17,
  JNSET: 18,
  JEQ: 19,
  JNE: 20,
  JGE: 21,
  SWITCH: 22,
  FDPATH: 23,
  SUBI: 24,
  EACHLIM: 25,
  COMM: 26,
  PAD: 27,
  CHAIN: 29,
  TAIL: 30,
} as const;

/** One instruction: 8 bytes. */
export function encodeInsn(op: number, a: number, b: number, c: number, site: number, imm: number): Uint8Array {
  const out = Buffer.alloc(8);
  out[0] = op;
  out[1] = a | (b << 4);
  out[2] = c;
  out[3] = site;
  out.writeUInt32LE(imm >>> 0, 4);
  return out;
}

/** A plan from instructions. */
export function plan(...insns: readonly Uint8Array[]): Buffer {
  return Buffer.concat(insns);
}
