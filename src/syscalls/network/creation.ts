// socket(2), socketpair(2), listen(2), shutdown(2): families, types with flags, protocols by family.
import * as g from '../../constants/generated/network.js';
import {
  address,
  arg,
  array,
  call,
  choice,
  constant,
  fd,
  format,
  i32,
  match,
  output,
  returns,
  ulong,
} from '../../describe/combinators.js';
import type { ConstantTable } from '../../constants/table.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { choiceName, constantText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

const domain = choice(g.address_families);

/** The kind of socket is in the low four bits; flags follow it (SOCK_TYPE_MASK of linux/net.h). */
const TYPE_MASK = 0xf;
const socketType: ScalarFormat = (style) =>
  memoised((lo) => {
    const { abi, constants } = style;
    const kind = lo & TYPE_MASK;
    const rest = (lo & ~TYPE_MASK) >>> 0;
    if (choiceName(g.socket_types.entries(abi.name), kind, 0, 4) === undefined)
      return constantText(g.socket_flags, abi, constants, lo, 0, 4);
    const name = constantText(g.socket_types, abi, constants, kind, 0, 4);
    return rest === 0 ? name : `${name}|${constantText(g.socket_flags, abi, constants, rest, 0, 4)}`;
  });
const type = format(socketType);

/** Packet sockets take an Ethernet protocol in network byte order. */
const packetProtocol: ScalarFormat = (style) =>
  memoised((lo) => {
    const value = ((lo & 0xff) << 8) | ((lo >>> 8) & 0xff);
    return `htons(${constantText(g.ethernet_protocols, style.abi, style.constants, value, 0, 4)})`;
  });
const PROTOCOLS: readonly (readonly [family: number, table: ConstantTable])[] = [
  [2, g.inet_protocols],
  [10, g.inet_protocols],
  [16, g.netlink_protocols],
  [23, g.irda_protocols],
  [29, g.can_protocols],
  [31, g.bluetooth_protocols],
  [33, g.address_families],
  [34, g.isdn_protocols],
  [35, g.phonet_protocols],
  [37, g.caif_protocols],
  [39, g.nfc_socket_protocols],
  [41, g.kcm_protocols],
  [43, g.smc_protocols],
];
const AF_AX25 = 3;
const AF_PACKET = 17;
/** AX.25's protocols have their names in a comment, whatever `-X` says. */
const ax25Protocol: ScalarFormat = (style) =>
  memoised((lo) => constantText(g.ax25_protocols, style.abi, 'verbose', lo, 0, 4));
const protocol = match(
  arg('domain'),
  [
    ...PROTOCOLS.map(([family, table]) => [family, choice(table)] as const),
    [AF_AX25, format(ax25Protocol)],
    [AF_PACKET, format(packetProtocol)],
  ],
  ulong,
);

export const creation: Family = {
  socket: () => call({ domain, type, protocol }, returns.fd),
  socketpair: () => call({ domain, type, protocol: ulong, sv: output(array(fd, constant(2))) }),
  listen: () => call({ sockfd: fd, backlog: i32 }),
  shutdown: () => call({ sockfd: fd, how: choice(g.shutdown_modes) }),
  // What it carries is shown as that call; this is left when its arguments cannot be read, or it carries none.
  socketcall: () => call({ call: choice({ ...g.socketcalls, placeholder: '' }, 4, 'd'), args: address }),
};
