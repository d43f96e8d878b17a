// Swapping areas.
import * as g from '../../constants/generated/file.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, memoised } from '../../decode/xlat.js';
import { call, format } from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { path } from './arguments.js';

/** SWAP_FLAG_PRIO_MASK: the priority stands in the low bits. */
const PRIORITY = 0x7fff;
const swapFlags: ScalarFormat = (style) =>
  memoised((lo) => {
    const priority = String(lo & PRIORITY);
    const rest = (lo & ~PRIORITY) >>> 0;
    if (rest === 0) return priority;
    return `${constantText(g.swap_flags, style.abi, style.constants, rest, 0, 4)}|${priority}`;
  });

export const swap: Family = {
  swapon: () => call({ path, swapflags: format(swapFlags) }),
  swapoff: () => call({ path }),
};
