// The families of generic netlink that the kernel has: their numbers are given out when modules register.
import { openLibrary } from './library.js';

/** Room for their names: some 20 bytes each. */
const MOST_BYTES = 16384;

/** Names by number, in the network namespace of the tracer; empty where the kernel does not tell. */
export function readGenericFamilies(): Map<number, string> {
  const out = Buffer.alloc(MOST_BYTES);
  const used = openLibrary().native.tracer_generic_families([out, out.length]);
  const lines = out.toString('latin1', 0, Math.max(0, used)).split('\n').slice(0, -1);
  return new Map(
    lines.map((line) => {
      const space = line.indexOf(' ');
      return [Number(line.slice(0, space)), line.slice(space + 1)];
    }),
  );
}
