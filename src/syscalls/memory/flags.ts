// The flags of mmap(2) and its relatives: a type, flags, and the size of huge pages.
import * as g from '../../constants/generated/memory.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { choiceName, flagNames, hexText, memoised } from '../../decode/xlat.js';

const MAP_TYPE = 0xf;
/** Where the logarithm of the page size stands, in the upper bits of an int. */
const MAP_HUGE_SHIFT = 26;

/** The names are those of an int; the number alone may have 64 bits. */
export const mapFlags: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const number = hexText(lo, hi);
    if (style.constants === 'raw') return number;
    const { name } = style.abi;
    const type = lo & MAP_TYPE;
    const huge = lo >>> MAP_HUGE_SHIFT;
    const { names, lo: rest } = flagNames(
      g.mmap_flags.entries(name),
      (lo & ~MAP_TYPE & ((1 << MAP_HUGE_SHIFT) - 1)) >>> 0,
      0,
      4,
    );
    const parts = [choiceName(g.mmap_types.entries(name), type, 0, 4) ?? `${hexText(type, 0)} /* MAP_??? */`, ...names];
    if (rest !== 0) parts.push(hexText(rest, 0));
    if (huge !== 0) parts.push(`${huge}<<MAP_HUGE_SHIFT`);
    const text = parts.join('|');
    return style.constants === 'verbose' ? `${number} /* ${text} */` : text;
  });
