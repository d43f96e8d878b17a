// NETLINK_SOCK_DIAG (sock_diag(7)).
import * as g from '../../../constants/generated/netlink.js';
import type { NetlinkFamily } from './family.js';

export const family: NetlinkFamily = {
  types: g.nl_diag_types,
  flags: () => g.nlmsg_get_flags,
};
