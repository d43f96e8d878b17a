// struct iovec: arrays of buffers that a call reads from, fills, or only refers to.
import { address, arg, array, bytes, input, output, ret, sibling, size, struct } from '../../describe/combinators.js';
import type { MemoryNode, Node, PointerNode, Ref } from '../../describe/node.js';

const iovec = (base: Node): MemoryNode => struct({ iov_base: base, iov_len: size });
const data = bytes(sibling('iov_len'));

/** Buffers that the call reads from, as an array in memory. */
export const sourceVector = (count: Ref): MemoryNode => array(iovec(input(data)), count);
/** Buffers of which only the addresses are shown. */
export const addressVector = (count: Ref): MemoryNode => array(iovec(address), count);

/** Buffers that the call reads from. */
export const gathered = (count: string): PointerNode => input(sourceVector(arg(count)));
/** Buffers that the call fills, one after the other, with as many bytes as it returns; addresses when it fails. */
export const scattered = (count: string): PointerNode =>
  input(array(iovec(output(bytes(sibling('iov_len'), { within: ret }))), arg(count)), {
    atExit: true,
    evenOnError: true,
  });
/** Buffers of which only the addresses are shown, even when the call failed before they are printed. */
export const untouched = (count: string): PointerNode => input(addressVector(arg(count)), { evenOnError: true });
