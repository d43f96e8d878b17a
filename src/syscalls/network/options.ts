// getsockopt(2), setsockopt(2).
import * as g from '../../constants/generated/network.js';
import { arg, blob, call, choice, deref, fd, format, i32, inout, input, output } from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { quote } from '../../decode/quote.js';
import { constantText } from '../../decode/xlat.js';
import type { Family } from '../index.js';

const optionName = format((style) => (c, s, lo) => {
  const level = c.argLo(1);
  const table = level === 1 ? g.socket_options : level === 6 ? g.tcp_options : undefined;
  s.text(table ? constantText(table, style.abi, style.constants, lo, 0, 4) : lo === 0 ? '0' : `0x${lo.toString(16)}`);
});
/** Most options are ints; others show as bytes. */
const optionValue = (length: 'in' | 'out'): MemoryNode =>
  blob(length === 'in' ? arg('optlen') : deref('optlen'), 4096, ({ style }) => (c, s, at, there) => {
    if (there === 4) s.text(`[${c.i32(at)}]`);
    else quote(s, c.bytes, at, Math.min(there, style.stringLimit), style.hex, there > style.stringLimit);
  });

export const options: Family = {
  setsockopt: () =>
    call({
      sockfd: fd,
      level: choice(g.socket_levels),
      optname: optionName,
      optval: input(optionValue('in')),
      optlen: i32,
    }),
  getsockopt: () =>
    call({
      sockfd: fd,
      level: choice(g.socket_levels),
      optname: optionName,
      optval: output(optionValue('out')),
      optlen: inout(i32),
    }),
};
