// RTM_NEWLINK and its relatives (linux/if_link.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families, hardware_types, interface_flags } from '../../../../constants/generated/network.js';
import {
  choice,
  fd,
  flags,
  i32,
  padding,
  struct,
  u16,
  u32,
  u64,
  u8,
  x32,
  x64,
} from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Compiler, Decoder } from '../compiler.js';
import { device, familyHeader, hardwareAddress, named, terminated } from '../values.js';
import { addressFamilies, protocolInformation } from './link-family.js';
import { linkInformation } from './link-information.js';
import { port, virtualFunctions, virtualPorts, programs } from './link-parts.js';
import { linkCounters, linkCounters64 } from './statistics.js';

const map = struct({ mem_start: x64, mem_end: x64, base_addr: x64, irq: u16, dma: u8, port: u8 }, { size: 28 });
/** strace takes the family of the header for the type of the device. */
const address = hardwareAddress((n: Compiler) => n.scope.family);
const properties = attributes(g.rtnl_link_attrs, () => ({ 53: terminated }));
const downReason = attributes(g.rtnl_down_reason_attrs, () => ({ 1: x32, 2: x32 }));

const linkAttributes: Decoder = attributes(g.rtnl_link_attrs, () => ({
  1: address,
  2: address,
  3: terminated,
  4: u32,
  5: u32,
  6: terminated,
  7: linkCounters,
  10: u32,
  12: protocolInformation,
  13: u32,
  14: map,
  15: u32,
  16: u8,
  17: u8,
  18: linkInformation,
  19: u32,
  20: terminated,
  21: u32,
  22: virtualFunctions,
  23: linkCounters64,
  24: virtualPorts,
  25: port,
  26: addressFamilies,
  27: u32,
  28: fd,
  29: named(g.rtnl_link_ext_mask, 4, 4),
  30: u32,
  31: u32,
  32: u32,
  33: u8,
  35: u32,
  37: i32,
  38: terminated,
  39: u8,
  40: u32,
  41: u32,
  43: programs,
  44: choice(g.rtnl_link_events),
  45: i32,
  46: i32,
  47: u32,
  48: u32,
  49: device,
  50: u32,
  51: u32,
  52: properties,
  53: terminated,
  54: address,
  55: downReason,
  56: terminated,
  57: terminated,
  58: u32,
  59: u32,
  60: u32,
  61: u32,
  62: u32,
  63: u32,
  64: u32,
  66: u64,
  67: u8,
  68: u16,
  69: u16,
}));

export const links: Decoder = familyHeader(
  address_families,
  'ifi_family',
  {
    pad: padding(1),
    ifi_type: choice(hardware_types, 2),
    ifi_index: device,
    ifi_flags: flags(interface_flags),
    ifi_change: x32,
  },
  linkAttributes,
);
