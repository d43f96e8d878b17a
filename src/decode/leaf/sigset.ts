// Sets of signals: `[INT TERM]`, and `~[…]` when most are set.
import { shortSignalName, SIGNAL_MAX } from '../../abi/signal.js';
import type { Cursor } from '../../record/cursor.js';
import { blob } from '../../describe/combinators.js';
import type { MemoryNode, Ref } from '../../describe/node.js';
import type { Renderer } from '../printer.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';

/** A set with so many members is shown by what it lacks. */
const MOST = Math.floor((SIGNAL_MAX * 2) / 3);

/** The text of a set of `bits` signals given in two halves. */
export function sigsetText(lo: number, hi: number, style: Style, bits = SIGNAL_MAX): string {
  const has = (n: number): boolean => ((n <= 32 ? lo >>> (n - 1) : hi >>> (n - 33)) & 1) === 1;
  let count = 0;
  for (let n = 1; n <= bits; n++) if (has(n)) count++;
  const inverted = count >= MOST;
  const names: string[] = [];
  for (let n = 1; n <= bits; n++) {
    if (has(n) === inverted) continue;
    const name = shortSignalName(n) ?? String(n);
    names.push(style.constants === 'raw' ? String(n) : style.constants === 'verbose' ? `${n} /* ${name} */` : name);
  }
  return `${inverted ? '~' : ''}[${names.join(' ')}]`;
}

const memo = new Map<string, string>();

/** Prints the set at an index; `length` bytes of it are there (4 on old calls). */
export function printSigset(c: Cursor, s: Sink, at: number, length: number, style: Style): void {
  const lo = c.u32(at);
  const hi = length >= 8 ? c.u32(at + 4) : 0;
  const key = `${style.constants}${lo}.${hi}`;
  let text = memo.get(key);
  if (text === undefined) {
    text = sigsetText(lo, hi, style, length >= 8 ? 64 : 32);
    if (memo.size < 1024) memo.set(key, text);
  }
  s.text(text);
}

/** Bytes of the kernel's sigset_t on every personality. */
const KERNEL_SET = 8;
/** A set whose size is another argument: the kernel, and so the text, takes its own size only. */
export const sizedSigset = (size: Ref): MemoryNode => blob(size, KERNEL_SET, sigset, { exact: true });

/** For blobs and structures of one set. */
export const sigset: Renderer =
  ({ style }) =>
  (c, s, at, length) =>
    printSigset(c, s, at, length, style);
