// NETLINK_AUDIT (linux/audit.h).
import * as g from '../../../constants/generated/netlink.js';
import type { NetlinkFamily } from './family.js';

export const family: NetlinkFamily = {
  types: g.nl_audit_types,
};
