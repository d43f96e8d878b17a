// File descriptors: the number, AT_FDCWD by name, and under -y the path that was captured at the stop.
import type { Cursor } from '../record/cursor.js';
import type { ScalarPrinter } from './printer.js';
import { escape } from './quote.js';
import { label } from './sink.js';
import type { ConstantTable } from '../constants/table.js';
import { choiceName, constantText } from './xlat.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';
import { describesFds } from './style.js';

/** AT_FDCWD as an unsigned 32-bit value (fcntl.h: -100). */
const AT_FDCWD = 0xffffff9c;
const DELETED = label(' (deleted)');

/** The escapes of `<` and `>` inside the brackets. */
const LESS = 60;
const GREATER = 62;

/** Bytes that stand between `<` and `>`, which are escaped in them. */
export function printBetweenBrackets(s: Sink, bytes: Uint8Array, from: number, n: number, style: Style): void {
  const end = from + n;
  let start = from;
  for (let i = from; i <= end; i++)
    if (i === end || bytes[i] === LESS || bytes[i] === GREATER) {
      escape(s, bytes, start, i - start, style.hex);
      if (i < end) {
        s.byte(92);
        const b = bytes[i];
        if (style.hex === 'all') {
          s.byte(120);
          s.hexFixed(b, 2);
        } else s.text(b.toString(8));
      }
      start = i + 1;
    }
}

/**
 * Prints `<path>` for the captured descriptor; nothing when the path is not known. A deleted file is marked behind the
 * brackets; a deleted working directory is not.
 */
export function printCapturedPath(c: Cursor, s: Sink, site: number, fd: number, style: Style): void {
  const lo = fd >>> 0;
  const hi = lo >>> 31 ? 0xffffffff : 0;
  if (!c.find(site, lo, hi) || c.length === 0) return;
  const { at } = c;
  let n = c.length;
  let deleted = false;
  if (n > DELETED.length && lo !== AT_FDCWD) {
    deleted = true;
    for (let i = 0; i < DELETED.length && deleted; i++) deleted = c.bytes[at + n - DELETED.length + i] === DELETED[i];
    if (deleted) n -= DELETED.length;
  }
  s.byte(LESS);
  printBetweenBrackets(s, c.bytes, at, n, style);
  s.byte(GREATER);
  if (deleted) s.text('(deleted)');
}

/** The printer of a descriptor; `at`: AT_FDCWD has its name; `names`: other numbers that are no descriptors. */
export function fdPrinter(style: Style, at: boolean, site: number, names?: ConstantTable): ScalarPrinter {
  if (names) return namedFdPrinter(fdPrinter(style, at, site), names, style);
  const shown = describesFds(style) && site >= 0;
  const cwd = label(
    style.constants === 'raw' ? '-100' : style.constants === 'verbose' ? '-100 /* AT_FDCWD */' : 'AT_FDCWD',
  );
  return (c, s, lo) => {
    if (at && lo === AT_FDCWD) s.bytes(cwd);
    else s.signed(lo);
    if (shown && (at || lo !== AT_FDCWD)) printCapturedPath(c, s, site, lo, style);
  };
}

function namedFdPrinter(plain: ScalarPrinter, names: ConstantTable, style: Style): ScalarPrinter {
  const entries = names.entries(style.abi.name);
  return (c, s, lo, hi) => {
    if (choiceName(entries, lo, 0, 4) === undefined) plain(c, s, lo, hi);
    else s.text(constantText(names, style.abi, style.constants, lo, 0, 4, 'd'));
  };
}

/** Prints `[3 4]`: the bits set among the first `bits` at an index; of ready ones as many as the cursor's budget allows. */
export function fdSetPrinter(
  style: Style,
  site: number,
  ready: boolean,
): (c: Cursor, s: Sink, at: number, bits: number) => void {
  return (c, s, at, bits) => {
    s.byte(91);
    let first = true;
    for (let i = 0; i < bits; i++) {
      const byte = c.bytes[at + (i >> 3)];
      if (byte === 0) i |= 7;
      else if ((byte >> (i & 7)) & 1) {
        if (ready) {
          if (c.budget === 0) break;
          c.budget--;
        }
        if (first) first = false;
        else s.byte(32);
        s.decimal(i);
        if (site >= 0) printCapturedPath(c, s, site, i, style);
      }
    }
    s.byte(93);
  };
}
