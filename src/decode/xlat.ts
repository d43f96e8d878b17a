// Values with names: one of a choice, or flags joined by `|`; the text of each value is made once and kept as bytes.
import type { Abi } from '../abi/abi.js';
import type { ConstantEntry, ConstantTable } from '../constants/table.js';
import type { Base } from '../describe/node.js';
import { memo } from './memo.js';
import type { ScalarFormat, ScalarPrinter } from './printer.js';
import { label } from './sink.js';
import type { ConstantStyle, Style } from './style.js';

/** `0x…` of a value in halves, as C's %#llx: `0` for zero. */
export function hexText(lo: number, hi: number): string {
  if (hi === 0) return lo === 0 ? '0' : '0x' + lo.toString(16);
  return '0x' + hi.toString(16) + lo.toString(16).padStart(8, '0');
}

/** C's `%#0Nx`: as many characters as `width` at least, the `0x` included (none before zeros). */
export const paddedHex = (lo: number, hi: number, width: number): string =>
  (lo | hi) === 0
    ? '0'.repeat(width)
    : `0x${hexText(lo, hi)
        .slice(2)
        .padStart(width - 2, '0')}`;

/** Such numbers, always `width` characters or more. */
export const padded =
  (width: number): ScalarFormat =>
  () =>
  (_c, s, lo, hi) =>
    s.text(paddedHex(lo, hi, width));

/** An unsigned number of 64 bits. */
export const decimalText = (lo: number, hi: number): string =>
  hi === 0 ? String(lo) : String((BigInt(hi) << 32n) | BigInt(lo));

function numberText(lo: number, hi: number, size: number, base: Base | undefined): string {
  if (base === 'd') return size === 8 ? String(BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo))) : String(lo | 0);
  if (base === 'u') return size === 8 ? decimalText(lo, hi) : String(lo);
  if (base === 'o') return lo === 0 ? '0' : '0' + lo.toString(8);
  return hexText(lo, hi);
}

/** Finds the name of one value. */
export function choiceName(
  entries: readonly ConstantEntry[],
  lo: number,
  hi: number,
  size: number,
): string | undefined {
  for (const e of entries) if (e.lo === lo && (size < 8 || e.hi === hi)) return e.name;
  return undefined;
}

/** The names of all bits that have one, in the table's order, and what is left. */
export function flagNames(
  entries: readonly ConstantEntry[],
  lo: number,
  hi: number,
  size: number,
): { names: string[]; lo: number; hi: number } {
  const names: string[] = [];
  for (const e of entries) {
    const eh = size < 8 ? 0 : e.hi;
    if ((e.lo | eh) === 0) continue;
    if ((lo & e.lo) >>> 0 === e.lo && (hi & eh) >>> 0 === eh) {
      names.push(e.name);
      lo = (lo & ~e.lo) >>> 0;
      hi = (hi & ~eh) >>> 0;
    }
  }
  return { names, lo, hi };
}

/** The text of a value of a table in a style: what strace prints for it. */
export function constantText(
  table: ConstantTable,
  abi: Abi,
  style: ConstantStyle,
  lo: number,
  hi: number,
  size: number,
  base?: Base,
): string {
  const number = numberText(lo, hi, size, base);
  if (style === 'raw') return number;
  const entries = table.entries(abi.name);
  const unknown = table.placeholder === '' ? number : `${number} /* ${table.placeholder} */`;
  if (table.kind === 'choice') {
    const name = choiceName(entries, lo, hi, size);
    if (name === undefined) return unknown;
    return style === 'verbose' ? `${number} /* ${name} */` : name;
  }
  if ((lo | hi) === 0) {
    const zero = choiceName(entries, 0, 0, size);
    if (zero === undefined) return '0';
    return style === 'verbose' ? `0 /* ${zero} */` : zero;
  }
  const { names, lo: restLo, hi: restHi } = flagNames(entries, lo, hi, size);
  if (names.length === 0) return unknown;
  if ((restLo | restHi) !== 0) names.push(numberText(restLo, restHi, size, base));
  const text = names.join('|');
  return style === 'verbose' ? `${number} /* ${text} */` : text;
}

/** A printer that keeps the texts it has made. */
export function memoised(text: (lo: number, hi: number) => string): ScalarPrinter {
  const made = memo((lo, hi) => label(text(lo, hi)));
  return (_c, s, lo, hi) => s.bytes(made(lo, hi));
}

/** The printer of a table. `size` in bytes; values of up to 4 bytes have hi 0. */
export function xlatPrinter(table: ConstantTable, style: Style, size: number, base?: Base): ScalarPrinter {
  return memoised((lo, hi) => constantText(table, style.abi, style.constants, lo, hi, size, base));
}
