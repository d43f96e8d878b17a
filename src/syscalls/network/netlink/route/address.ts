// RTM_NEWADDR and its relatives (linux/if_addr.h), and messages with a short header: labels, namespaces, configuration.
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { joined } from '../../../../constants/table.js';
import { inet6Alone, inetAddress } from '../../../../decode/leaf/inet.js';
import { choice, fd, flags, i32, padding, struct, u32, u8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import { byFamily, device, familyHeader, internetAddress, terminated, upToWord } from '../values.js';

const cacheInfo = struct({ ifa_prefered: u32, ifa_valid: u32, cstamp: u32, tstamp: u32 });

export const addresses = familyHeader(
  address_families,
  'ifa_family',
  {
    ifa_prefixlen: u8,
    ifa_flags: flags(g.rtnl_addr_flags, 1),
    ifa_scope: choice(g.rtnl_any_scopes, 1),
    ifa_index: device,
  },
  attributes(g.rtnl_addr_attrs, () => ({
    1: internetAddress,
    2: internetAddress,
    3: terminated,
    4: internetAddress,
    5: internetAddress,
    6: cacheInfo,
    7: internetAddress,
    8: flags(g.rtnl_addr_flags),
    9: u32,
    10: i32,
  })),
);

/** Labels of addresses for their selection (linux/if_addrlabel.h, RFC 3484). */
export const addressLabels = familyHeader(
  address_families,
  'ifal_family',
  { reserved: padding(1), ifal_prefixlen: u8, ifal_flags: u8, ifal_index: device, ifal_seq: u32 },
  attributes(g.address_label_attrs, () => ({ 1: internetAddress, 2: u32 })),
);

/** Numbers of network namespaces (linux/net_namespace.h). */
export const namespaces = familyHeader(
  address_families,
  'rtgen_family',
  {},
  attributes(g.rtnl_netns_attrs, () => ({ 1: i32, 2: u32, 3: fd, 4: i32, 5: i32 })),
);

const RTNL_FAMILY_IPMR = 128;
const RTNL_FAMILY_IP6MR = 129;
/** Packets that a multicast router has no route for (linux/mroute.h, linux/mroute6.h). */
export const cacheReports = familyHeader(
  joined(g.rtnl_report_families, address_families),
  'rtgen_family',
  {},
  byFamily({
    [RTNL_FAMILY_IPMR]: attributes(g.rtnl_report_attrs, () => ({
      1: upToWord(choice(g.igmp_messages, 1)),
      2: u32,
      3: inetAddress,
      4: inetAddress,
      6: u32,
    })),
    [RTNL_FAMILY_IP6MR]: attributes(g.rtnl_report6_attrs, () => ({
      1: upToWord(choice(g.mrt6_messages, 1)),
      2: u32,
      3: inet6Alone,
      4: inet6Alone,
    })),
  }),
);

/** What a device or a family is configured to do (linux/netconf.h). */
export const netconf = familyHeader(
  address_families,
  'ncm_family',
  {},
  attributes(g.rtnl_netconf_attrs, () => ({
    1: device,
    2: i32,
    3: i32,
    4: i32,
    5: i32,
    6: i32,
    7: i32,
    8: i32,
    9: i32,
  })),
);

/** Data centre bridging (linux/dcbnl.h). */
export const dataCentre = familyHeader(
  address_families,
  'dcb_family',
  { cmd: choice(g.dcb_commands, 1), pad: padding(2) },
  attributes(g.dcb_attrs),
);
