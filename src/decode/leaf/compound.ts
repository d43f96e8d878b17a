// Numbers whose text is put together from several parts, and names of results in parentheses.
import type { ConstantTable } from '../../constants/table.js';
import type { Renderer, ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { choiceName, flagNames, hexText, memoised } from '../xlat.js';

/**
 * A number shown as `text` says; with `-X raw` the number alone, with `-X verbose` both. Where `text` gives nothing, the
 * number stands for itself. `zero`: how the number 0 is written.
 */
export const compound =
  (text: (lo: number, hi: number, style: Style) => string | undefined, zero = '0'): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => {
      const number = (lo | hi) === 0 ? zero : hexText(lo, hi);
      if (style.constants === 'raw') return number;
      const parts = text(lo, hi, style);
      if (parts === undefined) return number;
      return style.constants === 'verbose' ? `${number} /* ${parts} */` : parts;
    });

/** A number with its name always in a comment behind it: `0x1 /* PIDTYPE_TGID *` + `/`. */
export const commented =
  (table: ConstantTable, size: 4 | 8 = 4): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => {
      const number = hexText(lo, hi);
      if (style.constants === 'raw') return number;
      return `${number} /* ${choiceName(table.entries(style.abi.name), lo, hi, size) ?? table.placeholder} */`;
    });

/** Names of bits and what is left of the number; undefined when no bit has a name. */
export function bitsText(table: ConstantTable, style: Style, lo: number, hi: number): string | undefined {
  const { names, lo: rest, hi: restHi } = flagNames(table.entries(style.abi.name), lo, hi, 8);
  if (names.length === 0) return undefined;
  if ((rest | restHi) !== 0) names.push(hexText(rest, restHi));
  return names.join('|');
}

/** The result's name, whatever `-X` says; nothing for a result without a name. */
export const resultName =
  (table: ConstantTable): Renderer =>
  ({ style }) =>
  (c, s) => {
    const name = choiceName(table.entries(style.abi.name), c.retLo, c.retHi, 8);
    if (name !== undefined) s.text(name);
  };

/** The result in another form, but for `-X raw`; nothing when `text` gives nothing. */
export const resultText =
  (text: (lo: number, hi: number, style: Style) => string | undefined): Renderer =>
  ({ style }) =>
  (c, s) => {
    if (style.constants === 'raw') return;
    const made = text(c.retLo, style.abi.name === 'i386' ? 0 : c.retHi, style);
    if (made !== undefined) s.text(made);
  };

/** The names of the result's bits. */
export const resultFlags = (table: ConstantTable): Renderer =>
  resultText((lo, hi, style) => bitsText(table, style, lo, hi));

/** Bits with their names always in a comment behind the number: `[0xe7 /* … *` + `/]`; zero stands alone. */
export const commentedFlags =
  (table: ConstantTable): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => {
      const number = hexText(lo, hi);
      if (style.constants === 'raw' || (lo | hi) === 0) return number;
      return `${number} /* ${bitsText(table, style, lo, hi) ?? table.placeholder} */`;
    });

/** A structure whose members print like elements of an array: `[250, KEY_A]`. For `render`. */
export const asList =
  (...fields: string[]): Renderer =>
  ({ field }) => {
    const printers = fields.map(field);
    return (c, s, at, length) => {
      printers.forEach((print, i) => {
        s.text(i === 0 ? '[' : ', ');
        print(c, s, at, length);
      });
      s.byte(93);
    };
  };
