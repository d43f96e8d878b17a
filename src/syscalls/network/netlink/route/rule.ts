// RTM_NEWRULE and its relatives: rules of routing (linux/fib_rules.h).
import * as g from '../../../../constants/generated/netlink.js';
import { address_families, inet_protocols } from '../../../../constants/generated/network.js';
import { choice, flags, padding, struct, u16, u32, u8, x16, x8 } from '../../../../describe/combinators.js';
import { attributes } from '../attribute.js';
import { familyHeader, internetAddress, netLong, named, netLong64, terminated } from '../values.js';

const users = struct({ start: u32, end: u32 });
const ports = struct({ start: u16, end: u16 });

export const rules = familyHeader(
  address_families,
  'family',
  {
    dst_len: u8,
    src_len: u8,
    tos: flags(g.rtnl_services, 1),
    table: choice(g.rtnl_tables, 1),
    reserved: padding(2),
    action: choice(g.rtnl_rule_actions, 1),
    flags: flags(g.fib_rule_flags),
  },
  attributes(g.rtnl_rule_attrs, () => ({
    1: internetAddress,
    2: internetAddress,
    3: terminated,
    4: u32,
    6: u32,
    10: u32,
    11: u32,
    12: netLong64,
    13: u32,
    14: u32,
    15: choice(g.rtnl_any_tables),
    16: u32,
    17: terminated,
    19: u8,
    20: users,
    21: choice(g.rtnl_route_protocols, 1),
    22: named(inet_protocols, 1),
    23: ports,
    24: ports,
    25: u8,
    26: netLong,
    27: netLong,
    28: x16,
    29: x16,
    30: x8,
  })),
);
