// What is sent over and received from a netlink socket (netlink(7)) is shown as messages. The bundle turns the import of their
// reader into a load that waits for the first buffer of such a socket (scripts/lazy-calls.mjs).
import type { BytesReader } from '../../../decode/printer.js';
import { netlink } from '../../../describe/combinators.js';
import type { BytesNode, Ref } from '../../../describe/node.js';
import * as messages from './reader.js';

const reader: BytesReader = (style) => {
  let read: ReturnType<BytesReader> | undefined;
  return (c, s, key, told, lo, hi) => (read ??= messages.protocolReader(style))(c, s, key, told, lo, hi);
};

/** How the bytes that a call moves over descriptor `fd` are read. */
export const asMessages = (fd: Ref): BytesNode['as'] => ({ on: netlink(fd), reader });
