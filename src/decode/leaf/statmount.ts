// The answer of statmount(2): fields by the bits of its mask, strings by their offset into the text behind them.
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../printer.js';
import { quote } from '../quote.js';
import type { Sink } from '../sink.js';
import { label } from '../sink.js';
import type { Style } from '../style.js';

/** Where the text begins: strings are offsets from here (linux/mount.h). */
export const STATMOUNT_TEXT = 512;

/** How a field is shown: as its node says, as one string, or as so many strings as another field says. */
type Kind = 'plain' | 'string' | { readonly count: string };
export interface StatmountField {
  readonly name: string;
  /** Low bits of the mask of which one must be set; 0: always. */
  readonly mask: number;
  readonly kind: Kind;
}

/** Prints a string of the text and returns the index behind it, or -1 when it does not end. */
function printString(c: Cursor, s: Sink, from: number, end: number, style: Style): number {
  let n = from;
  while (n < end && c.bytes[n] !== 0) n++;
  quote(s, c.bytes, from, n - from, style.hex, n === end);
  return n < end ? n + 1 : -1;
}

/** `["a", "b"]`; `???` for what lies beyond the end. */
function printStrings(c: Cursor, s: Sink, start: number, end: number, count: number, style: Style): void {
  s.byte(91);
  let at = start;
  for (let i = 0; i < count; i++) {
    if (i > 0) s.text(', ');
    if (at < 0 || at >= end) {
      s.text('???');
      break;
    }
    at = printString(c, s, at, end, style);
  }
  s.byte(93);
}

/** `fields` in the order of printing. */
export const printStatmount =
  (fields: readonly StatmountField[], maskField: string): Renderer =>
  ({ style, offset, field }) => {
    const maskAt = offset(maskField);
    const shown = fields.map(({ name, mask, kind }) => ({
      mask,
      kind,
      name: label(`${name}=`),
      at: offset(name),
      print: field(name),
      count: typeof kind === 'object' ? offset(kind.count) : 0,
    }));
    return (c, s, from, length) => {
      const end = from + length;
      const mask = length >= maskAt + 8 ? c.u32(from + maskAt) : 0;
      s.byte(123);
      let first = true;
      for (const f of shown) {
        if (f.mask !== 0 && (mask & f.mask) === 0) continue;
        if (first) first = false;
        else s.text(', ');
        s.bytes(f.name);
        // What the caller had no room for counts as zero.
        if (f.at >= length) s.byte(48);
        else if (f.kind === 'plain') f.print(c, s, from, length);
        else {
          const value = c.u32(from + f.at);
          const start = from + STATMOUNT_TEXT + value;
          if (start >= end) s.hex(value);
          else if (f.kind === 'string') printString(c, s, start, end, style);
          else printStrings(c, s, start, end, c.u32(from + f.count), style);
        }
      }
      s.byte(125);
    };
  };
