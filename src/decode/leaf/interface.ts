// Network interfaces by index: `if_nametoindex("lo")`.
import { networkInterfaces } from 'node:os';
import { readFileSync, readdirSync } from 'node:fs';
import type { ScalarFormat } from '../printer.js';
import { quotedText } from '../quote.js';
import type { Style } from '../style.js';
import { memoised } from '../xlat.js';

/** Milliseconds for which an index that has no name is not looked up again. */
const MISS_MS = 1000;

let names = new Map<number, string>();
let loaded = -Infinity;

/** Names by index, from /sys: the tracer's own network namespace, as strace asks if_indextoname(3). */
function load(): Map<number, string> {
  const found = new Map<number, string>();
  try {
    for (const name of readdirSync('/sys/class/net')) {
      const index = Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'latin1'));
      if (index > 0) found.set(index, name);
    }
  } catch {
    // Without /sys only the loopback device is sure.
    if (Object.keys(networkInterfaces()).includes('lo')) found.set(1, 'lo');
  }
  return found;
}

/** The name of an interface; undefined when there is none of that index. */
export function interfaceName(index: number): string | undefined {
  let name = names.get(index);
  if (name === undefined && index !== 0 && performance.now() - loaded > MISS_MS) {
    names = load();
    loaded = performance.now();
    name = names.get(index);
  }
  return name;
}

/** `if_nametoindex("lo")`, or the number. */
export function interfaceText(index: number, style: Style): string {
  const name = interfaceName(index);
  return name === undefined ? String(index) : `if_nametoindex(${quotedText(name, style.hex)})`;
}

/** An interface index (unsigned): its name, or the number. */
export const interfaceIndex: ScalarFormat = (style) => {
  if (style.constants === 'raw') return (_c, s, lo) => s.decimal(lo);
  const named = memoised((lo) =>
    style.constants === 'verbose' ? `${lo} /* ${interfaceText(lo, style)} */` : interfaceText(lo, style),
  );
  return (c, s, lo, hi) => {
    if (interfaceName(lo) === undefined) s.decimal(lo);
    else named(c, s, lo, hi);
  };
};
