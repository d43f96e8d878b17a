// NETLINK_KOBJECT_UEVENT: strings without headers.
import { nlmsg_types } from '../../../constants/generated/netlink.js';
import type { NetlinkFamily } from './family.js';

export const family: NetlinkFamily = { types: nlmsg_types, buffer: (n) => n.text };
