// INET_DIAG_SOCKOPT: options of a socket as bits of two bytes (struct inet_diag_sockopt).
import type { Decoder } from '../compiler.js';

const SIZE = 2;
/** Names of bits, from the lowest of the first byte on. */
const NAMES = [
  'recverr',
  'is_icsk',
  'freebind',
  'hdrincl',
  'mc_loop',
  'transparent',
  'mc_all',
  'nodefrag',
  'bind_address_no_port',
  'recverr_rfc4884',
  'defer_connect',
];

/** `{recverr=1}`: options that are set, and bytes behind them that are not zero. */
export const socketOptions: Decoder = (n) => (c, s, at, length) => {
  if (length < SIZE) {
    n.hex(c, s, at, length);
    return;
  }
  if (!n.readable(at, SIZE)) {
    n.address(s, at);
    return;
  }
  const word = c.u16(at);
  const set = NAMES.filter((_, i) => word & (1 << i)).map((name) => `${name}=1`);
  const unused = word >>> NAMES.length;
  if (unused !== 0) set.push(`unused=0x${unused.toString(16)} /* bits 3..8 */`);
  s.text(`{${set.join(', ')}}`);
  if (length === SIZE) return;
  if (!n.readable(at, length)) {
    s.text(', ');
    n.address(s, at + SIZE);
    return;
  }
  if (c.bytes.subarray(at + SIZE, at + length).every((byte) => byte === 0)) return;
  s.text(`, /* bytes ${SIZE}..${length - 1} */ `);
  n.hex(c, s, at + SIZE, length - SIZE);
};
