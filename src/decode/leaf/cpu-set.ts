// Sets of processors as bits: `[0 2]` (sched_setaffinity(2), io_uring_register(2)).
import type { Cursor } from '../../record/cursor.js';
import type { RenderContext, Renderer } from '../printer.js';
import type { Sink } from '../sink.js';

/** Bytes of glibc's cpu_set_t: a set's further processors are not shown. */
export const CPU_SET_BYTES = 128;

/** Prints the numbers of the bits; returns whether there was any. */
function printBits(c: Cursor, s: Sink, at: number, length: number): boolean {
  let first = true;
  for (let i = 0; i < length * 8; i++)
    if ((c.bytes[at + (i >> 3)] >> (i & 7)) & 1) {
      if (!first) s.byte(32);
      s.decimal(i);
      first = false;
    }
  return !first;
}

/** All processors of a set. */
export const cpuSet: Renderer = () => (c, s, at, length) => {
  s.byte(91);
  printBits(c, s, at, length);
  s.byte(93);
};

/** A set of `given` bytes, of which the first CPU_SET_BYTES are shown: `[0 2 ...]`. */
export const cutCpuSet =
  (given: (context: RenderContext) => (c: Cursor) => number): Renderer =>
  (context) => {
    const bytes = given(context);
    return (c, s, at, length) => {
      s.byte(91);
      const any = printBits(c, s, at, length);
      if (bytes(c) > CPU_SET_BYTES) s.text(any ? ' ...' : '...');
      s.byte(93);
    };
  };
