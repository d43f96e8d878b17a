// Process ids: under -Y the name of the process stands behind the number, captured at the stop.
import type { Cursor } from '../record/cursor.js';
import { printBetweenBrackets } from './brackets.js';
import type { ScalarPrinter } from './printer.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';

/** Most bytes of a name (TASK_COMM_LEN, less its NUL): /proc tells more of kernel threads. */
const COMM_MAX = 15;
/** Site of the name of a signal's sender: SITE_SENDER of native/record.h. */
const SENDER = 255;

/** Bytes of the name in the range that the cursor has found: it ends at a newline. */
export function commLength(c: Cursor): number {
  const newline = c.bytes.indexOf(10, c.at);
  const length = Math.min(c.length, COMM_MAX);
  return newline >= 0 && newline < c.at + length ? newline - c.at : length;
}

/** Prints `<comm>` of the process; nothing when it is not there (any more). */
export function printCapturedComm(c: Cursor, s: Sink, site: number, pid: number, style: Style): void {
  if ((pid | 0) <= 0 || !(c.find(site, pid >>> 0, 0) || c.find(SENDER, pid >>> 0, 0)) || c.length === 0) return;
  s.byte(60);
  printBetweenBrackets(s, c.bytes, c.at, commLength(c), style);
  s.byte(62);
}

/** A process id with the name that `site` captured. */
export const withComm =
  (print: ScalarPrinter, site: number, style: Style): ScalarPrinter =>
  (c, s, lo, hi) => {
    print(c, s, lo, hi);
    printCapturedComm(c, s, site, lo, style);
  };
