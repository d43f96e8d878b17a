// The time of day as the first systems had it: seconds, or seconds and microseconds.
import { call, format, i32, input, output, returns, struct } from '../../describe/combinators.js';
import { dateText, farDateText, timeval } from '../../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import type { Family } from '../index.js';

/** Seconds as a number: time_t, which is signed. */
const secondsOf = (lo: number, hi: number, bytes: number): number =>
  bytes === 4 ? lo | 0 : (hi | 0) * 4294967296 + lo;

const datedSeconds: ScalarFormat = (_style, bytes) => (_c, s, lo, hi) => {
  if (bytes === 4) s.signed(lo);
  else s.signed64(lo, hi);
  const value = secondsOf(lo, hi, bytes);
  const text = Number.isSafeInteger(value) ? dateText(value, 0) : farDateText(hi | 0, lo, 0);
  if (text !== undefined) s.text(` /* ${text} */`);
};
const seconds = format(datedSeconds, 'long');

const resultDate: Renderer =
  ({ style }) =>
  (c, s) => {
    const text = dateText(secondsOf(c.retLo, c.retHi, style.abi.longSize), 0);
    if (text !== undefined) s.text(text);
  };

const timezone = struct({ tz_minuteswest: i32, tz_dsttime: i32 });

export const timeOfDay: Family = {
  gettimeofday: () => call({ tv: output(timeval), tz: output(timezone) }),
  settimeofday: () => call({ tv: input(timeval), tz: input(timezone) }),
  time: () => call({ tloc: output(seconds) }, returns.comment(resultDate)),
  stime: () => call({ tloc: output(seconds) }, returns.comment(resultDate)),
};
