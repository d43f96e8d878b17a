// Values of socket options by level and name: what each is when it is set and when it is asked for. The rule for all
// others: an int of exactly four bytes, else a string.
import * as g from '../../constants/generated/network.js';
import { errnoName, restartName } from '../../abi/errno.js';
import type { ConstantTable } from '../../constants/table.js';
import {
  arg,
  array,
  blob,
  byAbi,
  bytes,
  chars,
  choice,
  constant,
  dividedBy,
  fd,
  field,
  format,
  hexBytes,
  i32,
  intAt,
  intBefore,
  least,
  pid,
  room,
  sibling,
  struct,
  times,
  u16,
  u32,
  u8,
  verbose,
  whole,
} from '../../describe/combinators.js';
import type { MemoryNode, Node, Ref, ScalarNode } from '../../describe/node.js';
import { userId } from '../../decode/leaf/flags.js';
import { inet6Address, inetAddress, macText, quoteHex } from '../../decode/leaf/inet.js';
import { interfaceIndex } from '../../decode/leaf/interface.js';
import { filterInstruction, filterProgram, packetExtensions } from '../../decode/leaf/sock-filter.js';
import { sockaddr } from '../../decode/leaf/sockaddr.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { constantText, hexText, memoised } from '../../decode/xlat.js';

/** The biggest length that is no negative int. */
const MOST = 0x7fffffff;
/** Bytes given and bytes got. */
const given: Ref = arg('optlen');
const got: Ref = intAt('optlen');

/** What an option's value is, set and asked for. */
export interface OptionValue {
  readonly set: MemoryNode;
  readonly get: MemoryNode;
}

/** An option of no known meaning: an int, or a string. */
export const plain: OptionValue = {
  set: whole(i32, bytes(given), { least: 4, most: 4, length: given }),
  get: whole(i32, whole(bytes(got), undefined, { least: 1, most: MOST, length: got }), {
    least: 4,
    most: 4,
    length: got,
  }),
};
/** At least as many bytes as the value takes; an address when there are less. */
const setWhole = (node: Node, bounds: { least?: number; most?: number } = {}): MemoryNode =>
  whole(node, undefined, { most: MOST, length: given, ...bounds });
/** The value, or bytes in hexadecimal when less of it was asked for. */
const getWhole = (node: Node, size: number): MemoryNode =>
  whole(node, whole(hexBytes(got), undefined, { least: 1, most: MOST, length: got }), {
    least: size,
    most: MOST,
    length: got,
  });
const value = (node: ScalarNode, size = 4): OptionValue => ({ set: setWhole(node), get: getWhole(node, size) });
const int = value(i32);
/** A structure: set when it is whole, cut to what was asked for. */
const structure = (node: MemoryNode, bounds: { least?: number; most?: number } = {}): OptionValue => ({
  set: setWhole(node, bounds),
  get: plain.get,
});
/** Only an answer has a form of its own. */
const answer = (get: MemoryNode): OptionValue => ({ set: plain.set, get });
/** A structure of which the kernel writes as much as there is room for. */
const cut = (fields: Readonly<Record<string, ScalarNode>>): MemoryNode =>
  struct(Object.fromEntries(Object.entries(fields).map(([name, node]) => [name, field(node, { ifThere: 'cut' })])), {
    length: got,
    minimum: 1,
  });

const decimalChoice = (table: ConstantTable): ScalarNode => choice(table, 4, 'd');
const linger = { l_onoff: i32, l_linger: i32 };
const errorNumber: ScalarFormat = (style) =>
  memoised((lo) => {
    const name = errnoName(lo) ?? (lo >= 512 && lo <= 516 ? restartName(lo) : undefined);
    const number = String(lo >>> 0);
    if (name === undefined || style.constants === 'raw') return number;
    return style.constants === 'verbose' ? `${number} /* ${name} */` : name;
  });

