// Lines of a dump: ` | 00000  30 31 32 …  012… |`, and the heads of buffers and vectors.
import type { Cursor } from '../record/cursor.js';
import { DumpKind } from '../capture/dump.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';

const LINE = 16;
const OPEN = label(' | ');
const CLOSE = label(' |');
const [SPACE, DOT] = [32, 46];

/** Hexadecimal digits of offsets: five, or as many as the last one takes. */
function offsetWidth(length: number): number {
  return Math.max(5, (length - 1).toString(16).length);
}

/** One line: the offset, up to 16 bytes in hexadecimal, and what of them is text. */
function printLine(s: Sink, bytes: Uint8Array, at: number, n: number, offset: number, width: number): void {
  s.bytes(OPEN);
  s.text(offset.toString(16).padStart(width, '0'));
  for (let i = 0; i < LINE; i++) {
    s.byte(SPACE);
    if (i % 8 === 0) s.byte(SPACE);
    if (i < n) s.hexFixed(bytes[at + i], 2);
    else {
      s.byte(SPACE);
      s.byte(SPACE);
    }
  }
  s.byte(SPACE);
  s.byte(SPACE);
  for (let i = 0; i < LINE; i++) {
    const b = i < n ? bytes[at + i] : SPACE;
    s.byte(b >= SPACE && b < 127 ? b : DOT);
  }
  s.bytes(CLOSE);
  s.newline();
}

/** Prints a record of data (EV_DATA of native/record.h). */
export function printDump(c: Cursor, s: Sink): void {
  const kind: DumpKind = c.nr;
  switch (kind) {
    case DumpKind.Buffer:
    case DumpKind.Vector:
      s.text(kind === DumpKind.Vector ? ' = ' : ' * ');
      s.decimal64(c.argLo(0), c.argHi(0));
      s.text(kind === DumpKind.Vector ? ' buffers in vector ' : ' bytes in buffer ');
      s.decimal(c.argLo(1));
      s.newline();
      return;
    case DumpKind.Lost:
      s.text(` | <Cannot fetch ${c.argLo(1)} bytes from pid ${c.tid} @`);
      s.hex64(c.argLo(2), c.argHi(2));
      s.byte(62);
      s.newline();
      return;
    case DumpKind.Plain:
  }
  if (!c.findSite(0)) return;
  const { at, length, bytes } = c;
  const offset = c.argHi(2) * 4294967296 + c.argLo(2);
  const width = offsetWidth(c.argHi(0) * 4294967296 + c.argLo(0));
  for (let i = 0; i < length; i += LINE) printLine(s, bytes, at + i, Math.min(LINE, length - i), offset + i, width);
}
