// IFLA_LINKINFO: what kind of device a link is, and what that kind has (linux/if_link.h).
import * as g from '../../../../constants/generated/netlink.js';
import { userId } from '../../../../decode/leaf/flags.js';
import { inet6Alone, inetAddress, macAddress } from '../../../../decode/leaf/inet.js';
import { choice, fixedArray, flags, format, struct, u16, u32, u8, x16 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import type { Values } from '../attribute.js';
import { byKind, device, hardwareAddress, kind, netShortOf, ticks, upToWord, withoutKind } from '../values.js';

/** The same value for several attributes. */
const each = (value: Decoder, ...types: number[]): Values => Object.fromEntries(types.map((type) => [type, value]));
/** The types from one to another. */
const from = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, i) => first + i);

const bridgeId = struct({ prio: fixedArray(u8, 2), addr: macAddress(6) });
const querier = attributes(g.bridge_querier_attrs, () => ({
  1: inetAddress,
  2: device,
  3: ticks,
  5: inet6Alone,
  6: device,
  7: ticks,
}));
const options = struct({ optval: flags(g.rtnl_bridge_options), optmask: flags(g.rtnl_bridge_options) });
const bridge = attributes(g.rtnl_bridge_attrs, () => ({
  ...each(ticks, 1, 2, 3, 4, 16, 17, 18, 19, 30, 31, 32, 33, 34, 35),
  ...each(u32, 5, 13, 26, 27, 28, 29, 48, 49),
  ...each(u16, 6, 12, 39),
  ...each(u8, 7, 14, 15, 22, 23, 24, 25, 36, 37, 38, 41, 42, 43, 44, 45),
  8: upToWord(netShortOf(g.rtnl_vlan_protocols)),
  9: x16,
  10: bridgeId,
  11: bridgeId,
  20: hardwareAddress(),
  46: options,
  47: querier,
  50: choice(g.bridge_stp_modes),
}));

export const bridgePort: Decoder = attributes(g.rtnl_bridge_port_attrs, () => ({
  ...each(u8, 1, ...from(4, 12), 19, 20, 25, ...from(27, 30), 32, 33, 35, 36, 39, 40, 43, 45),
  ...each(u16, 2, 15, 16, 17, 18),
  ...each(u32, 3, 37, 38, 41, 42, 44),
  ...each(ticks, 21, 22, 23),
  13: bridgeId,
  14: bridgeId,
  31: x16,
  34: device,
}));

const user = format(userId);
const tun = attributes(g.rtnl_tun_attrs, () => ({
  1: user,
  2: user,
  3: upToWord(choice(g.rtnl_tun_types, 1)),
  ...each(u8, 4, 5, 6, 7),
  8: u32,
  9: u32,
}));

/** struct can_device_stats (linux/can/netlink.h). */
const canCounters = struct({
  bus_error: u32,
  error_warning: u32,
  error_passive: u32,
  bus_off: u32,
  arbitration_lost: u32,
  restarts: u32,
});

/** Data follow the name of their kind; those before it are bytes. */
export const linkInformation = withoutKind(
  attributes(g.rtnl_linkinfo_attrs, () => ({
    1: kind,
    2: byKind({ bridge, tun }),
    3: byKind({ can: canCounters }),
    4: kind,
    5: byKind({ bridge: bridgePort }),
  })),
);
