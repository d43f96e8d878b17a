// Socket addresses by family, each with its two bytes of family in front (which the caller prints): unix(7), ip(7),
// ipv6(7), netlink(7), packet(7), vsock(7), and the UAPI header of each.
import * as g from '../../constants/generated/network.js';
import {
  annotated,
  anyBit,
  array,
  blob,
  bytes,
  chars,
  choice,
  constant,
  differs,
  fd,
  field,
  fixedArray,
  flags,
  format,
  hexArray,
  pid,
  match,
  noBit,
  padding,
  reserved,
  room,
  sibling,
  struct,
  u16,
  u32,
  size,
  u8,
  whole,
  x16,
  x32,
  x8,
} from '../../describe/combinators.js';
import type { ConstantTable } from '../../constants/table.js';
import type { FieldSpec, StructOptions } from '../../describe/combinators.js';
import type { FormatNode, Node, StructNode } from '../../describe/node.js';
import type { Renderer, ScalarFormat } from '../printer.js';
import { escape, quote } from '../quote.js';
import { constantText, memoised, padded } from '../xlat.js';
import {
  ethernetProtocol,
  inet6Address,
  inetAddress,
  isLinkLocal,
  macAddress,
  netLong,
  netLongHex,
  port,
} from './inet.js';
import { interfaceIndex } from './interface.js';
import { ax25 } from './sockaddr-ax25.js';

/** A structure that begins with the family. */
const address = (fields: FieldSpec, options: StructOptions = {}): StructNode =>
  struct({ family: padding(2), ...fields }, options);

/** Bytes of struct sockaddr_storage behind the family: more are never read. */
const STORAGE = 126;
/** Bytes that no family claims. */
export const unclaimed = address({ sa_data: { node: bytes(room), rest: true, upTo: constant(STORAGE) } });

/** An address as it is when at least `least` bytes are there; else bytes. */
const from = (node: Node, least?: number, most?: number): Node => whole(node, unclaimed, { least, most });

/** A byte as C's %#02x: zero is `00`. */
const hex2 = format(
  () => (_c, s, lo) => {
    if (lo === 0) s.text('00');
    else s.hex(lo);
  },
  1,
);

/** sizeof(sun_path). */
const PATH = 108;
const unixPath: Renderer =
  ({ style }) =>
  (c, s, at, length) => {
    const n = Math.min(length, PATH);
    if (c.bytes[at] === 0) {
      s.text('@"');
      escape(s, c.bytes, at + 1, n - 1, style.hex);
      s.byte(34);
      return;
    }
    let end = 0;
    while (end < n && c.bytes[at + end] !== 0) end++;
    quote(s, c.bytes, at, end, style.hex, false);
  };
const unix = address({ sun_path: { node: blob(room, PATH, unixPath), rest: true } });

const scope: Renderer = ({ style }) => {
  const named = interfaceIndex(style, 4);
  // The address lies before its scope.
  return (c, s, at) => {
    if (isLinkLocal(c, at - 16)) named(c, s, c.u32(at), 0);
    else s.decimal(c.u32(at));
  };
};
const inet = address({ sin_port: port, sin_addr: inetAddress }, { size: 16 });
const inet6Fields: FieldSpec = {
  sin6_port: port,
  sin6_flowinfo: netLong,
  sin6_addr: field(inet6Address('sin6_addr'), { bare: true }),
  sin6_scope_id: field(blob(constant(4), 4, scope, { size: 4 }), { ifThere: 'part' }),
};
const inet6 = address(inet6Fields);

const netlink = address({ nl_pad: reserved(x16), nl_pid: pid, nl_groups: format(padded(8)) });

const packet = address(
  {
    sll_protocol: ethernetProtocol,
    sll_ifindex: format(interfaceIndex),
    sll_hatype: choice(g.hardware_types, 2),
    sll_pkttype: choice(g.packet_types, 1),
    sll_halen: u8,
    sll_addr: field(array(hex2, sibling('sll_halen'), { limit: 255 }), {
      rest: true,
      when: differs(sibling('sll_halen'), 0),
    }),
  },
  { size: 20 },
);

