// Which protocol of AF_NETLINK is described where. The bundle turns these imports into loads that wait for the first message of
// the protocol (scripts/lazy-calls.mjs), so that a module is evaluated only when it is needed.
import * as audit from './audit.js';
import * as crypto from './crypto.js';
import * as diagnosis from './sock-diag/index.js';
import type { NetlinkFamily } from './family.js';
import * as generic from './generic.js';
import * as netfilter from './netfilter.js';
import * as route from './route/index.js';
import * as selinux from './selinux.js';
import * as uevent from './uevent.js';
import * as xfrm from './xfrm.js';

const families: Readonly<Record<number, () => NetlinkFamily>> = {
  0: () => route.family,
  4: () => diagnosis.family,
  6: () => xfrm.family,
  7: () => selinux.family,
  9: () => audit.family,
  12: () => netfilter.family,
  15: () => uevent.family,
  16: () => generic.family,
  21: () => crypto.family,
};

/** The description of a protocol (linux/netlink.h: NETLINK_ROUTE = 0); undefined when there is none. */
export const familyOf = (protocol: number): NetlinkFamily | undefined =>
  Object.hasOwn(families, protocol) ? families[protocol]() : undefined;
