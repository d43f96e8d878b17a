// Commands of file systems of type btrfs (linux/btrfs.h): subvolumes, quotas, defragmentation.
import * as g from '../../constants/generated/btrfs.js';
import {
  anyBit,
  array,
  behind,
  byAbi,
  chars,
  choice,
  fd,
  field,
  flags,
  hexArray,
  i32,
  inout,
  input,
  output,
  padding,
  sibling,
  struct,
  u32,
  u64,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { deviceCommands } from './btrfs-devices.js';
import { searchCommands } from './btrfs-search.js';
import type { Declaration, IoctlFamily } from './family.js';

/** Numbers whose greatest value stands for no limit. */
const unlimited = choice(g.btrfs_limit, 8, 'u');
const wideFd = { ...fd, size: 8 } as const;
/** A name in a fixed array, never shortened. */
const name = (size: number): Node => ({ ...chars(size), limit: 'path' });

const limits = struct({
  flags: flags(g.btrfs_limit_flags, 8),
  max_rfer: u64,
  max_excl: u64,
  rsv_rfer: u64,
  rsv_excl: u64,
});
const inherit = struct({
  flags: flags(g.btrfs_inherit_flags, 8),
  num_qgroups: u64,
  num_ref_copies: u64,
  num_excl_copies: u64,
  lim: limits,
  qgroups: behind(array(u64, sibling('num_qgroups')), { verboseOnly: true }),
});

/** BTRFS_SUBVOL_QGROUP_INHERIT. */
const INHERIT = 4;
const inheriting = (node: Node) => field(node, { when: anyBit(sibling('flags'), INHERIT) });
const volume = inout(
  struct({
    fd: wideFd,
    transid: padding(8),
    flags: flags(g.btrfs_subvolume_flags, 8),
    size: inheriting(u64),
    qgroup_inherit: inheriting(input(inherit)),
    rest: field(byAbi(hexArray(16), hexArray(20)), { hidden: true }),
    name: name(4040),
  }),
  { show: 'arrow', after: struct({ before: padding(8), transid: u64 }) },
);

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const named = input(struct({ fd: wideFd, name: name(4088) }));
    const given = input(u64);
    const subvolume = flags(g.btrfs_subvolume_flags, 8);
    return {
      BTRFS_IOC_TRANS_START: null,
      BTRFS_IOC_TRANS_END: null,
      BTRFS_IOC_SYNC: null,
      BTRFS_IOC_SCRUB_CANCEL: null,
      BTRFS_IOC_QUOTA_RESCAN_WAIT: null,
      BTRFS_IOC_DEFRAG: null,
      BTRFS_IOC_BALANCE: null,
      BTRFS_IOC_DEFAULT_SUBVOL: given,
      BTRFS_IOC_WAIT_SYNC: given,
      BTRFS_IOC_START_SYNC: output(u64),
      BTRFS_IOC_SUBVOL_GETFLAGS: output(subvolume, { bare: true }),
      BTRFS_IOC_SUBVOL_SETFLAGS: input(subvolume, { bare: true }),
      // FICLONE; a descriptor that prints as a number.
      BTRFS_IOC_CLONE: i32,
      BTRFS_IOC_BALANCE_CTL: choice(g.btrfs_balance_commands),
      BTRFS_IOC_SNAP_CREATE: named,
      BTRFS_IOC_RESIZE: named,
      BTRFS_IOC_SCAN_DEV: named,
      BTRFS_IOC_FORGET_DEV: named,
      BTRFS_IOC_ADD_DEV: named,
      BTRFS_IOC_RM_DEV: named,
      BTRFS_IOC_SUBVOL_CREATE: named,
      BTRFS_IOC_SNAP_DESTROY: named,
      BTRFS_IOC_DEVICES_READY: named,
      BTRFS_IOC_SNAP_CREATE_V2: volume,
      BTRFS_IOC_SUBVOL_CREATE_V2: volume,
      BTRFS_IOC_DEFRAG_RANGE: input(
        struct({
          start: u64,
          len: unlimited,
          flags: flags(g.btrfs_defragment_flags, 8),
          extent_thresh: u32,
          compress_type: choice(g.btrfs_compression),
          rest: padding(16),
        }),
      ),
      BTRFS_IOC_QGROUP_CREATE: input(struct({ create: u64, qgroupid: u64 })),
      BTRFS_IOC_QGROUP_ASSIGN: input(struct({ assign: u64, src: u64, dst: u64 })),
      BTRFS_IOC_QGROUP_LIMIT: output(struct({ qgroupid: u64, lim: limits })),
      BTRFS_IOC_QUOTA_CTL: input(struct({ cmd: choice(g.btrfs_quota_commands, 8), status: padding(8) })),
      BTRFS_IOC_QUOTA_RESCAN: input(struct({ flags: u64, rest: padding(56) })),
      BTRFS_IOC_QUOTA_RESCAN_STATUS: output(
        struct({ flags: u64, progress: choice(g.btrfs_objects, 8, 'u'), rest: padding(48) }),
      ),
      ...deviceCommands(),
      ...searchCommands(),
    };
  },
};
