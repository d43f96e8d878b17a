// Sets of processors as bits: `[0 2]` (sched_setaffinity(2), io_uring_register(2)).
import type { Renderer } from '../printer.js';

export const cpuSet: Renderer = () => (c, s, at, length) => {
  s.byte(91);
  let first = true;
  for (let i = 0; i < length * 8; i++)
    if ((c.bytes[at + (i >> 3)] >> (i & 7)) & 1) {
      if (!first) s.byte(32);
      s.decimal(i);
      first = false;
    }
  s.byte(93);
};
