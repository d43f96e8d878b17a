// Network interfaces by index: `if_nametoindex("lo")`.
import { networkInterfaces } from 'node:os';
import { readFileSync, readdirSync } from 'node:fs';

let names: Map<number, string> | undefined;

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

/** `if_nametoindex("lo")`, or the number. */
export function interfaceText(index: number): string {
  names ??= load();
  const name = names.get(index);
  return name === undefined ? String(index) : `if_nametoindex("${name}")`;
}
