// What stands at the end of a structure whose caller says that it is longer than we know.
import { EXCESS_BYTES } from '../capture/shape.js';
import type { R, RField, RStruct, RVersioned } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { placeReader, testReader } from './place.js';
import type { MemoryPrinter } from './printer.js';
import { quote } from './quote.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';

const DOTS = label(', ...');
const UNREAD = label(', ???');
const BYTES = label(', /* bytes ');
const EXTRA = label(', extra_data=');
const EXTRA_BYTES = label(' /* bytes ');
const CLOSE = label(' */');
/** The byte `{`. */
const OPEN_BRACE = 123;

/** The structure under print: where it is in the tracee, and the size that its caller tells. */
export interface Tail {
  readonly how: RVersioned;
  lo: number;
  hi: number;
  size: number;
}

function range(s: Sink, first: number, last: number): void {
  s.decimal(first);
  s.byte(46);
  s.byte(46);
  s.decimal(last);
  s.bytes(CLOSE);
}

/** Prints what begins with a separator; without that when no field stands before it. */
function behind(s: Sink, text: Uint8Array): void {
  s.bytes(s.buf[s.pos - 1] === OPEN_BRACE ? text.subarray(2) : text);
}

function allZero(c: Cursor, from: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (c.bytes[from + i] !== 0) return false;
  return true;
}

/** Compiles what is printed behind the last field of a versioned structure. */
export function excessPrinter(node: RStruct, tail: Tail, style: Style, depth: number): MemoryPrinter {
  const known = node.bytes;
  const { excess, tail: site } = tail.how;
  switch (excess) {
    case undefined:
      return () => undefined;
    case 'dots':
      return (_c, s) => {
        if (tail.size > known) s.bytes(DOTS);
      };
    case 'hex':
      return (c, s) => {
        if (tail.size <= known) return;
        const end = Math.min(tail.size, EXCESS_BYTES);
        const lo = tail.lo + known;
        const hi = tail.hi + (lo > 0xffffffff ? 1 : 0);
        if (!c.find(site, lo >>> 0, hi) || c.errno !== 0) {
          behind(s, UNREAD);
          return;
        }
        if (allZero(c, c.at, c.length)) return;
        behind(s, BYTES);
        range(s, known, end - 1);
        s.byte(32);
        quote(s, c.bytes, c.at, Math.min(c.length, style.stringLimit), 'all', c.length > style.stringLimit);
      };
    case 'data': {
      const shown = reach(node, depth);
      return (c, s, at, length) => {
        const from = shown(c, at, length);
        const n = tail.size - from;
        if (n <= 0 || allZero(c, at + from, n)) return;
        if (style.abbrev) {
          s.bytes(DOTS);
          return;
        }
        s.bytes(EXTRA);
        quote(s, c.bytes, at + from, n, 'all', false);
        s.bytes(EXTRA_BYTES);
        range(s, from, tail.size - 1);
      };
    }
  }
}

/** Offset of the end of what is shown of a node. */
type Reach = (c: Cursor, at: number, length: number) => number;

function reach(node: R, depth: number): Reach {
  if (node.kind === 'struct') {
    const ends = node.fields.map((f) => fieldReach(f, depth + 1));
    return (c, at, length) => {
      const frame = c.frames[depth];
      c.frames[depth] = at;
      let end = 0;
      for (const one of ends) end = Math.max(end, one(c, at, length));
      c.frames[depth] = frame;
      return end;
    };
  }
  if (node.kind === 'match') {
    const on = placeReader(node.on, depth);
    const { mask } = node;
    const cases = new Map(node.cases.map(([key, r]) => [key, reach(r, depth)] as const));
    const otherwise = reach(node.otherwise, depth);
    return (c, at, length) => (cases.get((on(c) & mask) >>> 0) ?? otherwise)(c, at, length);
  }
  const { bytes } = node;
  return () => bytes;
}

function fieldReach(f: RField, depth: number): Reach {
  const inside = reach(f.node, depth);
  const test = f.when && testReader(f.when, depth);
  return (c, at, length) => {
    if (f.beyond !== undefined && f.beyond >= length) return 0;
    if (test && !test(c)) return 0;
    return f.offset + inside(c, at + f.offset, length - f.offset);
  };
}