const portRange: ScalarFormat = (style) =>
  memoised((lo) => {
    const from = lo & 0xffff;
    const to = lo >>> 16;
    const number = hexText(lo, 0);
    if (style.constants === 'raw' || lo === 0 || (from !== 0 && to !== 0 && from > to)) return number;
    return `${number} /* ${from || ''}..${to || ''} */`;
  });
const ports: OptionValue = {
  set: whole(format(portRange), hexBytes(given), { least: 4, most: 4, length: given }),
  get: getWhole(format(portRange), 4),
};

const membership = struct({ imr_multiaddr: inetAddress, imr_interface: inetAddress });
const membership6 = struct({
  ipv6mr_multiaddr: field(inet6Address('ipv6mr_multiaddr'), { bare: true }),
  ipv6mr_interface: format(interfaceIndex),
});
const group = struct({ gr_interface: format(interfaceIndex), gr_group: sockaddr(room) });

/** Types of ICMP messages that a filter stops, as bits; the shorter of the two lists is shown. */
const icmpFilter: Renderer =
  ({ style }) =>
  (c, s, at, length) => {
    let bits = 0xffffffff;
    for (let i = 0; i < Math.min(length, 4); i++)
      bits = ((bits & ~(0xff << (8 * i))) | (c.bytes[at + i] << (8 * i))) >>> 0;
    let count = 0;
    for (let i = 0; i < 32; i++) count += (bits >>> i) & 1;
    const inverted = count > 16;
    if (inverted) s.byte(126);
    const shown: string[] = [];
    for (let i = 0; i < 32; i++)
      if (((bits >>> i) & 1) !== (inverted ? 1 : 0))
        shown.push(constantText(g.icmp_types, style.abi, style.constants, i, 0, 4));
    s.text(`[${shown.join(' ')}]`);
  };
const icmp: OptionValue = {
  set: whole(blob(given, 4, icmpFilter), undefined, { least: 1, most: MOST, length: given }),
  get: whole(blob(got, 4, icmpFilter), undefined, { least: 1, most: MOST, length: got }),
};

const authenticationKey = struct(
  {
    // All of it counts, however few bytes of the structure were given.
    addr: whole(sockaddr(room), undefined, { least: 0 }),
    alg_name: chars(64),
    ifindex: format(interfaceIndex),
    set_current: field(u32, { bits: [0, 1] }),
    set_rnext: field(u32, { overlay: true, bits: [1, 1] }),
    reserved: field(u32, { overlay: true, bits: [2, 30], hidden: true }),
    reserved2: field(u16, { hidden: true }),
    prefix: u8,
    sndid: u8,
    rcvid: u8,
    maclen: u8,
    keyflags: choiceFlags(),
    keylen: u8,
    key: { kind: 'bytes', length: sibling('keylen'), style: 'hex', size: 80 },
  },
  {
    versioned: { size: given, minimum: 1 },
    order: [
      'addr',
      'prefix',
      'alg_name',
      'ifindex',
      'set_current',
      'set_rnext',
      'sndid',
      'rcvid',
      'maclen',
      'keyflags',
      'key',
      'keylen',
    ],
  },
);

function choiceFlags(): ScalarNode {
  return { kind: 'xlat', size: 1, table: g.tcp_ao_key_flags };
}

/** An address of as many bytes as its length says, six when it says none. */
const memberAddress: Renderer =
  ({ style }) =>
  (c, s, at) => {
    const length = Math.min(c.u16(at - 2), 8);
    const name = macText(c, at, length === 0 ? 6 : length);
    if (style.constants !== 'abbrev') quoteHex(c, s, at, length);
    if (style.constants === 'abbrev') s.text(name);
    else if (style.constants === 'verbose') s.text(` /* ${name} */`);
  };
const packetMembership = struct({
  mr_ifindex: format(interfaceIndex),
  mr_type: choice(g.packet_memberships, 2),
  mr_alen: u16,
  mr_address: blob(constant(8), 8, memberAddress, { size: 8 }),
});
const ring = struct({ tp_block_size: u32, tp_block_nr: u32, tp_frame_size: u32, tp_frame_nr: u32 });

