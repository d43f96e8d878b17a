// What address families say about a link: IFLA_AF_SPEC, IFLA_PROTINFO (linux/if_link.h, if_bridge.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { inet6Alone } from '../../../../decode/leaf/inet.js';
import { choice, flags, i32, struct, u16, u32, u64, x8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { byFamily, followed, hex, list, named, upToWord } from '../values.js';
import { bridgePort } from './link-information.js';

const AF_INET = 2;
const AF_BRIDGE = 7;
const AF_INET6 = 10;
const AF_MCTP = 45;

const tunnel = attributes(g.bridge_vlan_tunnel_attrs, () => ({
  1: u32,
  2: u16,
  3: upToWord(flags(g.bridge_vlan_flags, 2)),
}));
const bridge = attributes(g.rtnl_bridge_spec_attrs, () => ({
  0: upToWord(flags(g.bridge_flags, 2)),
  1: upToWord(choice(g.bridge_modes, 2)),
  2: followed(struct({ flags: flags(g.bridge_vlan_flags, 2), vid: u16 }), hex),
  3: tunnel,
}));

const inet = attributes(g.rtnl_inet_attrs, () => ({ 1: list(i32, g.rtnl_inet_conf) }));
const inet6Attributes: Decoder = attributes(g.rtnl_inet6_attrs, () => ({
  1: named(g.rtnl_inet6_flags, 4, 4),
  2: list(i32, g.rtnl_inet6_conf),
  3: list(u64, g.rtnl_inet6_stats),
  5: struct({ max_reasm_len: u32, tstamp: u32, reachable_time: u32, retrans_time: u32 }),
  6: list(u64, g.rtnl_icmp6_stats),
  7: inet6Alone,
  8: named(g.rtnl_address_modes, 1, 1),
  9: u32,
}));
const mctp = attributes(g.rtnl_mctp_attrs, () => ({ 1: u32, 2: x8 }));

const others = attributes(address_families, () => ({ [AF_INET]: inet, [AF_INET6]: inet6Attributes, [AF_MCTP]: mctp }));
/** IFLA_AF_SPEC: attributes of a bridge, or a list by family. */
export const addressFamilies = byFamily({ [AF_BRIDGE]: bridge }, others);

/** IFLA_PROTINFO. */
export const protocolInformation = byFamily({ [AF_BRIDGE]: bridgePort, [AF_INET6]: inet6Attributes });
