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

const printed =
  (named: typeof nameOf): ScalarFormat =>
  (style) =>
    memoised((lo) => {
      if (style.constants === 'raw') return hexText(lo, 0);
      if (style.constants === 'verbose') return `${hexText(lo, 0)} /* ${named(lo, style.abi.name, false)} */`;
      return named(lo, style.abi.name, true);
    });

/** The printer of a command. */
export const command = printed(nameOf);
/** The printer of a command on a terminal: names of sound devices for the number are left out. */
export const terminalCommand = printed((op, abi, comment) => nameOf(op, abi, comment).replace(/^SNDCTL_\w+ or /, ''));
