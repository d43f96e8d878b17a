// NETLINK_NETFILTER (linux/netfilter/nfnetlink.h).
import * as g from '../../../constants/generated/netlink.js';
import type { NetlinkFamily } from './family.js';

export const family: NetlinkFamily = {
  types: g.nlmsg_types,
};
