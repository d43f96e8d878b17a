// Parts of links: virtual functions and their ports, programs of XDP (linux/if_link.h).
import * as g from '../../../../constants/generated/netlink.js';
import { ethernet_protocols } from '../../../../constants/generated/network.js';
import { macAddress } from '../../../../decode/leaf/inet.js';
import {
  choice,
  fd,
  flags,
  hexArray,
  padding,
  reserved,
  struct,
  u16,
  u32,
  u64,
  u8,
  x64,
} from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { netShortOf, terminated, upToWord } from '../values.js';

const interfaceType = struct({
  vsi_mgr_id: u8,
  vsi_type_id: hexArray(3),
  vsi_type_version: u8,
  pad: reserved(hexArray(3)),
});
export const port: Decoder = attributes(g.rtnl_port_attrs, () => ({
  1: u32,
  2: terminated,
  3: interfaceType,
  6: u8,
  7: u16,
}));
export const virtualPorts = attributes(g.rtnl_vf_port_attrs, () => ({ 1: port }));

const setting = struct({ vf: u32, setting: u32 });
/** struct ifla_vf_guid, as 64-bit programs have it, and as 32-bit ones do. */
const guid: Decoder = (n) => {
  const aligned = n.compile(struct({ vf: u32, pad: padding(4), guid: x64 }));
  const packed = n.compile(struct({ vf: u32, guid: x64 }, { packed: true }));
  return (c, s, at, length) => (length === 16 ? aligned : length === 12 ? packed : n.hex)(c, s, at, length);
};
const functionCounts = attributes(g.rtnl_vf_stats_attrs, () => ({
  0: u64,
  1: u64,
  2: u64,
  3: u64,
  4: u64,
  5: u64,
  7: u64,
  8: u64,
}));
const vlan = struct({
  vf: u32,
  vlan: u32,
  qos: u32,
  vlan_proto: netShortOf(ethernet_protocols),
  pad: padding(2),
});

const virtualFunction = attributes(g.rtnl_vf_attrs, () => ({
  1: struct({ vf: u32, mac: macAddress(32) }),
  2: struct({ vf: u32, vlan: u32, qos: u32 }),
  3: struct({ vf: u32, rate: u32 }),
  4: setting,
  5: struct({ vf: u32, link_state: choice(g.rtnl_vf_link_states) }),
  6: struct({ vf: u32, min_tx_rate: u32, max_tx_rate: u32 }),
  7: setting,
  8: functionCounts,
  9: setting,
  10: guid,
  11: guid,
  12: attributes(g.rtnl_vf_vlan_attrs, () => ({ 1: vlan })),
  13: struct({ broadcast: macAddress(32) }),
}));
export const virtualFunctions = attributes(g.rtnl_vf_info_attrs, () => ({ 1: virtualFunction }));

export const programs = attributes(g.rtnl_xdp_attrs, () => ({
  1: fd,
  2: upToWord(choice(g.rtnl_xdp_attached, 1)),
  3: flags(g.rtnl_xdp_flags),
  4: u32,
  5: u32,
  6: u32,
  7: u32,
  8: fd,
}));
