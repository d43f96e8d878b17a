// RTM_NEWNEXTHOP and its relatives (linux/nexthop.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { choice, flags, reserved, struct, u16, u32, u8, x16, x8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import { device, familyHeader, internetAddress, list, named, ticks } from '../values.js';

const member = struct({ id: u32, weight: u8, weight_high: u8, resvd2: reserved(x16) });

export const nextHops = familyHeader(
  address_families,
  'nh_family',
  {
    nh_scope: choice(g.rtnl_any_scopes, 1),
    nh_protocol: choice(g.rtnl_route_protocols, 1),
    resvd: reserved(x8),
    nh_flags: flags(g.rtnl_next_hop_flags),
  },
  attributes(g.rtnl_nexthop_attrs, () => ({
    1: u32,
    2: list(member),
    3: named(g.nexthop_group_types, 2, 2),
    4: u32,
    5: device,
    6: internetAddress,
    7: choice(g.lwtunnel_encaps, 2),
    9: u32,
    10: device,
    11: u32,
    12: attributes(g.nexthop_res_group_attrs, () => ({ 1: u16, 2: ticks, 3: ticks, 4: ticks })),
    13: attributes(g.nexthop_res_bucket_attrs, () => ({ 1: u16, 2: ticks, 3: u32 })),
  })),
);
