// Process ids: under -Y the name of the process stands behind the number, captured at the stop.
import type { Cursor } from '../record/cursor.js';
import { printBetweenBrackets } from './brackets.js';
import type { ScalarPrinter } from './printer.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';

/** Most bytes of a name (TASK_COMM_LEN, less its NUL): /proc tells more of kernel threads. */
const COMM_MAX = 15;
/** Site of the name of a signal's sender: SITE_SENDER of native/record.h. */
const SENDER = 255;
const COMMENT = label(' /* ');
const IN_OURS = label(" in strace's PID NS */");

/** Bytes of the name in the range that the cursor has found: it ends at a newline. */
export function commLength(c: Cursor): number {
  const newline = c.bytes.indexOf(10, c.at);
  const length = Math.min(c.length, COMM_MAX);
  return newline >= 0 && newline < c.at + length ? newline - c.at : length;
}

/**
 * Prints `<comm>` of the process (-Y) and, where that is another, our own id of it (--decode-pids=pidns); nothing when it
 * is not there (any more).
 */
export function printCapturedComm(c: Cursor, s: Sink, site: number, pid: number, style: Style): void {
  const id = pid | 0;
  const far = id < 0 ? 0xffffffff : 0;
  if (id === 0 || !(c.find(site, id >>> 0, 0) || c.find(site, id >>> 0, far) || c.find(SENDER, id >>> 0, 0))) return;
  if (c.length === 0) return;
  const { at, bytes } = c;
  const end = at + c.length;
  const length = commLength(c);
  if (style.comm && length > 0) {
    s.byte(60);
    printBetweenBrackets(s, bytes, at, length, style);
    s.byte(62);
  }
  if (!style.pidns) return;
  const newline = bytes.lastIndexOf(10, end - 1);
  // The same id: nothing stands behind the newline.
  if (newline < at || newline === end - 1) return;
  s.bytes(COMMENT);
  s.copy(bytes, newline + 1, end - newline - 1);
  s.bytes(IN_OURS);
}

/** A process id with the name that `site` captured. */
export const withComm =
  (print: ScalarPrinter, site: number, style: Style): ScalarPrinter =>
  (c, s, lo, hi) => {
    print(c, s, lo, hi);
    printCapturedComm(c, s, site, lo, style);
  };
