// Reads what was sent over and received from a netlink socket, by its protocol.
import type { BytesReader, MemoryPrinter } from '../../../decode/printer.js';
import { Compiler } from './compiler.js';
import { Messages } from './message.js';
import { familyOf } from './protocols.js';

/** The reader of a style; `key` is the protocol and 1. */
export const protocolReader: BytesReader = (style) => {
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
