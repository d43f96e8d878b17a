// Error numbers that are values: si_errno, and what keyctl(2) is to answer.
import { errnoName } from '../../abi/errno.js';
import type { ScalarFormat } from '../printer.js';
import { memoised } from '../xlat.js';

/** A negative number by name, as the kernel returns errors: `-EINVAL`; others are numbers. */
export const negativeError: ScalarFormat = ({ constants }) =>
  memoised((lo) => {
    const value = lo | 0;
    const name = value < 0 && constants !== 'raw' ? errnoName(-value) : undefined;
    if (name === undefined) return String(value);
    return constants === 'verbose' ? `${value} /* -${name} */` : `-${name}`;
  });

/** `ENOENT`; a number without a name is unsigned. */
export const errorNumber: ScalarFormat = (style) =>
  memoised((lo) => {
    const name = style.constants === 'raw' ? undefined : errnoName(lo);
    return name === undefined ? String(lo) : style.constants === 'verbose' ? `${lo} /* ${name} */` : name;
  });
