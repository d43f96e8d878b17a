// File descriptors: the number, AT_FDCWD by name, and under -y what was captured of them at the stop.
import type { Cursor } from '../record/cursor.js';
import { SITE_SIGNAL_FD } from '../record/layout.js';
import { printBetweenBrackets } from './brackets.js';
import { detailPrinter, exists } from './descriptor-details.js';
import type { ScalarPrinter } from './printer.js';
import { AT_FDCWD } from './named-files.js';
import { label } from './sink.js';
import type { ConstantTable } from '../constants/table.js';
import { choiceName, constantText } from './xlat.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';
import { describesFds } from './style.js';

const DELETED = label(' (deleted)');
const SOCKET = label('socket:[');

const LESS = 60;
const GREATER = 62;

/** The path of a socket. */
function isSocket(bytes: Uint8Array, at: number, end: number): boolean {
  let n = 0;
  while (n < SOCKET.length && at + n < end && bytes[at + n] === SOCKET[n]) n++;
  return n === SOCKET.length;
}

/** Prints what was captured of a descriptor at a site, in brackets; nothing when it is not known. */
export type FdDescriber = (c: Cursor, s: Sink, site: number, fd: number) => void;

/**
 * `<path>`, or what else the style says of a descriptor. A deleted file is marked behind the brackets; a deleted working
 * directory is not.
 */
export function fdDescriber(style: Style): FdDescriber {
  const details = detailPrinter(style);
  return (c, s, site, fd) => {
    const lo = fd >>> 0;
    const hi = lo >>> 31 ? 0xffffffff : 0;
    if (!(c.find(site, lo, hi) || c.find(SITE_SIGNAL_FD, lo, hi)) || c.length === 0) return;
    const { at, bytes } = c;
    const stop = at + c.length;
    let end = at;
    while (end < stop && bytes[end] !== 0) end++;
    const more = end < stop;
    if (more && details?.(c, s, at, end + 1, stop)) return;
    if (style.sockets && isSocket(bytes, at, end)) {
      s.byte(LESS);
      for (let i = at; i < end; i++) s.byte(bytes[i]);
      s.byte(GREATER);
      return;
    }
    if (!style.paths) return;
    let deleted = end - at > DELETED.length && lo !== AT_FDCWD;
    for (let i = 0; i < DELETED.length && deleted; i++) deleted = bytes[end - DELETED.length + i] === DELETED[i];
    if (deleted && more && exists(bytes, end + 1, stop)) deleted = false;
    if (deleted) end -= DELETED.length;
    s.byte(LESS);
    printBetweenBrackets(s, bytes, at, end - at, style);
    s.byte(GREATER);
    if (deleted) s.text('(deleted)');
  };
}

/** The printer of a descriptor; `at`: AT_FDCWD has its name; `names`: other numbers that are no descriptors. */
export function fdPrinter(style: Style, at: boolean, site: number, names?: ConstantTable): ScalarPrinter {
  if (names) return namedFdPrinter(fdPrinter(style, at, site), names, style);
  const describe = describesFds(style) && site >= 0 ? fdDescriber(style) : undefined;
  const cwd = label(
    style.constants === 'raw' ? '-100' : style.constants === 'verbose' ? '-100 /* AT_FDCWD */' : 'AT_FDCWD',
  );
  return (c, s, lo) => {
    if (at && lo === AT_FDCWD) s.bytes(cwd);
    else s.signed(lo);
    if (describe && (at || lo !== AT_FDCWD)) describe(c, s, site, lo);
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
  const describe = site >= 0 ? fdDescriber(style) : undefined;
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
          if (!first && s.pos >= c.listEnd) continue;
        }
        if (first) first = false;
        else s.byte(32);
        s.decimal(i);
        describe?.(c, s, site, i);
      }
    }
    s.byte(93);
  };
}