/** A 16-bit number in Bluetooth byte order. */
const littleEndian: FormatNode = format(() => memoised((lo) => `htobs(${lo})`), 2);
/** Ranges of numbers that are given out on demand: named by the distance from their first. */
type Range = readonly [first: number, last: number];
/** A constant in Bluetooth byte order. */
const named =
  (table: ConstantTable, ranges: readonly Range[]): ScalarFormat =>
  (style) =>
    memoised((lo) => {
      const known = table.entries(style.abi.name).some((e) => e.lo === lo);
      const first = ranges.find(([from, to]) => lo >= from && lo <= to)?.[0];
      const number = '0x' + lo.toString(16);
      if (known || first === undefined || style.constants === 'raw')
        return `htobs(${constantText(table, style.abi, style.constants, lo, 0, 2)})`;
      const base = constantText(table, style.abi, style.constants, first, 0, 2);
      return style.constants === 'verbose'
        ? `htobs(${number} /* ${base}+${lo - first} */)`
        : `htobs(${base}+${lo - first})`;
    });
const hciDevice = address({ hci_dev: littleEndian });
const hci = address({ hci_dev: littleEndian, hci_channel: choice(g.hci_channels, 2) });
const sco = address({ sco_bdaddr: macAddress(6) });
const rfcomm = address({ rc_bdaddr: macAddress(6), rc_channel: u8 });
const l2cap = address(
  {
    l2_psm: format(
      named(g.l2cap_psms, [
        [0x80, 0xff],
        [0x1001, 0xffff],
      ]),
      2,
    ),
    l2_bdaddr: macAddress(6),
    l2_cid: format(named(g.l2cap_cids, [[0x40, 0xffff]]), 2),
    l2_bdaddr_type: field(choice(g.bluetooth_addresses, 1), { ifThere: true }),
  },
  { size: 14 },
);
/** Bluetooth's families share a number: they are told apart by their sizes. */
const exactly = (size: number, node: Node, otherwise: Node): Node =>
  whole(node, otherwise, { least: size, most: size });
const bluetooth = exactly(
  4,
  hciDevice,
  exactly(6, hci, exactly(8, sco, exactly(10, rfcomm, exactly(12, l2cap, exactly(14, l2cap, unclaimed))))),
);

const vsock = address(
  {
    svm_reserved1: reserved(x16),
    svm_port: choice(g.vsock_ports),
    svm_cid: choice(g.vsock_cids),
    svm_flags: flags(g.vsock_flags, 1),
    svm_zero: field(hexArray(3), { ifSet: true }),
  },
  { order: ['svm_reserved1', 'svm_cid', 'svm_port', 'svm_flags', 'svm_zero'] },
);

const XDP_SHARED_UMEM = 1;
const xdp = address({
  sxdp_flags: flags(g.xdp_flags, 2),
  sxdp_ifindex: format(interfaceIndex),
  sxdp_queue_id: u32,
  sxdp_shared_umem_fd: field(fd, { when: anyBit(sibling('sxdp_flags'), XDP_SHARED_UMEM) }),
  // Nothing but a number when no other socket's memory is asked for.
  unused: field(x32, {
    as: 'sxdp_shared_umem_fd',
    overlay: true,
    when: noBit(sibling('sxdp_flags'), XDP_SHARED_UMEM),
    ifSet: true,
  }),
});

const alg = address(
  {
    salg_type: chars(14),
    salg_feat: annotated(flags(g.crypto_alg_flags)),
    salg_mask: annotated(flags(g.crypto_alg_flags)),
    salg_name: { node: { kind: 'string', limit: 'string' }, rest: true },
  },
  { size: 24 },
);

const ipx = address({
  sipx_port: port,
  sipx_network: netLongHex,
  sipx_node: { ...fixedArray(hex2, 6), limit: 6 },
  sipx_type: hex2,
  sipx_zero: reserved(x8),
});

const x25 = address({ sx25_addr: struct({ x25_addr: chars(16) }) });

const tipcScope: ScalarFormat = (style) =>
  memoised((lo) => {
    const signed = (lo << 24) >> 24;
    const text = constantText(g.tipc_scopes, style.abi, style.constants, Math.abs(signed), 0, 1);
    return signed < 0 ? `-${text}` : text;
  });
