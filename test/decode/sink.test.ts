import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Sink } from '../../src/decode/sink.js';

const text = (print: (s: Sink) => void): string => {
  const s = new Sink(16);
  print(s);
  return Buffer.from(s.buf.subarray(0, s.pos)).toString('latin1');
};
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const edge = fc.oneof(
  u32,
  fc.constantFrom(0, 1, 9, 10, 99, 100, 0x7fffffff, 0x80000000, 0xffffffff, 999999999, 1000000000),
);

describe('numbers print as C prints them', () => {
  const each = (print: (s: Sink, v: number) => void, expected: (v: number) => string): void => {
    fc.assert(
      fc.property(edge, (v) => {
        expect(text((s) => print(s, v))).toBe(expected(v));
      }),
      { numRuns: 1000 },
    );
  };
  test('decimal', () => each((s, v) => s.decimal(v), String));
  test('signed', () =>
    each(
      (s, v) => s.signed(v),
      (v) => String(v | 0),
    ));
  test('hexadecimal', () =>
    each(
      (s, v) => s.hex(v),
      (v) => (v === 0 ? '0' : `0x${v.toString(16)}`),
    ));
  test('octal', () =>
    each(
      (s, v) => s.octal(v),
      (v) => (v === 0 ? '0' : `0${v.toString(8)}`),
    ));
  test('64 bits', () =>
    fc.assert(
      fc.property(edge, edge, (lo, hi) => {
        const value = (BigInt(hi) << 32n) | BigInt(lo);
        expect(text((s) => s.decimal64(lo, hi))).toBe(String(value));
        expect(text((s) => s.signed64(lo, hi))).toBe(String(BigInt.asIntN(64, value)));
        expect(text((s) => s.hex64(lo, hi))).toBe(value === 0n ? '0' : `0x${value.toString(16)}`);
      }),
      { numRuns: 1000 },
    ));
  test.each([
    [0, '000'],
    [7, '007'],
    [8, '010'],
    [0o644, '0644'],
    [0o177777, '0177777'],
  ])('mode %i', (value, expected) => expect(text((s) => s.mode(value))).toBe(expected));
});

test('columns count from the start of the line', () => {
  const s = new Sink(4);
  s.text('close(3)');
  s.padTo(39);
  expect(s.column).toBe(39);
  s.newline();
  expect(s.column).toBe(0);
});