const tipcGroup = struct({
  type: u32,
  instance: u32,
  scope: choice(g.tipc_scopes),
  flags: { kind: 'xlat', size: 4, table: g.tipc_group_flags },
});

const filter = filterProgram(packetExtensions);
/** A struct sock_fprog: neither less nor more. */
const program: OptionValue = {
  set: byAbi(setWhole(filter, { most: 16 }), setWhole(filter, { most: 8 }), setWhole(filter, { most: 8 })),
  get: plain.get,
};
/** The filter of a socket, which `-v` shows; its length is a number of instructions. */
const instructions = least(intBefore('optlen'), got);
const attached = verbose(
  whole(array(filterInstruction(packetExtensions), instructions), undefined, {
    least: 1,
    most: MOST,
    length: times(instructions, 8),
  }),
  whole(i32, undefined, { least: 1, most: 0, length: got }),
);
const netlink: OptionValue = { set: setWhole(i32), get: whole(i32, undefined, { least: 4, most: MOST, length: got }) };

const SOL_NETLINK = 270;

const list = (level: number, options: readonly number[], node: OptionValue) =>
  options.map((option) => [level, option, node] as const);

/** Level, option, value. */
const VALUES: readonly (readonly [level: number, option: number, value: OptionValue])[] = [
  ...list(
    1,
    [
      1, 2, 5, 6, 7, 8, 9, 10, 11, 12, 14, 15, 16, 18, 19, 27, 29, 30, 32, 33, 34, 35, 36, 37, 40, 41, 42, 43, 44, 45,
      46, 49, 53, 56, 60, 63, 64, 65, 68, 69, 70, 73, 75, 76, 82, 83, 84,
    ],
    int,
  ),
  [1, 4, answer(getWhole(format(errorNumber), 4))],
  [1, 13, { set: setWhole(struct(linger)), get: cut(linger) }],
  [1, 17, answer(cut({ pid, uid: format(userId), gid: format(userId) }))],
  [1, 26, { set: program.set, get: attached }],
  [1, 51, program],
  [1, 74, value(decimalChoice(g.txrehash))],
  [1, 77, answer(getWhole(fd, 4))],
  ...list(0, [35, 36], structure(membership)),
  ...list(0, [42, 45], structure(group)),
  [0, 51, ports],
  [0, 52, answer(getWhole(choice(g.inet_protocols), 4))],
  ...list(41, [20, 21, 27, 28], structure(membership6)),
  ...list(41, [42, 45], structure(group)),
  [6, 38, { set: authenticationKey, get: plain.get }],
  [255, 1, icmp],
  ...list(263, [1, 2], structure(packetMembership, { most: 16 })),
  ...list(263, [5, 13], structure(ring, { most: 16 })),
  [263, 6, answer(cut({ tp_packets: u32, tp_drops: u32, tp_freeze_q_cnt: u32 }))],
  [
    SOL_NETLINK,
    9,
    {
      set: netlink.set,
      get: whole(array(u32, dividedBy(least(intBefore('optlen'), got), 4)), undefined, {
        least: 1,
        most: MOST,
        length: least(intBefore('optlen'), got),
      }),
    },
  ],
  [271, 127, value(choice(g.tipc_importances))],
  [271, 135, structure(tipcGroup, { most: 16 })],
];

let index: Map<number, Map<number, OptionValue>> | undefined;

/** The value of an option. */
export function optionValue(level: number, option: number): OptionValue {
  if (!index) {
    index = new Map();
    for (const [l, o, v] of VALUES) {
      const options = index.get(l) ?? new Map<number, OptionValue>();
      index.set(l, options.set(o, v));
    }
  }
  return index.get(level)?.get(option) ?? (level === SOL_NETLINK ? netlink : plain);
}

/** Every form of value. */
export const allValues = (): Iterable<OptionValue> => new Set([plain, netlink, ...VALUES.map(([, , v]) => v)]);
