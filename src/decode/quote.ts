// Strings in C's notation, as strace writes them: \n \t \" \\ \v \f \r, else the shortest octal, or hexadecimal.
import type { HexStyle } from './style.js';
import type { Sink } from './sink.js';

/** For each byte: 0 printed as it is, else the letter after the backslash, else 1 for a number. */
const ESCAPE = new Uint8Array(256).fill(1);
for (let i = 32; i < 127; i++) ESCAPE[i] = 0;
ESCAPE[34] = 34;
ESCAPE[92] = 92;
ESCAPE[9] = 116;
ESCAPE[10] = 110;
ESCAPE[11] = 118;
ESCAPE[12] = 102;
ESCAPE[13] = 114;

const QUOTE = 34;
const BACKSLASH = 92;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

/** Writes the bytes without quotes, escaped by `hex`. */
export function escape(sink: Sink, bytes: Uint8Array, from: number, n: number, hex: HexStyle): void {
  sink.ensure(4 * n);
  const out = sink.buf;
  let pos = sink.pos;
  const end = from + n;
  let allHex = hex === 'all';
  if (hex === 'non-ascii')
    for (let i = from; i < end && !allHex; i++) {
      const b = bytes[i];
      // White space of C counts as text (isspace), other control characters and bytes over 126 do not.
      if (ESCAPE[b] === 1) allHex = true;
    }
  if (allHex) {
    for (let i = from; i < end; i++) {
      const b = bytes[i];
      out[pos++] = BACKSLASH;
      out[pos++] = 120;
      out[pos++] = HEX[b >> 4];
      out[pos++] = HEX[b & 15];
    }
    sink.pos = pos;
    return;
  }
  for (let i = from; i < end; i++) {
    const b = bytes[i];
    const e = ESCAPE[b];
    if (e === 0) out[pos++] = b;
    else if (e !== 1) {
      out[pos++] = BACKSLASH;
      out[pos++] = e;
    } else if (hex === 'non-ascii-chars') {
      out[pos++] = BACKSLASH;
      out[pos++] = 120;
      out[pos++] = HEX[b >> 4];
      out[pos++] = HEX[b & 15];
    } else {
      out[pos++] = BACKSLASH;
      const next = i + 1 < end ? bytes[i + 1] : 0;
      // An octal digit that follows would be read as part of a short octal number.
      if (next >= 48 && next <= 55) {
        out[pos++] = 48 + (b >> 6);
        out[pos++] = 48 + ((b >> 3) & 7);
        out[pos++] = 48 + (b & 7);
      } else {
        if (b >= 64) out[pos++] = 48 + (b >> 6);
        if (b >= 8) out[pos++] = 48 + ((b >> 3) & 7);
        out[pos++] = 48 + (b & 7);
      }
    }
  }
  sink.pos = pos;
}

/** Writes `"…"`, with `...` behind it when something was cut. */
export function quote(sink: Sink, bytes: Uint8Array, from: number, n: number, hex: HexStyle, cut: boolean): void {
  sink.byte(QUOTE);
  escape(sink, bytes, from, n, hex);
  sink.byte(QUOTE);
  if (cut) ellipsis(sink);
}

/** Text of ours (printable ASCII) as a quoted string: in hexadecimal where all strings are. */
export function quotedText(text: string, hex: HexStyle): string {
  if (hex !== 'all') return `"${text}"`;
  let bytes = '';
  for (let i = 0; i < text.length; i++) bytes += '\\x' + text.charCodeAt(i).toString(16).padStart(2, '0');
  return `"${bytes}"`;
}

/** `...` */
export function ellipsis(sink: Sink): void {
  sink.ensure(3);
  sink.buf[sink.pos++] = 46;
  sink.buf[sink.pos++] = 46;
  sink.buf[sink.pos++] = 46;
}
