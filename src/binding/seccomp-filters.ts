// The seccomp filters of a running process.
import { TracerError } from '../errors.js';
import { openLibrary } from './library.js';

/** The kernel limits the filters of a task to 32768 instructions, and adds 4 to each. */
const MOST_BYTES = 32768 * 8 + 8192 * 4;
const INSTRUCTION_BYTES = 8;

/** Encoded filters, the newest first. @throws TracerError with the errno of the kernel. */
export function readSeccompFilters(pid: number): Buffer[] {
  const out = Buffer.alloc(MOST_BYTES);
  const used = openLibrary().native.tracer_seccomp_filters([pid, out, out.length]);
  if (used < 0)
    throw new TracerError(`PTRACE_SECCOMP_GET_FILTER: errno ${-used}`, 'PTRACE_SECCOMP_GET_FILTER', -used, pid);
  const filters: Buffer[] = [];
  for (let at = 0; at < used;) {
    const bytes = out.readUInt32LE(at) * INSTRUCTION_BYTES;
    filters.push(Buffer.from(out.subarray(at + 4, at + 4 + bytes)));
    at += 4 + bytes;
  }
  return filters;
}
