// Commands of files and file systems of all types (linux/fs.h, linux/fiemap.h).
import * as g from '../../constants/generated/file-system.js';
import type { Renderer } from '../../decode/printer.js';
import {
  array,
  atMost,
  behind,
  chars,
  choice,
  i32,
  fd,
  field,
  flags,
  hexBytes,
  inout,
  input,
  output,
  padding,
  sibling,
  struct,
  u16,
  u32,
  u64,
  u8,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { counted } from './counted-name.js';
import type { Declaration, IoctlFamily } from './family.js';

/** FS_IOC_GETFLAGS and FS_IOC_SETFLAGS where a long has 64 bits. */
const [GET_FLAGS, SET_FLAGS] = [0x80086601, 0x40086602];
/** FSLABEL_MAX. */
const LABEL_SIZE = 256;
/** A string, of which all the room must be there. */
const label: MemoryNode = struct(
  { label: { ...chars(LABEL_SIZE), limit: 'path' } },
  { render: ({ field }) => field('label') },
);

/** The number of extents is an answer. */
const attributes = (answered: boolean) =>
  struct({
    fsx_xflags: flags(g.extended_inode_flags),
    fsx_extsize: u32,
    fsx_nextents: field(u32, { hidden: !answered }),
    fsx_projid: x32,
    fsx_cowextsize: u32,
    rest: padding(8),
  });

/** Nothing was compared with nothing; what could not be shown whole in the first place has no answer. */
const ifAny: Renderer = ({ offset, field }) => {
  const count = offset('dest_count');
  const info = field('info');
  return (c, s, at, length) => {
    if (c.u16(at + count) === 0) return;
    const start = s.pos;
    s.text('{info=');
    const value = s.pos;
    info(c, s, at, length);
    if (s.pos === value) s.rewind(start);
    else s.byte(125);
  };
};

/** FIDEDUPERANGE: where to look, and what of it was the same. */
const deduplication = () => {
  const asked = struct({
    dest_fd: { ...fd, size: 8 },
    dest_offset: u64,
    rest: padding(16),
  });
  const answered = struct({ before: padding(16), bytes_deduped: u64, status: i32, rest: padding(4) });
  return inout(
    struct({
      src_offset: u64,
      src_length: u64,
      dest_count: u16,
      reserved1: padding(2),
      reserved2: padding(4),
      info: behind(array(asked, sibling('dest_count'), { limit: 2 })),
    }),
    {
      show: 'arrow',
      after: struct(
        {
          before: padding(16),
          dest_count: field(u16, { hidden: true }),
          reserved: padding(6),
          info: behind(array(answered, sibling('dest_count'), { limit: 2, whole: true }), { lost: '' }),
        },
        { render: ifAny },
      ),
    },
  );
};

/** FS_IOC_FIEMAP: a range, and the extents in it. */
const extents = () => {
  const extent = struct({
    fe_logical: u64,
    fe_physical: u64,
    fe_length: u64,
    reserved64: padding(16),
    fe_flags: flags(g.extent_flags),
    reserved: padding(12),
  });
  const mapFlags = flags(g.extent_map_flags);
  return inout(
    struct({
      fm_start: u64,
      fm_length: u64,
      fm_flags: mapFlags,
      fm_mapped_extents: padding(4),
      fm_extent_count: u32,
      reserved: padding(4),
    }),
    {
      show: 'arrow',
      after: struct({
        before: padding(16),
        fm_flags: mapFlags,
        fm_mapped_extents: u32,
        rest: padding(8),
        fm_extents: behind(array(extent, sibling('fm_mapped_extents')), { verboseOnly: true }),
      }),
    },
  );
};

/** struct logical_block_metadata_cap. */
const blockMetadata = () =>
  struct({
    lbmd_flags: flags(g.block_metadata_flags),
    lbmd_interval: u16,
    lbmd_size: u8,
    lbmd_opaque_size: u8,
    lbmd_opaque_offset: u8,
    lbmd_pi_size: u8,
    lbmd_pi_offset: u8,
    lbmd_guard_tag_type: choice(g.block_metadata_checksums, 1),
    lbmd_app_tag_size: u8,
    lbmd_ref_tag_size: u8,
    lbmd_storage_tag_size: u8,
    pad: padding(1),
  });

export const family: IoctlFamily = {
  // Numbers of 64-bit programs, which have no name in others.
  keyOf: (op) => (op === GET_FLAGS ? 'FS_IOC_GETFLAGS' : op === SET_FLAGS ? 'FS_IOC_SETFLAGS' : undefined),
  commands: (): Record<string, Declaration> => {
    const inodeFlags = flags(g.inode_flags);
    const [got, given] = [output(inodeFlags), input(inodeFlags)];
    return {
      FS_IOC_GETFLAGS: got,
      FS_IOC_SETFLAGS: given,
      FS_IOC32_GETFLAGS: got,
      FS_IOC32_SETFLAGS: given,
      FS_IOC_FSGETXATTR: output(attributes(true)),
      FS_IOC_FSSETXATTR: input(attributes(false)),
      FICLONERANGE: input(struct({ src_fd: { ...fd, size: 8 }, src_offset: u64, src_length: u64, dest_offset: u64 })),
      FIDEDUPERANGE: deduplication(),
      FS_IOC_FIEMAP: extents(),
      FITRIM: input(struct({ start: x64, len: u64, minlen: u64 })),
      FIFREEZE: null,
      FITHAW: null,
      FS_IOC_GETFSLABEL: output(label),
      FS_IOC_SETFSLABEL: input(label),
      FS_IOC_GETFSUUID: output(
        struct({ len: u8, uuid: { ...hexBytes(atMost(sibling('len'), 16), { limit: 16 }), size: 16 } }),
      ),
      FS_IOC_GETFSSYSFSPATH: output(struct({ len: u8, name: counted(128, 'len', 1, false) })),
      FS_IOC_GETLBMD_CAP: output(blockMetadata()),
      FS_IOC_SHUTDOWN: input(choice(g.shutdown_flags)),
    };
  },
};
