// Numbers in network byte order: ports, IPv4 and IPv6 addresses, hardware addresses, in the three styles of constants:
// `htons(80)`, `"\x00\x50"` (raw), `"\x00\x50" /* htons(80) */` (verbose). See byteorder(3), inet(3).
import { ethernet_protocols } from '../../constants/generated/network.js';
import { blob, constant, format } from '../../describe/combinators.js';
import type { BlobNode, FormatNode } from '../../describe/node.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../printer.js';
import { escape, quotedText } from '../quote.js';
import type { Sink } from '../sink.js';
import type { HexStyle, Style } from '../style.js';
import { choiceName, hexText, memoised } from '../xlat.js';

const QUOTE = 34;

/** `"\x00\x50"` of the low `n` bytes of a value. */
function hexBytesText(value: number, n: number): string {
  let text = '"';
  for (let i = 0; i < n; i++) text += '\\x' + ((value >>> (8 * i)) & 255).toString(16).padStart(2, '0');
  return text + '"';
}

/** A named value in the style of constants. */
function styled(style: Style, raw: string, name: string): string {
  return style.constants === 'raw' ? raw : style.constants === 'verbose' ? `${raw} /* ${name} */` : name;
}

/** 16 bits in the other byte order. */
export const swap16 = (v: number): number => ((v & 255) << 8) | ((v >>> 8) & 255);
/** 32 bits in the other byte order. */
export const swap32 = (v: number): number =>
  ((v << 24) | ((v & 0xff00) << 8) | ((v >>> 8) & 0xff00) | (v >>> 24)) >>> 0;

/** A port: `htons(80)`. */
export const port: FormatNode = format(
  (style) => memoised((lo) => styled(style, hexBytesText(lo, 2), `htons(${swap16(lo)})`)),
  2,
);
/** 32 bits in network byte order: `htonl(7)`. */
export const netLong: FormatNode = format(
  (style) => memoised((lo) => styled(style, hexBytesText(lo, 4), `htonl(${swap32(lo)})`)),
  4,
);
/** 32 bits in network byte order, in hexadecimal whatever the style: `htonl(0x7)`. */
export const netLongHex: FormatNode = format(() => memoised((lo) => `htonl(${hexText(swap32(lo), 0)})`), 4);
/** An IPv4 address: `inet_addr("127.0.0.1")`. */
export const inetAddress: FormatNode = format(
  (style) => memoised((lo) => styled(style, hexBytesText(lo, 4), `inet_addr(${quotedText(ipv4Text(lo), style.hex)})`)),
  4,
);
/** An Ethernet protocol in network byte order: `htons(ETH_P_IP)`. */
export const ethernetProtocol: FormatNode = format(
  (style) =>
    memoised((lo) => {
      const value = swap16(lo);
      const name = choiceName(ethernet_protocols.entries(style.abi.name), value, 0, 2);
      const text = name ?? `${value === 0 ? '0' : '0x' + value.toString(16)} /* ${ethernet_protocols.placeholder} */`;
      return styled(style, hexBytesText(lo, 2), `htons(${text})`);
    }),
  2,
);

/** Dotted IPv4 of the four bytes of a little-endian word. */
export function ipv4Text(lo: number): string {
  return `${lo & 255}.${(lo >>> 8) & 255}.${(lo >>> 16) & 255}.${lo >>> 24}`;
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
    if (i === 6 && embedded) return text + ipv4Text(c.u32(at + 12));
    text += words[i].toString(16);
  }
  if (best >= 0 && best + bestLength === 8) text += ':';
  return text;
}

/** Whether the IPv6 address is one whose scope is an interface: link-local unicast or multicast (RFC 4291). */
export function isLinkLocal(c: Cursor, at: number): boolean {
  const first = c.bytes[at];
  const second = c.bytes[at + 1];
  return (first === 0xfe && (second & 0xc0) === 0x80) || (first === 0xff && (second & 0x0f) === 0x02);
}

/** Writes bytes as `"\x…"`. */
export function quoteHex(c: Cursor, s: Sink, at: number, n: number): void {
  s.byte(QUOTE);
  escape(s, c.bytes, at, n, 'all');
  s.byte(QUOTE);
}

/** The text of an address in some bytes, and those bytes, by the style of constants. */
function printAddress(c: Cursor, s: Sink, at: number, style: Style, text: AddressText): void {
  const { constants, hex } = style;
  if (constants !== 'abbrev') quoteHex(c, s, at, ROOM);
  if (constants === 'raw') return;
  s.text(constants === 'verbose' ? ` /* ${text(c, at, hex)} */` : text(c, at, hex));
}
type AddressText = (c: Cursor, at: number, hex: HexStyle) => string;
/** Bytes of an IPv6 address. */
const ROOM = 16;
const inet4Call: AddressText = (c, at, hex) => `inet_addr(${quotedText(ipv4Text(c.u32(at)), hex)})`;
const inet6Call: AddressText = (c, at, hex) => `inet_pton(AF_INET6, ${quotedText(ipv6Text(c, at), hex)})`;
const roomy = (text: AddressText): BlobNode =>
  blob(
    constant(ROOM),
    ROOM,
    ({ style }) =>
      (c, s, at) =>
        printAddress(c, s, at, style, text),
    { size: ROOM },
  );

/** An IPv6 address that stands alone: `inet_pton(AF_INET6, "::1")`. */
export const inet6Alone: BlobNode = roomy(inet6Call);
/** An IPv4 address where there is room for an IPv6 one: all of it is shown but by name. */
export const roomyInetAddress: BlobNode = roomy(inet4Call);

/** An IPv6 address in a structure; it writes its own name, for the short form is `inet_pton(…, &name)`. */
const ipv6Named =
  (name: string): Renderer =>
  ({ style }) =>
  (c, s, at) => {
    if (style.constants === 'abbrev') {
      s.text(`inet_pton(AF_INET6, ${quotedText(ipv6Text(c, at), style.hex)}, &${name})`);
      return;
    }
    s.text(`${name}=`);
    printAddress(c, s, at, style, inet6Call);
  };
/** The node of an IPv6 address member; to be declared `bare`, since it prints its name itself. */
export const inet6Address = (name: string): BlobNode => blob(constant(ROOM), ROOM, ipv6Named(name), { size: ROOM });

/** Colon-separated hexadecimal bytes. */
export function macText(c: Cursor, at: number, n: number): string {
  let text = '';
  for (let i = 0; i < n; i++) text += (i ? ':' : '') + c.bytes[at + i].toString(16).padStart(2, '0');
  return text;
}
/** Writes a hardware address of `n` bytes; there is room for `all`, which are shown as they are in the other styles. */
export function printMac(c: Cursor, s: Sink, at: number, n: number, style: Style, all = n): void {
  if (style.constants !== 'abbrev') quoteHex(c, s, at, all);
  if (style.constants === 'verbose') s.text(` /* ${macText(c, at, n)} */`);
  else if (style.constants === 'abbrev') s.text(macText(c, at, n));
}
const mac =
  (n: number): Renderer =>
  ({ style }) =>
  (c, s, at) =>
    printMac(c, s, at, n, style);
/** A hardware address of `n` bytes: `01:02:03:04:05:06`. */
export const macAddress = (n: number): BlobNode => blob(constant(n), n, mac(n), { size: n });
