// Sets whose members are numbers of bits that have names: `[EV_SYN EV_KEY 0xf /* EV_??? */]` (input devices).
import type { ConstantTable } from '../../constants/table.js';
import type { Renderer } from '../printer.js';
import { constantText } from '../xlat.js';

/** Members that abbreviated output shows. */
const FEW = 4;

/** Whole words of the personality, as numbers. */
const words: Renderer =
  ({ style }) =>
  (c, s, at, length) => {
    const size = style.abi.longSize;
    s.byte(91);
    for (let i = 0; i < length; i += size) {
      if (i > 0) s.text(', ');
      s.hex64(c.u32(at + i), size === 8 ? c.u32(at + i + 4) : 0);
    }
    s.byte(93);
  };

/**
 * Names of the bits that are set, of as many bytes as the call's result says and of numbers below `max`; without names, or
 * beside them, the words themselves.
 */
export const indexedBits =
  (table: ConstantTable, max: number): Renderer =>
  (context) => {
    const { style } = context;
    const plain = words(context);
    if (style.constants === 'raw') return plain;
    const verbose = style.constants === 'verbose';
    return (c, s, at, length) => {
      const count = Math.min(c.retLo * 8, max, length * 8);
      let shown = 0;
      s.byte(91);
      for (let i = 0; i < count; i++) {
        if (!((c.bytes[at + (i >> 3)] >> (i & 7)) & 1)) continue;
        if (shown > 0) s.byte(32);
        if (style.abbrev && shown === FEW) {
          s.text('...');
          break;
        }
        s.text(constantText(table, style.abi, style.constants, i, 0, 4));
        shown++;
      }
      s.byte(93);
      if (verbose) {
        s.text(' /* ');
        plain(c, s, at, length);
        s.text(' */');
      }
    };
  };
