// Flag words that hold a choice inside: open flags, mmap flags, clone flags with their exit signal, and the like.
import { signalName } from '../../abi/signal.js';
import type { ConstantTable } from '../../constants/table.js';
import type { ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { choiceName, constantText, flagNames, hexText, memoised } from '../xlat.js';

/** The bits under `mask` are one of `choices`; the rest are `bits`. */
export const choiceAndFlags =
  (choices: ConstantTable, mask: number, bits: ConstantTable): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => splitText(choices, mask, bits, style, lo, hi));

function splitText(
  choices: ConstantTable,
  mask: number,
  bits: ConstantTable,
  style: Style,
  lo: number,
  hi: number,
): string {
  if (style.constants === 'raw') return hexText(lo, hi);
  const { name } = style.abi;
  const part = (lo & mask) >>> 0;
  const parts: string[] = [];
  const chosen = choiceName(choices.entries(name), part, 0, 4);
  parts.push(chosen ?? `${hexText(part, 0)} /* ${choices.placeholder} */`);
  const { names, lo: rest, hi: restHi } = flagNames(bits.entries(name), (lo & ~mask) >>> 0, hi, 8);
  parts.push(...names);
  if ((rest | restHi) !== 0) parts.push(hexText(rest, restHi));
  const text = parts.join('|');
  return style.constants === 'verbose' ? `${hexText(lo, hi)} /* ${text} */` : text;
}

/** Flags with an exit signal in the low byte (clone(2)). */
export const flagsAndSignal =
  (bits: ConstantTable, mask: number): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => {
      const signal = lo & mask;
      const flags = (lo & ~mask) >>> 0;
      const parts: string[] = [];
      if ((flags | hi) !== 0) parts.push(constantText(bits, style.abi, style.constants, flags, hi, 8));
      if (signal !== 0 || parts.length === 0) {
        const named = signal === 0 ? '0' : signalName(signal);
        const known = named !== String(signal);
        parts.push(
          style.constants === 'raw'
            ? String(signal)
            : style.constants === 'verbose' && known
              ? `${signal} /* ${named} */`
              : named,
        );
      }
      return parts.join('|');
    });

/** Bits with a number at `shift` behind them: `MFD_HUGETLB|21<<MFD_HUGE_SHIFT`. */
export const flagsAndShifted =
  (bits: ConstantTable, shift: number, name: string): ScalarFormat =>
  (style) =>
    memoised((lo) => {
      if (style.constants === 'raw') return hexText(lo, 0);
      if (lo === 0) return '0';
      const number = lo >>> shift;
      const below = (lo & (2 ** shift - 1)) >>> 0;
      // Unknown bits keep their own comment inside the one of -X verbose.
      const parts = below === 0 ? [] : [constantText(bits, style.abi, 'abbrev', below, 0, 4)];
      if (number !== 0) parts.push(`${number}<<${name}`);
      const text = parts.join('|');
      return style.constants === 'verbose' ? `${hexText(lo, 0)} /* ${text} */` : text;
    });

/** A part that is one of `choices` under `mask`, then the other bits, each in its own style: `0x4 /* A *` + `/|0x1 /* B *` + `/`. */
export const joinedParts =
  (choices: ConstantTable, mask: number, bits: ConstantTable): ScalarFormat =>
  (style) =>
    memoised((lo, hi) => {
      const part = (lo & mask) >>> 0;
      const rest = (lo & ~mask) >>> 0;
      const first = constantText(choices, style.abi, style.constants, part, 0, 4);
      if ((rest | hi) === 0) return first;
      return `${first}|${constantText(bits, style.abi, style.constants, rest, hi, 8)}`;
    });

/** A signal number: SIGINT. */
export const signalNumber: ScalarFormat = (style) =>
  memoised((lo) => {
    const n = lo | 0;
    const name = signalName(n);
    if (style.constants === 'raw' || name === String(n)) return String(n);
    return style.constants === 'verbose' ? `${n} /* ${name} */` : name;
  });

/** A signal number of a whole register: what no signal can be is unsigned. */
export const wideSignal: ScalarFormat = (style, size) => {
  const signal = signalNumber(style, size);
  return (c, s, lo, hi) => {
    if (hi === 0 && lo <= 128) signal(c, s, lo, hi);
    else s.decimal64(lo, hi);
  };
};

/** A user or group id: unsigned, but -1 is -1. */
export const userId: ScalarFormat = (_style, size) => (_c, s, lo) => {
  const value = size === 2 ? lo & 0xffff : lo;
  if (value === (size === 2 ? 0xffff : 0xffffffff)) s.text('-1');
  else s.decimal(value);
};
