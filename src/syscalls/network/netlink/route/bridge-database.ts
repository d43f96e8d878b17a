// RTM_NEWMDB and its relatives: multicast groups of bridges (linux/if_bridge.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import {
  choice,
  equals,
  field,
  flags,
  hexArray,
  noneOf,
  padding,
  sibling,
  struct,
  u16,
} from '../../../../describe/combinators.js';
import { inet6Address, inetAddress } from '../../../../decode/leaf/inet.js';
import { attributes } from '../attribute.js';
import { device, familyHeader, followed, netShortOf, ticks } from '../values.js';

/** AF_INET, AF_INET6 in network byte order: strace takes the protocol for a family. */
const NET_AF_INET = 0x200;
const NET_AF_INET6 = 0xa00;

const entry = struct({
  ifindex: device,
  state: choice(g.mdb_states, 1),
  flags: flags(g.mdb_flags, 1),
  vid: u16,
  addr: struct({
    inet: field(inetAddress, { as: 'u', when: equals(sibling('proto'), NET_AF_INET) }),
    inet6: field(inet6Address('u'), { overlay: true, bare: true, when: equals(sibling('proto'), NET_AF_INET6) }),
    other: field(hexArray(16), {
      overlay: true,
      as: 'u',
      when: noneOf(sibling('proto'), [NET_AF_INET, NET_AF_INET6]),
    }),
    proto: netShortOf(address_families),
    pad: padding(2),
  }),
});
const entryAttributes = attributes(g.rtnl_mdb_eattrs, () => ({ 1: ticks }));
const routerAttributes = attributes(g.rtnl_mdb_router_pattrs, () => ({
  1: ticks,
  2: choice(g.mdb_router_types, 1),
  3: ticks,
  4: ticks,
}));

export const bridgeDatabase = familyHeader(
  address_families,
  'family',
  { pad: padding(3), ifindex: device },
  attributes(g.rtnl_mdb_attrs, () => ({
    1: attributes(g.rtnl_mdb_mdb_attrs, () => ({
      1: attributes(g.rtnl_mdb_entry_attrs, () => ({ 1: followed(entry, entryAttributes) })),
    })),
    2: attributes(g.rtnl_mdb_router_attrs, () => ({ 1: followed(device, routerAttributes) })),
  })),
);
