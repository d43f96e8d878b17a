// Error numbers that are values: si_errno, and what keyctl(2) is to answer.
import { errnoName } from '../../abi/errno.js';
import type { ScalarFormat } from '../printer.js';
import { memoised } from '../xlat.js';

/** A result that is an error when it is negative: `-ENOENT`. */
export const negativeError: ScalarFormat = (style, size) => (_c, s, lo, hi) => {
  const high = size === 8 ? hi : ((lo | 0) >> 31) >>> 0;
  const name = high === 0xffffffff && style.constants !== 'raw' ? errnoName(-(lo | 0)) : undefined;
  if (name === undefined || style.constants === 'verbose') s.signed64(lo, high);
  if (name === undefined) return;
  s.text(style.constants === 'verbose' ? ` /* -${name} */` : `-${name}`);
};

/** `ENOENT`; a number without a name is unsigned. */
export const errorNumber: ScalarFormat = (style) =>
  memoised((lo) => {
    const name = style.constants === 'raw' ? undefined : errnoName(lo);
    return name === undefined ? String(lo) : style.constants === 'verbose' ? `${lo} /* ${name} */` : name;
  });
