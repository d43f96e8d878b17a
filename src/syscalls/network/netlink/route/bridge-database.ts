// RTM_NEWMDB and its relatives: multicast groups of bridges (linux/if_bridge.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { choice, flags, hexArray, padding, struct, u16, u32 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import { device, familyHeader, followed, netShortOf } from '../values.js';

const entry = struct({
  ifindex: device,
  state: choice(g.mdb_states, 1),
  flags: flags(g.mdb_flags, 1),
  vid: u16,
  addr: struct({ u: hexArray(16), proto: netShortOf(address_families), pad: padding(2) }),
});
const entryAttributes = attributes(g.rtnl_mdb_eattrs, () => ({ 1: u32 }));
const routerAttributes = attributes(g.rtnl_mdb_router_pattrs, () => ({
  1: u32,
  2: choice(g.mdb_router_types, 1),
}));

export const bridgeDatabase = familyHeader(
  address_families,
  'family',
  { pad: padding(3), ifindex: device },
  attributes(g.rtnl_mdb_attrs, () => ({
    1: attributes(g.rtnl_mdb_mdb_attrs, () => ({
      1: attributes(g.rtnl_mdb_entry_attrs, () => ({ 1: followed(entry, entryAttributes) })),
    })),
    2: attributes(g.rtnl_mdb_router_attrs, () => ({ 1: followed(u32, routerAttributes) })),
  })),
);
