// Text that stands between `<` and `>`: paths of descriptors, names of processes.
import { escape } from './quote.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';

const LESS = 60;
const GREATER = 62;

/** Bytes that stand between `<` and `>`, which are escaped in them. */
export function printBetweenBrackets(
  s: Sink,
  bytes: Uint8Array,
  from: number,
  n: number,
  style: Pick<Style, 'hex'>,
): void {
  const end = from + n;
  let start = from;
  for (let i = from; i <= end; i++)
    if (i === end || bytes[i] === LESS || bytes[i] === GREATER) {
      escape(s, bytes, start, i - start, style.hex);
      if (i < end) {
        s.byte(92);
        const b = bytes[i];
        if (style.hex === 'all') {
          s.byte(120);
          s.hexFixed(b, 2);
        } else s.text(b.toString(8));
      }
      start = i + 1;
    }
}
