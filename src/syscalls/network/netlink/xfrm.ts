// NETLINK_XFRM (linux/xfrm.h): names and flags of its messages.
import * as g from '../../../constants/generated/netlink.js';
import type { NetlinkFamily } from './family.js';
import { flagsOfKind } from './kinds.js';

/** XFRM_MSG_NEWSA = 16 and so on: associations, policies, events, what the databases say of themselves. */
const kinds = { creating: [16, 19, 30, 34, 36], asking: [18, 21, 31, 35, 37], deleting: [17, 20] };

export const family: NetlinkFamily = {
  types: g.nl_xfrm_types,
  flags: (type) => flagsOfKind(kinds, type),
};
