// personality(2): an execution domain and flags beside it.
import * as g from '../../constants/generated/process.js';
import { call, format, returns } from '../../describe/combinators.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, flagNames, hexText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** The bits of the domain (linux/personality.h: PER_MASK). */
const PER_MASK = 0xff;
/** Asks for the personality, changes nothing. */
const QUERY = 0xffffffff;

/** Domain and flags, each in the style of constants. */
const domain: ScalarFormat = (style) =>
  memoised((lo) => {
    const base = constantText(g.personalities, style.abi, style.constants, lo & PER_MASK, 0, 4);
    const bits = (lo & ~PER_MASK) >>> 0;
    if (bits === 0) return base;
    const { names } = flagNames(g.personality_flags.entries(style.abi.name), bits, 0, 4);
    const flags =
      names.length === 0 ? hexText(bits, 0) : constantText(g.personality_flags, style.abi, style.constants, bits, 0, 4);
    return `${base}|${flags}`;
  });
const persona: ScalarFormat = (style, size) => {
  const known = domain(style, size);
  return (c, s, lo, hi) => {
    if (lo === QUERY) s.hex(lo);
    else known(c, s, lo, hi);
  };
};

export const personality: Family = {
  personality: () =>
    call(
      { persona: format(persona) },
      returns.comment(
        ({ style }) => {
          const print = domain(style, 4);
          return (c, s) => print(c, s, c.retLo, 0);
        },
        {},
        'x',
      ),
    ),
};
