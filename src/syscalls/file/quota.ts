// Disk quotas: quotactl and quotactl_fd, by command.
import * as g from '../../constants/generated/file.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { constantText, memoised } from '../../decode/xlat.js';
import {
  address,
  arg,
  argument,
  callBy,
  choice,
  detail,
  fd,
  flags,
  format,
  i32,
  i8,
  input,
  output,
  padding,
  returns,
  struct,
  u16,
  u32,
  u64,
  x16,
} from '../../describe/combinators.js';
import type { ArgumentSpec, FieldSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { path, uid } from './arguments.js';

/** `QCMD(Q_SYNC, USRQUOTA)`: command and type of quota in one number. */
const command: ScalarFormat = (style) =>
  memoised((lo) => {
    const number = String(lo);
    if (style.constants === 'raw') return number;
    const name = constantText(g.quota_commands, style.abi, 'abbrev', lo >>> 8, 0, 4);
    const type = constantText(g.quota_types, style.abi, 'abbrev', lo & 0xff, 0, 4);
    const text = `QCMD(${name}, ${type})`;
    return style.constants === 'verbose' ? `${number} /* ${text} */` : text;
  });

const limits: FieldSpec = {
  dqb_bhardlimit: u64,
  dqb_bsoftlimit: u64,
  dqb_curspace: u64,
  dqb_ihardlimit: u64,
  dqb_isoftlimit: u64,
  dqb_curinodes: u64,
  dqb_btime: detail(u64),
  dqb_itime: detail(u64),
  dqb_valid: detail(flags(g.quota_valid)),
};
/** struct if_dqblk (linux/quota.h) without its padding. */
const block = struct(limits, { size: 68 });
/** struct if_nextdqblk. */
const nextBlock = struct({ ...limits, dqb_id: u32 }, { size: 72 });
/** struct if_dqinfo. */
const info = struct({
  dqi_bgrace: u64,
  dqi_igrace: u64,
  dqi_flags: flags(g.quota_info_flags),
  dqi_valid: flags(g.quota_info_valid),
});
/** struct fs_disk_quota (linux/dqblk_xfs.h). */
const diskQuota = struct(
  {
    d_version: i8,
    d_flags: flags(g.xfs_dquot_flags, 1),
    d_fieldmask: x16,
    d_id: u32,
    d_blk_hardlimit: u64,
    d_blk_softlimit: u64,
    d_ino_hardlimit: u64,
    d_ino_softlimit: u64,
    d_bcount: u64,
    d_icount: u64,
    d_itimer: detail(i32),
    d_btimer: detail(i32),
    d_iwarns: detail(u16),
    d_bwarns: detail(u16),
    d_padding2: padding(4),
    d_rtb_hardlimit: detail(u64),
    d_rtb_softlimit: detail(u64),
    d_rtbcount: detail(u64),
    d_rtbtimer: detail(i32),
    d_rtbwarns: detail(u16),
    d_padding3: padding(10),
  },
  { size: 112 },
);
/** struct fs_qfilestat. */
const fileState = struct({ qfs_ino: u64, qfs_nblks: u64, qfs_nextents: u32 });
/** struct fs_quota_stat. */
const quotaState = struct({
  qs_version: i8,
  qs_flags: detail(flags(g.xfs_quota_flags, 2)),
  qs_pad: padding(1),
  qs_uquota: detail(fileState),
  qs_gquota: detail(fileState),
  qs_incoredqs: detail(u32),
  qs_btimelimit: detail(i32),
  qs_itimelimit: detail(i32),
  qs_rtbtimelimit: detail(i32),
  qs_bwarnlimit: detail(u16),
  qs_iwarnlimit: detail(u16),
});
/** struct fs_quota_statv. */
const quotaStateV = struct(
  {
    qs_version: i8,
    qs_pad1: padding(1),
    qs_flags: detail(flags(g.xfs_quota_flags, 2)),
    qs_incoredqs: detail(u32),
    qs_uquota: detail(fileState),
    qs_gquota: detail(fileState),
    qs_pquota: detail(fileState),
    qs_btimelimit: detail(i32),
    qs_itimelimit: detail(i32),
    qs_rtbtimelimit: detail(i32),
    qs_bwarnlimit: detail(u16),
    qs_iwarnlimit: detail(u16),
  },
  { size: 160 },
);

const SYNC = 0x800001;
const QUOTAON = 0x800002;
const QUOTAOFF = 0x800003;
const GETFMT = 0x800004;
const GETINFO = 0x800005;
const SETINFO = 0x800006;
const GETQUOTA = 0x800007;
const SETQUOTA = 0x800008;
const GETNEXTQUOTA = 0x800009;
const XQUOTAON = 0x5801;
const XQUOTAOFF = 0x5802;
const XGETQUOTA = 0x5803;
const XSETQLIM = 0x5804;
const XGETQSTAT = 0x5805;
const XQUOTARM = 0x5806;
const XQUOTASYNC = 0x5807;
const XGETQSTATV = 0x5808;
const XGETNEXTQUOTA = 0x5809;

/** The last of four arguments, where the third does not count. */
const addr = (node: Node) => argument(node, { register: 3 });

/** The arguments behind command and filesystem; `head` are these two. */
const quotaCall = (head: ArgumentSpec): Call => {
  const key = (command: number): number => (command << 8) >>> 0;
  return callBy(
    head,
    arg('op'),
    [
      [[SYNC, QUOTAOFF, XQUOTASYNC].map(key), {}],
      [key(QUOTAON), { id: choice(g.quota_formats), addr: path }],
      [key(GETFMT), { addr: addr(output(choice(g.quota_formats))) }],
      [key(GETINFO), { addr: addr(output(info)) }],
      [key(SETINFO), { addr: addr(input(info)) }],
      [key(GETQUOTA), { id: uid, addr: output(block) }],
      [key(GETNEXTQUOTA), { id: uid, addr: output(nextBlock) }],
      [key(SETQUOTA), { id: uid, addr: input(block) }],
      [[XQUOTAON, XQUOTAOFF].map(key), { addr: addr(input(flags(g.xfs_quota_flags))) }],
      [key(XQUOTARM), { addr: addr(input(flags(g.xfs_dquot_flags))) }],
      [[XGETQUOTA, XGETNEXTQUOTA].map(key), { id: uid, addr: output(diskQuota) }],
      [key(XSETQLIM), { id: uid, addr: input(diskQuota) }],
      [key(XGETQSTAT), { addr: addr(output(quotaState)) }],
      [key(XGETQSTATV), { addr: addr(output(quotaStateV)) }],
    ],
    { id: uid, addr: address },
    returns.decimal,
    { mask: 0xffffff00 },
  );
};

export const quota: Family = {
  quotactl: () => quotaCall({ op: format(command), special: path }),
  quotactl_fd: () => quotaCall({ fd, op: format(command) }),
};
