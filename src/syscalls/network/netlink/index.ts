// What is sent over and received from a netlink socket (netlink(7)) is shown as messages.
import type { BytesReader, MemoryPrinter } from '../../../decode/printer.js';
import { netlink } from '../../../describe/combinators.js';
import type { BytesNode, Ref } from '../../../describe/node.js';
import { Compiler } from './compiler.js';
import { Messages } from './message.js';
import { familyOf } from './protocols.js';

const reader: BytesReader = (style) => {
  const protocols = new Map<number, { readonly n: Compiler; readonly print: MemoryPrinter }>();
  return (c, s, key, told, lo, hi) => {
    const { at, length } = c;
    let made = protocols.get(key);
    if (!made) {
      const n = new Compiler(style);
      const family = familyOf(key - 1);
      const buffer = family?.buffer && n.compile(family.buffer);
      protocols.set(key, (made = { n, print: buffer ?? new Messages(n, family).print }));
    }
    made.n.begin(at, length, lo, hi);
    made.print(c, s, at, told);
  };
};

/** How the bytes that a call moves over descriptor `fd` are read. */
export const asMessages = (fd: Ref): BytesNode['as'] => ({ on: netlink(fd), reader });
