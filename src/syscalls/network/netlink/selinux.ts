// NETLINK_SELINUX (linux/selinux_netlink.h).
import * as g from '../../../constants/generated/netlink.js';
import { i32, struct, u32 } from '../../../describe/combinators.js';
import type { Decoder } from './compiler.js';
import type { NetlinkFamily } from './family.js';

const payloads: Readonly<Record<number, Decoder>> = {
  16: struct({ val: i32 }),
  17: struct({ seqno: u32 }),
};

export const family: NetlinkFamily = {
  types: g.nl_selinux_types,
  payload: (type) => payloads[type],
};
