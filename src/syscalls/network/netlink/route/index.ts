// NETLINK_ROUTE (rtnetlink(7)): links, addresses, routes, neighbours, rules, traffic control.
import * as g from '../../../../constants/generated/netlink.js';
import type { ConstantTable } from '../../../../constants/table.js';
import type { NetlinkFamily } from '../family.js';

/** Types come in fours: new, delete, get, set (linux/rtnetlink.h). */
const kinds: readonly (ConstantTable | undefined)[] = [g.nlmsg_new_flags, g.nlmsg_delete_flags, g.nlmsg_get_flags];

export const family: NetlinkFamily = {
  types: g.nl_route_types,
  flags: (type) => kinds[type & 3],
};
