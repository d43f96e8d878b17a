// How a command prints: its names, or the parts of its number.
import type { AbiName } from '../../abi/abi.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { hexText, memoised } from '../../decode/xlat.js';
import { commandNames, numberedName } from './commands.js';
import { functionName } from './functions.js';

function nameOf(op: number, abi: AbiName, comment: boolean): string {
  const called = functionName(op, abi, comment);
  const names = commandNames(op, abi);
  return (called ? [called.text, ...names] : names).join(' or ') || numberedName(op);
}

/** The printer of a command. */
export const command: ScalarFormat = (style) =>
  memoised((lo) => {
    if (style.constants === 'raw') return hexText(lo, 0);
    if (style.constants === 'verbose') return `${hexText(lo, 0)} /* ${nameOf(lo, style.abi.name, false)} */`;
    return nameOf(lo, style.abi.name, true);
  });
