// Times: timespec and timeval of both word sizes, and the date in a comment behind absolute ones.
import { i64, long, struct, u64, ulong } from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { MemoryPrinter, Renderer } from '../printer.js';
import type { Sink } from '../sink.js';

/** `struct timespec` of the personality's classic calls; fractions are printed without a sign. */
export const timespec = struct({ tv_sec: long, tv_nsec: ulong });
/** `struct __kernel_timespec`: 64-bit everywhere (calls whose name ends in 64, and io_uring). */
export const timespec64 = struct({ tv_sec: i64, tv_nsec: u64 });
export const timeval = struct({ tv_sec: long, tv_usec: ulong });
export const itimerval = struct({ it_interval: timeval, it_value: timeval });
export const itimerspec = struct({ it_interval: timespec, it_value: timespec });
export const itimerspec64 = struct({ it_interval: timespec64, it_value: timespec64 });

const two = (n: number): string => String(n).padStart(2, '0');

/** Seconds of the 400 years after which the calendar repeats. */
const CYCLE = 12622780800;
/** Seconds for which Date has fields, less a day for the time zone. */
const DATE_MAX = 8.64e12 - 86400;

/**
 * `2026-11-22T05:03:15.280990408+0000` in the local time zone; undefined for the epoch itself and for impossible values.
 * `fraction` has so many digits. Years have as many digits as they need, as strftime's %Y; those that Date does not reach are found 400 years at a time.
 */
export function dateText(sec: number, fraction: number, digits = 9): string | undefined {
  if ((sec === 0 && fraction === 0) || fraction >= 10 ** digits || fraction < 0 || !Number.isSafeInteger(sec))
    return undefined;
  const cycles = Math.abs(sec) > DATE_MAX ? Math.trunc(sec / CYCLE) : 0;
  const date = new Date((sec - cycles * CYCLE) * 1000);
  const zone = -date.getTimezoneOffset();
  const sign = zone < 0 ? '-' : '+';
  const minutes = Math.abs(zone);
  const behindPoint = fraction === 0 ? '' : '.' + String(fraction).padStart(digits, '0');
  return (
    `${date.getFullYear() + 400 * cycles}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${behindPoint}` +
    `${sign}${two(Math.floor(minutes / 60))}${two(Math.floor(minutes) % 60)}`
  );
}

/** Prints ` /* date *` + `/` when there is one to print. */
export function printDate(s: Sink, sec: number, fraction: number, digits = 9): void {
  const text = dateText(sec, fraction, digits);
  if (text !== undefined) s.text(` /* ${text} */`);
}

/** Reads a signed field of 4 or 8 bytes as a number. */
export function readTime(c: Cursor, at: number, bytes: number): number {
  if (bytes === 4) return c.i32(at);
  return (c.u32(at + 4) | 0) * 4294967296 + c.u32(at);
}

/** A structure of seconds and a fraction of so many digits, with the date behind it. */
export const dated =
  (fraction: string, digits: number): Renderer =>
  ({ plain, offset, size }): MemoryPrinter => {
    const half = size / 2;
    const at2 = offset(fraction);
    return (c, s, at, length) => {
      plain(c, s, at, length);
      printDate(s, readTime(c, at, half), readTime(c, at + at2, half), digits);
    };
  };

/** Absolute times: a date follows. */
export const absoluteTimespec: MemoryNode = struct({ tv_sec: long, tv_nsec: ulong }, { render: dated('tv_nsec', 9) });
export const absoluteTimespec64: MemoryNode = struct({ tv_sec: i64, tv_nsec: u64 }, { render: dated('tv_nsec', 9) });
export const absoluteTimeval: MemoryNode = struct({ tv_sec: long, tv_usec: ulong }, { render: dated('tv_usec', 6) });
