// RTM_NEWSTATS, RTM_GETSTATS: counters of devices, which links have, too (linux/if_link.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { field, flags, reserved, struct, u16, u32, u64, x16, x32, x8 } from '../../../../describe/combinators.js';
import type { FieldSpec } from '../../../../describe/combinators.js';
import type { Node } from '../../../../describe/node.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { device, familyHeader, followed, hex, grown } from '../values.js';

const named = (names: string, node: Node): FieldSpec =>
  Object.fromEntries(names.split(' ').map((name) => [name, node]));
/** Members that every version of struct rtnl_link_stats has. */
const COUNTS =
  'rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped multicast collisions rx_length_errors rx_over_errors rx_crc_errors rx_frame_errors rx_fifo_errors rx_missed_errors tx_aborted_errors tx_carrier_errors tx_fifo_errors tx_heartbeat_errors tx_window_errors rx_compressed tx_compressed';

/** Counters, and those that newer kernels have behind them where they are there. */
const counters = (node: Node, later: readonly string[]): Decoder =>
  grown(
    ...Array.from({ length: later.length + 1 }, (_, i) =>
      struct(named([COUNTS, ...later.slice(0, i)].join(' '), node)),
    ),
  );
export const linkCounters = counters(u32, ['rx_nohandler']);
export const linkCounters64 = counters(u64, ['rx_nohandler', 'rx_otherhost_dropped']);

const vlan = struct({
  rx_bytes: u64,
  rx_packets: u64,
  tx_bytes: u64,
  tx_packets: u64,
  vid: u16,
  flags: flags(g.bridge_vlan_flags, 2),
  pad2: field(x32, { ifSet: true }),
});
const spanningTree = struct(named('transition_blk transition_fwd rx_bpdu tx_bpdu rx_tcn tx_tcn', u64));
const bond = attributes(g.bond_xstats_attrs, () => ({
  1: attributes(g.bond_3ad_attrs, () => Object.fromEntries(Array.from({ length: 9 }, (_, i) => [i, u64]))),
}));
const extended = attributes(g.rtnl_xstats_types, () => ({
  1: attributes(g.bridge_xstats_attrs, () => ({ 1: followed(vlan, hex), 4: followed(spanningTree, hex) })),
  2: bond,
}));
const labelSwitching = attributes(g.mpls_stats_attrs, () => ({
  1: followed(
    struct(named('rx_packets tx_packets rx_bytes tx_bytes rx_errors tx_errors rx_dropped tx_dropped rx_noroute', u64)),
    hex,
  ),
}));
const AF_MPLS = 28;

export const statistics = familyHeader(
  address_families,
  'family',
  { pad1: reserved(x8), pad2: reserved(x16), ifindex: device, filter_mask: flags(g.link_stats_bits) },
  attributes(g.rtnl_stats_attrs, () => ({
    1: linkCounters64,
    2: extended,
    3: extended,
    4: attributes(g.rtnl_offload_xstats_attrs, () => ({ 1: linkCounters64 })),
    5: attributes(address_families, () => ({ [AF_MPLS]: labelSwitching })),
  })),
);
