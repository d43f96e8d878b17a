import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/decode/quote.js';
import { Sink } from '../../src/decode/sink.js';
import type { HexStyle } from '../../src/decode/style.js';

const quoted = (bytes: Uint8Array, hex: HexStyle = 'none', cut = false): string => {
  const s = new Sink(8);
  quote(s, bytes, 0, bytes.length, hex, cut);
  return Buffer.from(s.buf.subarray(0, s.pos)).toString('latin1');
};
const latin = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** Reads a C string literal back. */
function unquote(text: string): number[] {
  const out: number[] = [];
  const named: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, v: 11, f: 12, '"': 34, '\\': 92 };
  for (let i = 1; i < text.length - 1; i++) {
    if (text[i] !== '\\') {
      out.push(text.charCodeAt(i));
      continue;
    }
    const next = text[++i];
    if (named[next] !== undefined) out.push(named[next]);
    else if (next === 'x') {
      out.push(parseInt(text.slice(i + 1, i + 3), 16));
      i += 2;
    } else {
      const [digits] = /^[0-7]{1,3}/.exec(text.slice(i)) ?? [''];
      out.push(parseInt(digits, 8));
      i += digits.length - 1;
    }
  }
  return out;
}

describe('strings in C notation', () => {
  test.each([
    ['abc\0def\x002', '"abc\\0def\\0002"'],
    ['\x01\n\t\\"\x7f\xff', '"\\1\\n\\t\\\\\\"\\177\\377"'],
    ['\x019', '"\\19"'],
    ['\x017', '"\\0017"'],
  ])('%j', (input, expected) => expect(quoted(latin(input))).toBe(expected));
  test('-x turns to hexadecimal when a byte is not text', () => {
    expect(quoted(latin('ab\n'), 'non-ascii')).toBe('"ab\\n"');
    expect(quoted(latin('a\xff'), 'non-ascii')).toBe('"\\x61\\xff"');
  });
  test('what was cut ends with dots', () => expect(quoted(latin('ab'), 'none', true)).toBe('"ab"...'));
  test('every byte string reads back', () =>
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), fc.constantFrom<HexStyle>('none', 'all'), (bytes, hex) => {
        expect(unquote(quoted(bytes, hex))).toEqual([...bytes]);
      }),
    ));
});
