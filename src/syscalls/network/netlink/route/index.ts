// NETLINK_ROUTE (rtnetlink(7)): links, addresses, routes, neighbours, rules, traffic control.
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import type { ConstantTable } from '../../../../constants/table.js';
import type { Decoder } from '../compiler.js';
import type { NetlinkFamily } from '../family.js';
import { familyAndData } from '../values.js';
import { addressLabels, addresses, namespaces, netconf, dataCentre, cacheReports } from './address.js';
import { bridgeDatabase } from './bridge-database.js';
import { links } from './link.js';
import { neighbours, neighbourRequests, neighbourTables } from './neighbour.js';
import { nextHops } from './next-hop.js';
import { routes } from './route.js';
import { rules } from './rule.js';
import { statistics } from './statistics.js';
import { actions, trafficControl } from './traffic-control.js';

/** Types come in fours: new, delete, get, set (linux/rtnetlink.h). */
const kinds: readonly (ConstantTable | undefined)[] = [g.nlmsg_new_flags, g.nlmsg_delete_flags, g.nlmsg_get_flags];

const RTM_DELACTION = 49;

/** What the types of a group are about, by the number of the first one. */
const groups: Readonly<Record<number, readonly (Decoder | undefined)[]>> = {
  16: [links, links, links, links],
  20: [addresses, addresses, addresses],
  24: [routes, routes, routes],
  28: [neighbours, neighbours, neighbourRequests],
  32: [rules, rules, rules],
  36: [trafficControl, trafficControl, trafficControl],
  40: [trafficControl, trafficControl, trafficControl],
  44: [trafficControl, trafficControl, trafficControl],
  48: [actions, actions, actions],
  56: [addresses, addresses, addresses],
  60: [addresses, addresses, addresses],
  64: [neighbourTables, undefined, neighbourTables, neighbourTables],
  72: [addressLabels, addressLabels, addressLabels],
  76: [undefined, undefined, dataCentre, dataCentre],
  80: [netconf, netconf, netconf],
  84: [bridgeDatabase, bridgeDatabase, bridgeDatabase],
  88: [namespaces, namespaces, namespaces],
  92: [statistics, undefined, statistics],
  96: [cacheReports],
  100: [trafficControl, trafficControl, trafficControl],
  104: [nextHops, nextHops, nextHops],
};

const unknown = familyAndData(address_families);

export const family: NetlinkFamily = {
  types: g.nl_route_types,
  // Actions are deleted all at once like a dump.
  flags: (type) => (type === RTM_DELACTION ? g.nlmsg_get_flags : kinds[type & 3]),
  payload: (type) => (Object.hasOwn(groups, type & ~3) ? groups[type & ~3][type & 3] : undefined) ?? unknown,
};
