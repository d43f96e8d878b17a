// NETLINK_GENERIC (linux/genetlink.h): families by the names that the kernel gives them, and what its control family tells of them.
import * as o from '../../../constants/generated/netlink-other.js';
import * as g from '../../../constants/generated/netlink.js';
import type { ConstantTable } from '../../../constants/table.js';
import { genericFamily } from '../../../decode/leaf/generic-family.js';
import type { ScalarFormat } from '../../../decode/printer.js';
import { hexText, memoised } from '../../../decode/xlat.js';
import { choice, flags, i64, reserved, struct, u32, u64, u8, x16, x32, x8 } from '../../../describe/combinators.js';
import type { ScalarNode } from '../../../describe/node.js';
import { attributes, indexed } from './attribute.js';
import type { NetlinkFamily } from './family.js';
import { byKind, followed, kindShown, terminated, withoutKind } from './values.js';

const GENL_ID_CTRL = 0x10;

/** A family's name, or the number. */
const types: ScalarFormat = ({ constants }) =>
  memoised((id) => {
    const number = hexText(id, 0);
    if (constants === 'raw') return number;
    const name = genericFamily(id);
    if (name === undefined) return `${number} /* GENERIC_FAMILY_??? */`;
    return constants === 'verbose' ? `${number} /* ${name} */` : name;
  });

/** struct genlmsghdr, whose commands are those of the family. */
const header = (command: ScalarNode) => struct({ cmd: command, version: u8, reserved: reserved(x16) });

/** Operations by the name of their family; without one it is the control family. */
const operations: Readonly<Record<string, ConstantTable>> = {
  '': g.nl_generic_commands,
  nlctrl: g.nl_generic_commands,
  ethtool: o.ethtool_messages,
  IOAM6: o.ioam6_commands,
  mptcp_pm: o.mptcp_commands,
  netdev: o.netdev_commands,
  nl80211: o.nl80211_commands,
  SEG6: o.seg6_commands,
  TASKSTATS: o.taskstats_commands,
  tcp_metrics: o.tcp_metrics_commands,
  thermal: o.thermal_commands,
  VFS_DQUOT: o.quota_commands,
};

/** The number of an operation. */
const operation = byKind(
  Object.fromEntries(Object.entries(operations).map(([family, table]) => [family, choice(table)])),
  x32,
);

const operationAttributes = attributes(g.nl_generic_op_attrs, () => ({
  1: operation,
  2: flags(g.nl_generic_op_flags),
}));
const groupAttributes = attributes(g.nl_generic_mcast_attrs, () => ({ 1: terminated, 2: x32 }));
const policyAttributes = attributes(o.policy_attrs, () => ({
  1: choice(o.attribute_types),
  2: i64,
  3: i64,
  4: u64,
  5: u64,
  6: u32,
  7: u32,
  8: u32,
  9: u32,
  10: u32,
  12: u64,
}));
const operationPolicyAttributes = attributes(g.nl_generic_policy_attrs, () => ({ 1: u32, 2: u32 }));
const controlAttributes = attributes(g.nl_generic_attrs, () => ({
  1: x16,
  2: kindShown((n) => n.terminated),
  3: u32,
  4: u32,
  5: u32,
  6: indexed(operationAttributes),
  7: indexed(groupAttributes),
  8: indexed(indexed(policyAttributes)),
  9: indexed(operationPolicyAttributes),
  10: u32,
}));

const control = withoutKind(followed(header(choice(g.nl_generic_commands, 1)), controlAttributes));
const unknown = followed(header(x8), attributes(undefined));

export const family: NetlinkFamily = {
  types,
  flags: () => g.nlmsg_get_flags,
  payload: (type) => (type === GENL_ID_CTRL ? control : unknown),
};