const TIPC_SERVICE_RANGE = 1;
const TIPC_SERVICE_ADDR = 2;
const TIPC_SOCKET_ADDR = 3;
const tipcAddress = match(
  sibling('addrtype'),
  {
    [TIPC_SERVICE_RANGE]: struct({ nameseq: struct({ type: u32, lower: u32, upper: u32 }) }),
    [TIPC_SERVICE_ADDR]: struct({ name: struct({ name: struct({ type: u32, instance: u32 }), domain: x32 }) }),
    [TIPC_SOCKET_ADDR]: struct({ id: struct({ ref: u32, node: x32 }) }),
  },
  { kind: 'bytes', length: constant(12), style: 'text', size: 12 },
);
const tipc = address({
  addrtype: choice(g.tipc_address_types, 1),
  scope: format(tipcScope, 1),
  addr: tipcAddress,
});

const dots = blob(room, 128, () => (_c, s) => s.text('...'));
const nfcService = struct({
  dsap: annotated(choice(g.nfc_llcp_saps, 1)),
  ssap: annotated(choice(g.nfc_llcp_saps, 1)),
  service_name: { kind: 'bytes', style: 'text', length: sibling('service_name_len'), size: 63 },
  service_name_len: size,
});
const nfc = address({
  dev_idx: format(interfaceIndex),
  target_idx: x32,
  nfc_protocol: choice(g.nfc_protocols),
  llcp: { node: whole(nfcService, dots), rest: true, inline: true },
});

const ieee802154Address = struct({
  addr_type: annotated(choice(g.ieee802154_addresses)),
  pan_id: annotated(choice(g.ieee802154_pans, 2)),
  hwaddr: {
    node: match(
      sibling('addr_type'),
      [
        [0, struct({})],
        [2, struct({ short_addr: annotated(choice(g.ieee802154_short_addresses, 2)) })],
      ],
      struct({ hwaddr: macAddress(8) }),
    ),
    inline: true,
  },
});
const ieee802154 = address({ addr: ieee802154Address }, { size: 20 });

const qrtr = address({ sq_node: choice(g.qrtr_nodes), sq_port: choice(g.qrtr_ports) });

const mctp = address(
  {
    __smctp_pad0: reserved(x16),
    smctp_network: choice(g.mctp_networks),
    smctp_addr: struct({ s_addr: choice(g.mctp_addresses, 1) }),
    smctp_type: x8,
    smctp_tag: x8,
    __smctp_pad1: reserved(x8),
  },
  { size: 12 },
);

/** The transport's address of rxrpc: named after its family, bytes when it is short. */
const carried = (family: string, fields: FieldSpec, size: number | undefined, least = size ?? Infinity): Node =>
  whole(
    struct({ [family]: choice(g.address_families, 2), ...fields }, { size }),
    struct({ [family]: choice(g.address_families, 2), data: { node: bytes(room), rest: true, bare: true } }),
    { least },
  );
const rxrpc = address(
  {
    srx_service: annotated(choice(g.afs_services, 2)),
    transport_type: choice(g.socket_types, 2),
    transport_len: u16,
    transport_family: field(u16, { hidden: true }),
    transport: field(
      match(
        sibling('transport_family'),
        {
          2: struct({ sin: carried('sin_family', { sin_port: port, sin_addr: inetAddress }, 16) }),
          10: struct({ sin6: carried('sin6_family', inet6Fields, 28, 24) }),
        },
        carried('family', {}, undefined),
      ),
      { overlay: true, rest: true, upTo: sibling('transport_len') },
    ),
  },
  { size: 36 },
);

/** Addresses by family, without sa_family. */
export const families: readonly (readonly [family: number, node: Node])[] = [
  [1, unix],
  [2, from(inet)],
  [3, from(ax25, 16)],
  [4, from(ipx)],
  [9, from(x25)],
  [10, from(inet6, 24)],
  [16, from(netlink)],
  [17, from(packet)],
  [30, from(tipc)],
  [31, bluetooth],
  [33, from(rxrpc)],
  [36, from(ieee802154)],
  [38, from(alg, 25)],
  [39, from(nfc, 16)],
  [40, from(vsock)],
  [42, from(qrtr)],
  [44, from(xdp)],
  [45, from(mctp)],
];
