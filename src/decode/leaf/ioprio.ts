// Priorities of input and output: a class and a level in one number (ioprio_set(2)).
import { ioprio_classes } from '../../constants/generated/process.js';
import type { ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { constantText, hexText, memoised } from '../xlat.js';

/** Bits of the level; the class stands above them. */
const CLASS_SHIFT = 13;

/** `IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 4)`. */
export function ioprioText(value: number, style: Style): string {
  const level = value & ((1 << CLASS_SHIFT) - 1);
  const name = constantText(ioprio_classes, style.abi, style.constants, value >>> CLASS_SHIFT, 0, 4);
  return `IOPRIO_PRIO_VALUE(${name}, ${level})`;
}

/** A priority; `base`: digits of the number that `-X raw` and `-X verbose` show. */
export const ioprio =
  (base: 'd' | 'x'): ScalarFormat =>
  (style) =>
    memoised((lo) => {
      const number = base === 'd' ? String(lo | 0) : hexText(lo, 0);
      if (style.constants === 'raw') return number;
      const text = ioprioText(lo, style);
      return style.constants === 'verbose' ? `${number} /* ${text} */` : text;
    });
