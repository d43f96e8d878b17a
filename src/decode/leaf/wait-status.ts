// The status word of wait(2).
import { signalName } from '../../abi/signal.js';
import { ptrace_events } from '../../constants/generated/process.js';
import type { ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { constantText, hexText, memoised } from '../xlat.js';

/** What a child did, in the macros of sys/wait.h, and the bits of the word that they explain; undefined for none of them. */
function cause(status: number): [text: string, bits: number] | undefined {
  const signal = status & 0x7f;
  const high = (status >>> 8) & 0xff;
  if (status === 0xffff) return ['WIFCONTINUED(s)', 0xffff];
  if ((status & 0xff) === 0x7f) {
    const marked = high & 0x80 ? ' | 0x80' : '';
    return [`WIFSTOPPED(s) && WSTOPSIG(s) == ${signalName(high & 0x7f)}${marked}`, 0xffff];
  }
  if (signal === 0) return [`WIFEXITED(s) && WEXITSTATUS(s) == ${high}`, 0xff7f];
  if (signal === 0x7f) return undefined;
  return [`WIFSIGNALED(s) && WTERMSIG(s) == ${signalName(signal)}${status & 0x80 ? ' && WCOREDUMP(s)' : ''}`, 0xff];
}

function statusText(status: number, style: Style): string {
  const event = status >>> 16;
  const found = (status & 0xffff) === 0xffff && event !== 0 ? undefined : cause(status & 0xffff);
  if (found === undefined) return hexText(status, 0);
  const rest = status & 0xffff & ~found[1];
  const name = event === 0 ? '' : `|${constantText(ptrace_events, style.abi, style.constants, event, 0, 4)}<<16`;
  return `{${found[0]}}${name}${rest === 0 ? '' : '|' + hexText(rest, 0)}`;
}

/** `{WIFEXITED(s) && WEXITSTATUS(s) == 3}` and its relatives; signals have their names in every style. */
export const waitStatus: ScalarFormat = (style) => memoised((status) => statusText(status, style));
