// -e namespace=new: the namespaces that a call has entered, behind its result.
import type { RArgument } from '../describe/resolve.js';
import type { MemoryPrinter } from './printer.js';
import { label } from './sink.js';

/** CLONE_NEW… (linux/sched.h), and the names of what they are about in /proc/PID/ns. */
const FLAGS: readonly (readonly [flag: number, name: Uint8Array])[] = [
  [0x02000000, label('cgroup:')],
  [0x08000000, label('ipc:')],
  [0x00020000, label('mnt:')],
  [0x40000000, label('net:')],
  [0x20000000, label('pid:')],
  [0x00000080, label('time:')],
  [0x10000000, label('user:')],
  [0x04000000, label('uts:')],
];
/** In clone(2) the low byte is a signal. */
const SIGNAL = 0xff;
const NEWLINE = 10;
const SEPARATOR = label(', ');

/**
 * Prints `uts:[4026532177]`, several in the order of their names. `flags`: the argument that has them, or points to a
 * structure that begins with them; `site`: where the namespaces were captured, of the process with the id `idOf` tells.
 */
export function namespacesPrinter(flags: RArgument, site: number, child: boolean): MemoryPrinter {
  const { node, register } = flags;
  return (c, s) => {
    let wanted = c.argLo(register);
    if (node.kind === 'pointer') {
      if (!c.find(node.site, wanted, c.argHi(register)) || c.length < 4) return;
      wanted = c.u32(c.at);
    } else if (child) wanted &= ~SIGNAL;
    if (!c.find(site, child ? c.retLo : 0, 0)) return;
    const { bytes, at } = c;
    const end = at + c.length;
    let first = true;
    for (let from = at, next = at; from < end; from = next + 1) {
      next = bytes.indexOf(NEWLINE, from);
      if (next < 0 || next > end) next = end;
      const known = FLAGS.find(([, name]) => name.every((b, i) => bytes[from + i] === b));
      if (!known || !(wanted & known[0])) continue;
      if (first) first = false;
      else s.bytes(SEPARATOR);
      s.copy(bytes, from, next - from);
    }
  };
}
