// RTM_NEWQDISC, RTM_NEWTCLASS, RTM_NEWTFILTER, RTM_NEWCHAIN, RTM_NEWACTION and their relatives (linux/pkt_sched.h, pkt_cls.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { flags, i16, i32, i8, padding, struct, u16, u32, u64, u8 } from '../../../../describe/combinators.js';
import { attributes, indexed } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { device, familyHeader, list, milliseconds, terminated } from '../values.js';

/** struct tc_stats without its padding. */
const counts = struct(
  { bytes: u64, packets: u32, drops: u32, overlimits: u32, bps: u32, pps: u32, qlen: u32, backlog: u32 },
  { size: 36 },
);
/** struct gnet_stats_basic, as short as it may come. */
const basic = struct({ bytes: u64, packets: u32 }, { size: 12 });
const queue = struct({ qlen: u32, backlog: u32, drops: u32, requeues: u32, overlimits: u32 });
const counters = attributes(g.tc_stats_attrs, () => ({
  1: basic,
  2: struct({ bps: u32, pps: u32 }),
  3: queue,
  5: struct({ bps: u64, pps: u64 }),
  7: basic,
  8: u64,
}));

const sizes = struct({
  cell_log: u8,
  size_log: u8,
  cell_align: i16,
  overhead: i32,
  linklayer: u32,
  mpu: u32,
  mtu: u32,
  tsize: u32,
});

export const trafficControl: Decoder = familyHeader(
  address_families,
  'tcm_family',
  { pad: padding(3), tcm_ifindex: device, tcm_handle: u32, tcm_parent: u32, tcm_info: u32 },
  attributes(g.rtnl_tc_attrs, () => ({
    1: terminated,
    3: counts,
    5: struct({ interval: i8, ewma_log: u8 }),
    6: u32,
    7: counters,
    8: attributes(g.tc_stab_attrs, () => ({ 1: sizes, 2: list(u16) })),
    11: u32,
    12: u8,
    13: u32,
    14: u32,
    15: u32,
    16: terminated,
  })),
);

const action = attributes(g.tc_action_attrs, () => ({
  1: terminated,
  3: u32,
  4: counters,
  7: flags(g.tc_action_flags),
  8: flags(g.tc_action_hw_stats),
  9: flags(g.tc_action_hw_stats),
  10: u32,
}));

export const actions: Decoder = familyHeader(
  address_families,
  'tca_family',
  {},
  attributes(g.tc_root_attrs, () => ({
    1: indexed(action),
    2: flags(g.tc_root_flags),
    3: u32,
    4: milliseconds,
    5: terminated,
  })),
);
