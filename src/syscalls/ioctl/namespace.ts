// Commands of namespaces (ioctl_nsfs(2), linux/nsfs.h).
import { namespace_types } from '../../constants/generated/descriptors.js';
import { resultName } from '../../decode/leaf/compound.js';
import { userId } from '../../decode/leaf/flags.js';
import { format, output, pid, returns, struct, u32, x64 } from '../../describe/combinators.js';
import { direction, sizeOf } from './commands.js';
import type { Declaration, IoctlFamily } from './family.js';

/** NS_MNT_GET_INFO and the two behind it, and the bytes of their structure (MNT_NS_INFO_SIZE_VER0). */
const MOUNTS = ['NS_MNT_GET_INFO', 'NS_MNT_GET_NEXT', 'NS_MNT_GET_PREV'];
const FIRST_OF_MOUNTS = 10;
const MOUNTS_SIZE = 16;
const READ = 2;

export const family: IoctlFamily = {
  numbers: true,
  // Structures of other sizes begin with what is known.
  keyOf: (op) =>
    direction(op) === READ && sizeOf(op) >= MOUNTS_SIZE ? MOUNTS[(op & 0xff) - FIRST_OF_MOUNTS] : undefined,
  commands: (): Record<string, Declaration> => {
    const another: Declaration = { argument: null, result: returns.fd };
    const mounts = output(struct({ size: u32, nr_mounts: u32, mnt_ns_id: x64 }));
    const mountsOf: Declaration = { argument: mounts, result: returns.fd };
    return {
      NS_GET_USERNS: another,
      NS_GET_PARENT: another,
      NS_GET_NSTYPE: { argument: null, result: returns.comment(resultName(namespace_types)) },
      NS_GET_OWNER_UID: output(format(userId)),
      NS_GET_PID_FROM_PIDNS: pid,
      NS_GET_TGID_FROM_PIDNS: pid,
      NS_GET_PID_IN_PIDNS: pid,
      NS_GET_TGID_IN_PIDNS: pid,
      NS_GET_MNTNS_ID: output(x64),
      NS_MNT_GET_INFO: mounts,
      NS_MNT_GET_NEXT: mountsOf,
      NS_MNT_GET_PREV: mountsOf,
    };
  },
};
