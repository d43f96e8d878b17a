// Socket addresses by family (unix(7), ip(7), ipv6(7), netlink(7), packet(7)).
import { address_families } from '../../constants/generated/network.js';
import type { BlobNode, Ref } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../printer.js';
import { escape, quote } from '../quote.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';
import { constantText } from '../xlat.js';
import { interfaceText } from './interface.js';

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
/** sizeof(struct sockaddr_storage): more is never read. */
export const SOCKADDR_MAX = 128;

const port = (c: Cursor, at: number, style: Style): string => {
  const value = (c.bytes[at] << 8) | c.bytes[at + 1];
  return style.constants === 'raw' ? (c.u16(at) === 0 ? '0' : '0x' + c.u16(at).toString(16)) : `htons(${value})`;
};

/** Dotted IPv4. */
export function ipv4Text(c: Cursor, at: number): string {
  return `${c.bytes[at]}.${c.bytes[at + 1]}.${c.bytes[at + 2]}.${c.bytes[at + 3]}`;
}

/** IPv6 as inet_ntop writes it: the longest run of zeros shortened, embedded IPv4 dotted. */
export function ipv6Text(c: Cursor, at: number): string {
  const words = Array.from({ length: 8 }, (_, i) => (c.bytes[at + 2 * i] << 8) | c.bytes[at + 2 * i + 1]);
  let best = -1;
  let bestLength = 1;
  for (let i = 0; i < 8;) {
    let j = i;
    while (j < 8 && words[j] === 0) j++;
    if (j - i > bestLength) {
      best = i;
      bestLength = j - i;
    }
    i = Math.max(j, i + 1);
  }
  const embedded =
    best === 0 &&
    (bestLength === 6 || (bestLength === 7 && words[7] !== 1) || (bestLength === 5 && words[5] === 0xffff));
  let text = '';
  for (let i = 0; i < 8; i++) {
    if (best >= 0 && i >= best && i < best + bestLength) {
      if (i === best) text += ':';
      continue;
    }
    if (i !== 0) text += ':';
    if (i === 6 && embedded) return text + ipv4Text(c, at + 12);
    text += words[i].toString(16);
  }
  if (best >= 0 && best + bestLength === 8) text += ':';
  return text;
}

function unix(c: Cursor, s: Sink, at: number, length: number, style: Style): void {
  const path = at + 2;
  const n = length - 2;
  if (n <= 0) return;
  s.text(', sun_path=');
  if (c.bytes[path] === 0 && n > 1) {
    s.text('@"');
    escape(s, c.bytes, path + 1, n - 1, style.hex);
    s.byte(34);
    return;
  }
  let end = 0;
  while (end < n && c.bytes[path + end] !== 0) end++;
  quote(s, c.bytes, path, end, style.hex, false);
}

/** Prints an address of `length` bytes. */
export function printSockaddr(c: Cursor, s: Sink, at: number, length: number, style: Style): void {
  const family = c.u16(at);
  s.text(`{sa_family=${constantText(address_families, style.abi, style.constants, family, 0, 2)}`);
  if (length > 2)
    if (family === AF_UNIX) unix(c, s, at, length, style);
    else if (family === AF_INET && length >= 8)
      s.text(`, sin_port=${port(c, at + 2, style)}, sin_addr=inet_addr("${ipv4Text(c, at + 4)}")`);
    else if (family === AF_INET6 && length >= 24) {
      const flow = ((c.bytes[at + 4] << 24) | (c.bytes[at + 5] << 16) | (c.bytes[at + 6] << 8) | c.bytes[at + 7]) >>> 0;
      s.text(
        `, sin6_port=${port(c, at + 2, style)}, sin6_flowinfo=htonl(${flow}), inet_pton(AF_INET6, "${ipv6Text(c, at + 8)}", &sin6_addr)`,
      );
      if (length >= 28) {
        const scope = c.u32(at + 24);
        const linkLocal = c.bytes[at + 8] === 0xfe && (c.bytes[at + 9] & 0xc0) === 0x80;
        s.text(`, sin6_scope_id=${linkLocal ? interfaceText(scope) : scope}`);
      }
    } else if (family === AF_NETLINK && length >= 12) {
      s.text(`, nl_pid=${c.i32(at + 4)}, nl_groups=`);
      const groups = c.u32(at + 8);
      s.text(groups === 0 ? '00000000' : '0x' + groups.toString(16).padStart(8, '0').replace(/^/, ''));
    } else {
      s.text(', sa_data=');
      quote(s, c.bytes, at + 2, length - 2, style.hex, false);
    }
  s.byte(125);
}

const render: Renderer =
  ({ style }) =>
  (c, s, at, length) => {
    if (length < 2) {
      s.text('{sa_family=');
      s.text('}');
    } else printSockaddr(c, s, at, length, style);
  };

/** A socket address of `length` bytes behind a pointer. */
export const sockaddr = (length: Ref): BlobNode => ({ kind: 'blob', length, max: SOCKADDR_MAX, minimum: 2, render });
