// RTM_NEWNEIGH, RTM_NEWNEIGHTBL and their relatives (linux/neighbour.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families, inet_protocols } from '../../../../constants/generated/network.js';
import { padded } from '../../../../decode/xlat.js';
import { choice, flags, format, padding, struct, u16, u32, u64 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { StructNode } from '../../../../describe/node.js';
import type { Decoder } from '../compiler.js';
import {
  byFirst,
  device,
  familyHeader,
  hardwareAddress,
  internetAddress,
  grown,
  named,
  netShort,
  terminated,
} from '../values.js';
import { links } from './link.js';

const cacheInfo = struct({ ndm_confirmed: u32, ndm_used: u32, ndm_updated: u32, ndm_refcnt: u32 });

export const neighbours: Decoder = familyHeader(
  address_families,
  'ndm_family',
  {
    pad: padding(3),
    ndm_ifindex: device,
    ndm_state: flags(g.rtnl_neighbour_states, 2),
    ndm_flags: flags(g.rtnl_neighbour_flags, 1),
    ndm_type: choice(g.rtnl_route_types, 1),
  },
  attributes(g.rtnl_neighbour_attrs, () => ({
    1: internetAddress,
    2: hardwareAddress(),
    3: cacheInfo,
    4: u32,
    5: u16,
    6: netShort,
    7: u32,
    8: device,
    9: device,
    10: u32,
    11: u32,
    12: named(inet_protocols, 1),
    13: u32,
    14: attributes(g.rtnl_fdb_ext_attrs, () => ({ 1: named(g.rtnl_fdb_notify, 1, 1) })),
    15: named(g.rtnl_neighbour_ext_flags, 4, 4),
    16: named(g.rtnl_neighbour_states, 2, 2),
    17: named(g.rtnl_neighbour_flags, 1, 1),
  })),
);

const AF_BRIDGE = 7;
/** RTM_GETNEIGH: of a bridge it is asked with the header of links. */
export const neighbourRequests = byFirst({ [AF_BRIDGE]: links }, neighbours);

const config = struct({
  ndtc_key_len: u16,
  ndtc_entry_size: u16,
  ndtc_entries: u32,
  ndtc_last_flush: u32,
  ndtc_last_rand: u32,
  ndtc_hash_rnd: u32,
  ndtc_hash_mask: format(padded(8)),
  ndtc_hash_chain_gc: u32,
  ndtc_proxy_qlen: u32,
});
const counters = (more: string): StructNode =>
  struct(
    Object.fromEntries(
      'allocs destroys hash_grows res_failed lookups hits rcv_probes_mcast rcv_probes_ucast periodic_gc_runs forced_gc_runs'
        .concat(more)
        .split(' ')
        .map((name) => [`ndts_${name}`, u64]),
    ),
  );
const counts = grown(counters(''), counters(' table_fulls'));
const parameters = attributes(g.rtnl_neightbl_parms_attrs, () => ({
  1: device,
  2: u32,
  3: u64,
  4: u64,
  5: u64,
  6: u64,
  7: u64,
  8: u32,
  9: u32,
  10: u32,
  11: u32,
  12: u64,
  13: u64,
  14: u32,
  15: u64,
  16: u32,
  17: u32,
  19: u64,
}));

export const neighbourTables: Decoder = familyHeader(
  address_families,
  'ndtm_family',
  {},
  attributes(g.rtnl_neightbl_attrs, () => ({
    1: terminated,
    2: u32,
    3: u32,
    4: u32,
    5: config,
    6: parameters,
    7: counts,
    8: u64,
  })),
);
