// Times: timespec and timeval of both word sizes, and the date in a comment behind absolute ones.
import { i64, long, struct, u64, ulong } from '../../describe/combinators.js';
import type { Cursor } from '../../record/cursor.js';
import type { MemoryPrinter, Renderer, ScalarFormat } from '../printer.js';
import type { Sink } from '../sink.js';
import type { ConstantStyle } from '../style.js';
import { decimalText, memoised } from '../xlat.js';

/** `struct timespec` of the personality's classic calls; fractions are printed without a sign. */
export const timespec = struct({ tv_sec: long, tv_nsec: ulong });
/** `struct __kernel_timespec`: 64-bit everywhere (calls whose name ends in 64, and io_uring). */
export const timespec64 = struct({ tv_sec: i64, tv_nsec: u64 });
export const timeval = struct({ tv_sec: long, tv_usec: ulong });
export const itimerval = struct({ it_interval: timeval, it_value: timeval });
export const itimerspec = struct({ it_interval: timespec, it_value: timespec });
export const itimerspec64 = struct({ it_interval: timespec64, it_value: timespec64 });

const two = (n: number): string => String(n).padStart(2, '0');

/** Seconds of the 400 years after which the calendar repeats: a multiple of 128. */
const CYCLE = 12622780800;
/** Seconds for which Date has fields, less a day for the time zone. */
const DATE_MAX = 8.64e12 - 86400;
/** The years that an int holds in `struct tm`, which counts from 1900. */
const YEAR_MIN = 1900 - 2147483648;
const YEAR_MAX = 1900 + 2147483647;

/** The date of `cycles` times 400 years and so many seconds; the year wraps as strftime's %Y does. Undefined where `struct tm` has no room for the year. */
function calendar(cycles: number, seconds: number, fraction: number, digits: number): string | undefined {
  const date = new Date(seconds * 1000);
  const year = date.getFullYear() + 400 * cycles;
  if (year < YEAR_MIN || year > YEAR_MAX) return undefined;
  const zone = -date.getTimezoneOffset();
  const sign = zone < 0 ? '-' : '+';
  const minutes = Math.abs(zone);
  const behindPoint = fraction === 0 ? '' : '.' + String(fraction).padStart(digits, '0');
  return (
    `${year | 0}-${two(date.getMonth() + 1)}-${two(date.getDate())}` +
    `T${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}${behindPoint}` +
    `${sign}${two(Math.floor(minutes / 60))}${two(Math.floor(minutes) % 60)}`
  );
}

/**
 * `2026-11-22T05:03:15.280990408+0000` in the local time zone; undefined for the epoch itself and for impossible values.
 * `fraction` has so many digits. Years have as many digits as they need, as strftime's %Y; those that Date does not reach are found 400 years at a time.
 */
export function dateText(sec: number, fraction: number, digits = 9): string | undefined {
  if ((sec === 0 && fraction === 0) || fraction >= 10 ** digits || fraction < 0 || !Number.isSafeInteger(sec))
    return undefined;
  const cycles = Math.abs(sec) > DATE_MAX ? Math.trunc(sec / CYCLE) : 0;
  return calendar(cycles, sec - cycles * CYCLE, fraction, digits);
}

/** The same for seconds in two halves (`hi` with the sign) that a number does not hold exactly: counted in units of 128. */
export function farDateText(hi: number, lo: number, fraction: number, digits = 9): string | undefined {
  if (fraction >= 10 ** digits || fraction < 0) return undefined;
  const units = hi * 33554432 + (lo >>> 7);
  const cycles = Math.trunc(units / (CYCLE / 128));
  return calendar(cycles, (units - cycles * (CYCLE / 128)) * 128 + (lo & 127), fraction, digits);
}

/** Prints ` /* date *` + `/` when there is one to print. */
export function printDate(s: Sink, sec: number, fraction: number, digits = 9): void {
  const text = dateText(sec, fraction, digits);
  if (text !== undefined) s.text(` /* ${text} */`);
}

/** The same for a signed field of 4 or 8 bytes. */
export function printDateAt(c: Cursor, s: Sink, at: number, bytes: number, fraction: number, digits = 9): void {
  const sec = readTime(c, at, bytes);
  if (Number.isSafeInteger(sec)) printDate(s, sec, fraction, digits);
  else {
    const text = farDateText(c.i32(at + 4), c.u32(at), fraction, digits);
    if (text !== undefined) s.text(` /* ${text} */`);
  }
}

/** Reads a signed field of 4 or 8 bytes as a number: the nearest one. */
export function readTime(c: Cursor, at: number, bytes: number): number {
  if (bytes === 4) return c.i32(at);
  return c.i32(at + 4) * 4294967296 + c.u32(at);
}

/** Seconds since the epoch, unsigned, with the date of the signed number behind them. */
export const datedSeconds: ScalarFormat = () => (_c, s, lo, hi) => {
  s.decimal64(lo, hi);
  const sec = (hi | 0) * 4294967296 + lo;
  if (Number.isSafeInteger(sec)) printDate(s, sec, 0);
  else {
    const text = farDateText(hi | 0, lo, 0);
    if (text !== undefined) s.text(` /* ${text} */`);
  }
};

/** A structure of seconds and a fraction of so many digits, with the date behind it. */
export const dated =
  (fraction: string, digits: number): Renderer =>
  ({ plain, offset, size }): MemoryPrinter => {
    const half = size / 2;
    const at2 = offset(fraction);
    return (c, s, at, length) => {
      plain(c, s, at, length);
      printDateAt(c, s, at, half, readTime(c, at + at2, half), digits);
    };
  };

/**
 * A number of parts of a second, of which `digits` say how many make one, and in a comment how many seconds that is:
 * `100 /* 0.000100 s *` + `/`. Nothing is said of 0 and of negative numbers.
 */
export function secondsText(number: string, digits: number, constants: ConstantStyle): string {
  if (constants === 'raw' || number === '0' || number.startsWith('-')) return number;
  const padded = number.padStart(digits + 1, '0');
  return `${number} /* ${padded.slice(0, -digits)}.${padded.slice(-digits)} s */`;
}

/** Digits behind the point of si_utime and si_stime: clock ticks are hundredths of a second for programs (USER_HZ). */
const TICK_DIGITS = 2;
/** Clock ticks, and how many seconds that is; a clock_t is signed, but shown as 64 bits without a sign. */
export const clockTicks: ScalarFormat = ({ constants }, size) =>
  memoised((lo, upper) => {
    const hi = size === 4 && lo >= 0x80000000 ? 0xffffffff : upper;
    return secondsText(decimalText(lo, hi), TICK_DIGITS, constants);
  });

/** A number of parts of a second that has so many digits. */
export const inSeconds =
  (digits: number, signed: boolean): ScalarFormat =>
  ({ constants }) =>
  (_c, s, lo) =>
    s.text(secondsText(String(signed ? lo | 0 : lo), digits, constants));
