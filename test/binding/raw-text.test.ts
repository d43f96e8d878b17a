// Bytes to strings and back: whatever they are, nothing of them is lost.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOf, textOf } from '../../src/binding/raw-text.js';

const there = (bytes: Buffer): Buffer => Buffer.from(bytesOf(textOf(bytes)));

test('any bytes come back', () => {
  const piece = fc.constantFrom(
    ...['\xff', '\xc3', '\xa9', '\xe2\x82\xac', '\xef\xbf\xbd', '\xf0\x9f\x98\x80', '\xed\xb2\x80', 'a'],
  );
  const pieces = fc.array(piece).map((parts) => Buffer.from(parts.join(''), 'latin1'));
  const any = fc.uint8Array().map((bytes) => Buffer.from(bytes));
  fc.assert(fc.property(fc.oneof(any, pieces), (bytes) => there(bytes).equals(bytes)));
});

test('UTF-8 is a string as ever, other bytes are lone surrogates', () => {
  for (const text of ['', 'plain', 'é€😀', '\ufffd']) {
    expect(textOf(Buffer.from(text))).toBe(text);
    expect(bytesOf(text)).toBe(text);
  }
  expect(textOf(Buffer.from('a\xffé', 'latin1'))).toBe('a\udcff\udce9');
  expect(bytesOf('é\udcff😀')).toEqual(Buffer.from([0xc3, 0xa9, 0xff, 0xf0, 0x9f, 0x98, 0x80]));
});
