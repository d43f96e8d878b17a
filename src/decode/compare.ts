// Captured bytes: whether they are equal, or zero.
import type { Cursor } from '../record/cursor.js';

/** Whether the same number stands in both places. */
export function same(a: Cursor, x: number, b: Cursor, y: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (a.bytes[x + i] !== b.bytes[y + i]) return false;
  return true;
}

/** Whether none of the bits of a field is set. */
export function noBits(c: Cursor, from: number, [shift, width]: readonly [number, number]): boolean {
  return ((c.u32(from + (shift >> 3)) >>> (shift & 7)) & (width >= 32 ? 0xffffffff : 2 ** width - 1)) === 0;
}

/** Whether `n` bytes are zeros. */
export function allZero(c: Cursor, from: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (c.bytes[from + i] !== 0) return false;
  return true;
}
