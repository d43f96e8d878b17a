// Sets of signals: `[INT TERM]`, and `~[…]` when most are set.
import { shortSignalName } from '../../abi/signal.js';
import { blob, format } from '../../describe/combinators.js';
import type { FormatNode, MemoryNode, Ref } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer, ScalarFormat } from '../printer.js';
import type { Style } from '../style.js';
import { memoised } from '../xlat.js';

/** Bytes of the kernel's sigset_t on every personality. */
const KERNEL_SET = 8;

function sigsetText(lo: number, hi: number, style: Style, bits: number): string {
  const has = (n: number): boolean => ((n <= 32 ? lo >>> (n - 1) : hi >>> (n - 33)) & 1) === 1;
  let count = 0;
  for (let n = 1; n <= bits; n++) if (has(n)) count++;
  // A set with two thirds of all signals is shown by what it lacks.
  const inverted = count >= Math.floor((bits * 2) / 3);
  const names: string[] = [];
  for (let n = 1; n <= bits; n++) {
    if (has(n) === inverted) continue;
    const name = shortSignalName(n) ?? String(n);
    names.push(style.constants === 'raw' ? String(n) : style.constants === 'verbose' ? `${n} /* ${name} */` : name);
  }
  return `${inverted ? '~' : ''}[${names.join(' ')}]`;
}

/** A set in a word: of 32 signals (calls before 2.2), or of 64. */
const sigset: ScalarFormat = (style, size) => memoised((lo, hi) => sigsetText(lo, hi, style, size * 8));

/** The set of the classic calls: an unsigned long of 32 bits. */
export const oldSigset: FormatNode = format(sigset, 4);
/** The kernel's sigset_t. */
export const kernelSigset: FormatNode = format(sigset, KERNEL_SET);

/** Prints the `length` bytes of a set that are there; whether most are set is a matter of whole words. */
const partialSet: Renderer = ({ style }) => {
  const byBytes = new Map<number, ReturnType<ScalarFormat>>();
  const { longSize } = style.abi;
  return (c, s, at, length) => {
    const whole = Math.ceil(length / longSize) * longSize;
    let print = byBytes.get(whole);
    if (!print) byBytes.set(whole, (print = sigset(style, whole)));
    print(c, s, word(c, at, Math.min(length, 4)), word(c, at + 4, Math.max(0, length - 4)));
  };
};

function word(c: Cursor, at: number, bytes: number): number {
  let value = 0;
  for (let i = bytes - 1; i >= 0; i--) value = value * 256 + c.bytes[at + i];
  return value;
}

/** A set whose size is another argument: at least a word of it. */
export const sizedSigset = (size: Ref): MemoryNode => blob(size, KERNEL_SET, partialSet, { least: 'ptr' });
/** A set of which the kernel writes as many bytes as it is asked to, if they are not too many (rt_sigpending). */
export const cutSigset = (size: Ref): MemoryNode => blob(size, KERNEL_SET, partialSet, { least: 1 });
