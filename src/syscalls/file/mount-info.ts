// What is known about mounts: statmount, listmount.
import * as g from '../../constants/generated/file.js';
import { printStatmount, STATMOUNT_TEXT } from '../../decode/leaf/statmount.js';
import type { StatmountField } from '../../decode/leaf/statmount.js';
import {
  array,
  call,
  choice,
  deref,
  fd,
  field,
  flags,
  input,
  output,
  ownSize,
  padding,
  ret,
  size,
  struct,
  u32,
  versioned,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import type { Family } from '../index.js';

/** struct mnt_id_req (linux/mount.h): it knows its own size. */
const request = (id: Node, param: Node) =>
  versioned(
    {
      size: u32,
      mnt_ns_fd: fd,
      mnt_id: id,
      param,
      mnt_ns_id: field(x64, { ifThere: true }),
    },
    { size: ownSize('size'), minimum: 24, showSize: 'rest', excess: 'hex' },
  );

/** Bits of statmount's mask (linux/mount.h). */
const SB_BASIC = 0x1;
const MNT_BASIC = 0x2;
const PROPAGATE_FROM = 0x4;
const MNT_ROOT = 0x8;
const MNT_POINT = 0x10;
const FS_TYPE = 0x20;
const MNT_NS_ID = 0x40;
const MNT_OPTS = 0x80;
const FS_SUBTYPE = 0x100;
const SB_SOURCE = 0x200;
const OPT_ARRAY = 0x400;
const OPT_SEC_ARRAY = 0x800;
const SUPPORTED_MASK = 0x1000;
const MNT_UIDMAP = 0x2000;
const MNT_GIDMAP = 0x4000;

type Shown = readonly [node: Node, mask: number, kind?: StatmountField['kind']];
/** struct statmount in its order: each field with the bit of the mask that makes it count. */
const answer: Readonly<Record<string, Shown>> = {
  size: [u32, 0],
  mnt_opts: [x32, MNT_OPTS, 'string'],
  mask: [flags(g.statmount_masks, 8), 0],
  sb_dev_major: [u32, SB_BASIC],
  sb_dev_minor: [u32, SB_BASIC],
  sb_magic: [choice(g.filesystem_magic, 8), SB_BASIC],
  sb_flags: [flags(g.mount_flags), SB_BASIC],
  fs_type: [x32, FS_TYPE, 'string'],
  mnt_id: [x64, MNT_BASIC],
  mnt_parent_id: [x64, MNT_BASIC],
  mnt_id_old: [x32, MNT_BASIC],
  mnt_parent_id_old: [x32, MNT_BASIC],
  mnt_attr: [flags(g.mount_attrs, 8), MNT_BASIC],
  mnt_propagation: [choice(g.mount_propagation, 8), MNT_BASIC],
  mnt_peer_group: [x64, MNT_BASIC],
  mnt_master: [x64, MNT_BASIC],
  propagate_from: [x64, PROPAGATE_FROM],
  mnt_root: [x32, MNT_ROOT, 'string'],
  mnt_point: [x32, MNT_POINT, 'string'],
  mnt_ns_id: [x64, MNT_NS_ID],
  fs_subtype: [x32, FS_SUBTYPE, 'string'],
  sb_source: [x32, SB_SOURCE, 'string'],
  opt_num: [u32, OPT_ARRAY],
  opt_array: [x32, OPT_ARRAY, { count: 'opt_num' }],
  opt_sec_num: [u32, OPT_SEC_ARRAY],
  opt_sec_array: [x32, OPT_SEC_ARRAY, { count: 'opt_sec_num' }],
  supported_mask: [flags(g.statmount_masks, 8), SUPPORTED_MASK],
  mnt_uidmap_num: [u32, MNT_UIDMAP],
  mnt_uidmap: [x32, MNT_UIDMAP, { count: 'mnt_uidmap_num' }],
  mnt_gidmap_num: [u32, MNT_GIDMAP],
  mnt_gidmap: [x32, MNT_GIDMAP, { count: 'mnt_gidmap_num' }],
};
/** Bytes of the fields that are known; spare ones follow up to the text. */
const KNOWN = 168;
/** Most bytes of an answer that are looked at. */
const ANSWER_MAX = 1 << 16;

const statmount = (): MemoryNode => {
  const shown = Object.entries(answer);
  const fields = shown.map(([name, [node]]) => [name, node] as const);
  return struct(
    {
      ...Object.fromEntries(fields),
      spare: padding(STATMOUNT_TEXT - KNOWN),
      str: padding(ANSWER_MAX - STATMOUNT_TEXT),
    },
    {
      length: deref('buf'),
      minimum: 4,
      render: printStatmount(
        shown.map(([name, [, mask, kind]]) => ({ name, mask, kind: kind ?? 'plain' })),
        'mask',
      ),
    },
  );
};

export const mountInfo: Family = {
  statmount: () =>
    call({
      req: input(request(x64, flags(g.statmount_masks, 8))),
      buf: output(statmount()),
      bufsize: size,
      flags: flags(g.statmount_flags),
    }),
  listmount: () =>
    call({
      req: input(request(choice(g.listmount_roots, 8), x64)),
      mnt_ids: output(array(x64, ret)),
      nr_mnt_ids: size,
      flags: flags(g.listmount_flags),
    }),
};
