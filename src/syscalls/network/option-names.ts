// Names of socket options by level; IP and IPv6 have more of them when set, and others when asked for (netfilter).
import * as g from '../../constants/generated/network.js';
import type { ConstantTable } from '../../constants/table.js';
import { joined } from '../../constants/table.js';
import { arg, choice, match, u32 } from '../../describe/combinators.js';
import type { MatchNode, Node } from '../../describe/node.js';

const SOL_IP = 0;
const SOL_SOCKET = 1;
const SOL_IPV6 = 41;

/** Levels whose options have one table, whether set or asked for. */
const LEVELS: readonly (readonly [level: number, table: ConstantTable])[] = [
  [6, g.tcp_options],
  [17, g.udp_options],
  [40, g.vsock_options],
  [101, g.can_raw_options],
  [132, g.sctp_options],
  [255, g.raw_options],
  [256, g.ipx_options],
  [257, g.ax25_options],
  [263, g.packet_options],
  [266, g.irda_options],
  [268, g.llc_options],
  [269, g.dccp_options],
  [270, g.netlink_options],
  [271, g.tipc_options],
  [272, g.rxrpc_options],
  [273, g.pppol2tp_options],
  [274, g.bluetooth_options],
  [275, g.pnpipe_options],
  [276, g.rds_options],
  [277, g.iucv_options],
  [278, g.caif_options],
  [279, g.alg_options],
  [280, g.nfc_llcp_options],
  [281, g.kcm_options],
  [282, g.tls_options],
  [283, g.xdp_options],
];

const names = (socket: ConstantTable, ip: ConstantTable, ipv6: ConstantTable): MatchNode =>
  match(
    arg('level'),
    [
      ...LEVELS.map(([level, table]) => [level, choice(table)] as const),
      [SOL_SOCKET, choice(joined(socket, g.socket_options))],
      [SOL_IP, choice(joined(g.ip_options, ip))],
      [SOL_IPV6, choice(joined(g.ipv6_options, ipv6))],
    ] as readonly (readonly [number, Node])[],
    u32,
  );

/** The name of an option that is set. */
export const nameSet = names(g.socket_set_options, g.ip_set_options, g.ipv6_set_options);
/** The name of an option that is asked for. */
export const nameAsked = names(g.socket_get_options, g.ip_get_options, g.ipv6_get_options);
