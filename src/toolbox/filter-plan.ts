// What the tracer copies at prctl and seccomp: struct sock_fprog and the instructions that it points to.
import type { Abi } from '../abi/abi.js';
import { PlanBuilder } from '../capture/builder.js';
import { NO_HANDLE, Op } from '../capture/opcode.js';
import { MAX_INSTRUCTIONS } from '../bpf/instruction.js';
import type { Cursor } from '../record/cursor.js';

/** Both calls take the program as their third argument. */
const PROGRAM_REGISTER = 2;
const HEAD_SITE = 0;
const CODE_SITE = 1;
const INSTRUCTION_BYTES = 8;

/** The plan of the entering stop. */
export function filterPlan({ word }: Abi): Uint8Array {
  const builder = new PlanBuilder('seccomp');
  const head = builder.takeHandle();
  // struct sock_fprog { unsigned short len; struct sock_filter *filter; }
  builder.emit(Op.Mem, PROGRAM_REGISTER, head, 0, HEAD_SITE, 2 * word);
  const length = builder.take();
  builder.emit(Op.Ld, length, head, 2, 0, 0);
  builder.emit(Op.MulI, length, 0, 0, 0, INSTRUCTION_BYTES);
  const address = builder.take();
  builder.emit(Op.Ld, address, head, word, 0, word);
  builder.emit(Op.MemV, address, NO_HANDLE, length, CODE_SITE, MAX_INSTRUCTIONS * INSTRUCTION_BYTES);
  return builder.finish();
}

/** The instructions in a record made by the plan; undefined when they could not be read. */
export function capturedFilter(c: Cursor): Buffer | undefined {
  if (!c.findSite(HEAD_SITE) || c.length < 2) return undefined;
  const bytes = c.u16(c.at) * INSTRUCTION_BYTES;
  if (bytes === 0 || !c.findSite(CODE_SITE) || c.length < bytes) return undefined;
  return Buffer.from(c.bytes.subarray(c.at, c.at + bytes));
}
