// RTM_NEWROUTE and its relatives (linux/rtnetlink.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families } from '../../../../constants/generated/network.js';
import { label } from '../../../../decode/sink.js';
import { xlatPrinter } from '../../../../decode/xlat.js';
import { choice, flags, struct, u16, u32, u64, u8, x32 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import type { Decoder } from '../compiler.js';
import { addressOf, device, internetAddress, netLong, terminated } from '../values.js';
import { familyHeader } from '../values.js';

const SEPARATOR = label(', ');

const metrics = attributes(g.rtnl_metrics, () => ({
  ...Object.fromEntries(Array.from({ length: 15 }, (_, i) => [i + 1, u32])),
  16: terminated,
}));

const cacheInfo = struct({
  rta_clntref: u32,
  rta_lastuse: u32,
  rta_expires: u32,
  rta_error: u32,
  rta_used: u32,
  rta_id: x32,
  rta_ts: u32,
  rta_tsage: u32,
});
const multicastCounts = struct({ mfcs_packets: u64, mfcs_bytes: u64, mfcs_wrong_if: u64 });

/** sizeof(struct rtnexthop). */
const HOP_BYTES = 8;
const hop = struct({
  rtnh_len: u16,
  rtnh_flags: flags(g.rtnl_next_hop_flags, 1),
  rtnh_hops: u8,
  rtnh_ifindex: device,
});
/** Next hops behind each other, each with attributes of a route. What is left behind the last one is an address. */
const multipath: Decoder = (n) => {
  const print = n.compile(hop);
  const inside = n.lazy(routeAttributes);
  return (c, s, at, length) => {
    if (length < HOP_BYTES) {
      n.hex(c, s, at, length);
      return;
    }
    let several = false;
    for (let from = at, left = length, count = 0; ; count++) {
      if (left < HOP_BYTES) {
        n.address(s, from);
        break;
      }
      if (count > 0) s.bytes(SEPARATOR);
      if (!n.readable(from, HOP_BYTES)) {
        if (count > 0) n.broken(s, from);
        else n.address(s, from);
        break;
      }
      const told = c.u16(from);
      const step = Math.ceil(told / 4) * 4;
      if (count === 0 && step < left) {
        several = true;
        s.byte(91);
      }
      const here = Math.min(told, left);
      if (here > HOP_BYTES) s.byte(91);
      print(c, s, from, HOP_BYTES);
      if (here > HOP_BYTES) {
        s.bytes(SEPARATOR);
        inside(c, s, from + HOP_BYTES, here - HOP_BYTES);
        s.byte(93);
      }
      // A hop without a length leads nowhere.
      if (step === 0 || step >= left) break;
      from += step;
      left -= step;
    }
    if (several) s.byte(93);
  };
};

/** struct rtvia: a family, and an address of it. */
const via: Decoder = (n) => {
  const family = xlatPrinter(address_families, n.style, 2);
  const addresses = n.lookup(addressOf);
  return n.guarded(2, (c, s, at, length) => {
    const which = c.u16(at);
    s.text('{rtvia_family=');
    family(c, s, which, 0);
    if (length > 2) {
      s.text(', rtvia_addr=');
      (addresses(which) ?? n.hex)(c, s, at + 2, length - 2);
    }
    s.byte(125);
  });
};

const routeAttributes: Decoder = attributes(g.rtnl_route_attrs, () => ({
  1: internetAddress,
  2: internetAddress,
  3: device,
  4: device,
  5: internetAddress,
  6: u32,
  7: internetAddress,
  8: metrics,
  9: multipath,
  10: u32,
  11: u32,
  12: cacheInfo,
  14: u32,
  15: choice(g.rtnl_any_tables),
  16: u32,
  17: multicastCounts,
  18: via,
  19: internetAddress,
  20: u8,
  21: choice(g.lwtunnel_encaps, 2),
  23: u64,
  25: u32,
  26: u8,
  27: u8,
  28: u16,
  29: u16,
  30: u32,
  31: netLong,
}));

export const routes = familyHeader(
  address_families,
  'rtm_family',
  {
    rtm_dst_len: u8,
    rtm_src_len: u8,
    rtm_tos: flags(g.rtnl_services, 1),
    rtm_table: choice(g.rtnl_any_tables, 1),
    rtm_protocol: choice(g.rtnl_route_protocols, 1),
    rtm_scope: choice(g.rtnl_any_scopes, 1),
    rtm_type: choice(g.rtnl_route_types, 1),
    rtm_flags: flags(g.rtnl_route_flags),
  },
  routeAttributes,
);
