// INET_DIAG_SOCKOPT: options of a socket as bits of two bytes (struct inet_diag_sockopt).
import { hexText } from '../../../../decode/xlat.js';
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

/** `{recverr=1}`: options that are set (all with `-v`), and bytes behind them that are not zero. */
export const socketOptions: Decoder = (n) =>
  n.guarded(SIZE, (c, s, at, length) => {
    const word = c.u16(at);
    const all = !n.style.abbrev;
    const shown = NAMES.map((name, i) => `${name}=${(word >>> i) & 1}`).filter((_, i) => all || word & (1 << i));
    const unused = word >>> NAMES.length;
    if (all || unused !== 0) shown.push(`unused=${hexText(unused, 0)} /* bits 3..8 */`);
    s.text(`{${shown.join(', ')}}`);
    if (length === SIZE) return;
    if (!n.readable(at, length)) {
      s.text(', ???');
      return;
    }
    if (c.bytes.subarray(at + SIZE, at + length).every((byte) => byte === 0)) return;
    s.text(`, /* bytes ${SIZE}..${length - 1} */ `);
    n.hex(c, s, at + SIZE, length - SIZE);
  });
