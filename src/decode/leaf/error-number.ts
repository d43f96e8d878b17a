// Error numbers that are values: si_errno, and what keyctl(2) is to answer.
import { errnoName } from '../../abi/errno.js';
import type { ScalarFormat } from '../printer.js';
import { memoised } from '../xlat.js';

/** `ENOENT`; a number without a name is unsigned. */
export const errorNumber: ScalarFormat = (style) =>
  memoised((lo) => {
    const name = style.constants === 'raw' ? undefined : errnoName(lo);
    return name === undefined ? String(lo) : style.constants === 'verbose' ? `${lo} /* ${name} */` : name;
  });
