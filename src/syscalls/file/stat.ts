// What is known about a file: stat in its generations, statx.
import * as g from '../../constants/generated/file.js';
import { joinedParts } from '../../decode/leaf/flags.js';
import { device, fileMode } from '../../decode/leaf/mode.js';
import { printDateAt, readTime } from '../../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { label } from '../../decode/sink.js';
import {
  anyBit,
  byAbi,
  call,
  detail,
  dirfd,
  fd,
  field,
  flags,
  format,
  i32,
  i64,
  output,
  padding,
  sibling,
  struct,
  u16,
  u32,
  u64,
  x64,
} from '../../describe/combinators.js';
import type { Condition, Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { path, uid } from './arguments.js';

const isDevice = (type: number): boolean => type === 0x2000 || type === 0x6000;

/** Short form: mode and size, or the device of a device file. */
const short: Renderer = ({ offset: at, named }) => {
  const modeAt = at('st_mode');
  const [printMode, printSize, printDevice] = [named('st_mode'), named('st_size'), named('st_rdev')];
  return (c, s, from, length) => {
    s.byte(123);
    printMode(c, s, from, length);
    s.text(', ');
    (isDevice(c.u16(from + modeAt) & 0xf000) ? printDevice : printSize)(c, s, from, length);
    s.text(', ...}');
  };
};

/**
 * Every field, in strace's order; dates behind the times. `fraction`: times have nanoseconds in a field of their own.
 * Structures without block counts show them as 0.
 */
const full = (fraction: boolean): Renderer => {
  const names = ['st_dev', 'st_ino', 'st_mode', 'st_nlink', 'st_uid', 'st_gid', 'st_blksize', 'st_blocks'];
  return ({ style, offset: at, field: value }) => {
    const head = names
      .filter((name) => fraction || !name.startsWith('st_bl'))
      .map((name, i) => [label(`${i ? ', ' : ''}${name}=`), value(name)] as const);
    const size = value('st_size');
    const rdev = value('st_rdev');
    const times = ['st_atime', 'st_mtime', 'st_ctime'].map((name) => ({
      name: label(`, ${name}=`),
      print: value(name),
      at: at(name),
      nsecAt: fraction ? at(`${name}_nsec`) : -1,
      nsecName: label(`, ${name}_nsec=`),
      printNsec: fraction ? value(`${name}_nsec`) : undefined,
    }));
    const width = fraction ? style.abi.longSize : 4;
    const modeAt = at('st_mode');
    return (c, s, from, length) => {
      s.byte(123);
      for (const [name, print] of head) {
        s.bytes(name);
        print(c, s, from, length);
      }
      if (!fraction) s.text(', st_blksize=0, st_blocks=0');
      const device = isDevice(c.u16(from + modeAt) & 0xf000);
      s.text(device ? ', st_rdev=' : ', st_size=');
      (device ? rdev : size)(c, s, from, length);
      for (const time of times) {
        s.bytes(time.name);
        time.print(c, s, from, length);
        printDateAt(c, s, from + time.at, width, time.nsecAt < 0 ? 0 : readTime(c, from + time.nsecAt, width));
        if (!time.printNsec) continue;
        s.bytes(time.nsecName);
        time.printNsec(c, s, from, length);
      }
      s.byte(125);
    };
  };
};
const withFraction: Renderer = (context) => (context.style.abbrev ? short : full(true))(context);
const withoutFraction: Renderer = (context) => (context.style.abbrev ? short : full(false))(context);

const dev = format(device, 8);
const stat64bit = struct(
  {
    st_dev: dev,
    st_ino: u64,
    st_nlink: u64,
    st_mode: format(fileMode),
    st_uid: u32,
    st_gid: u32,
    pad: padding(4),
    st_rdev: dev,
    st_size: u64,
    st_blksize: u64,
    st_blocks: u64,
    st_atime: i64,
    st_atime_nsec: u64,
    st_mtime: i64,
    st_mtime_nsec: u64,
    st_ctime: i64,
    st_ctime_nsec: u64,
    unused: padding(24),
  },
  { render: withFraction },
);
/** struct stat64 of i386 (asm/stat.h). */
const stat32 = struct(
  {
    st_dev: dev,
    pad0: padding(4),
    __st_ino: u32,
    st_mode: format(fileMode),
    st_nlink: u32,
    st_uid: u32,
    st_gid: u32,
    st_rdev: dev,
    pad3: padding(4),
    st_size: u64,
    st_blksize: u32,
    st_blocks: u64,
    st_atime: i32,
    st_atime_nsec: u32,
    st_mtime: i32,
    st_mtime_nsec: u32,
    st_ctime: i32,
    st_ctime_nsec: u32,
    st_ino: u64,
  },
  { render: withFraction },
);
/** struct stat of i386: what the calls without 64 in their name fill. */
const statOld32 = struct(
  {
    st_dev: format(device, 4),
    st_ino: u32,
    st_mode: format(fileMode, 2),
    st_nlink: u16,
    st_uid: u16,
    st_gid: u16,
    st_rdev: format(device, 4),
    st_size: u32,
    st_blksize: u32,
    st_blocks: u32,
    st_atime: i32,
    st_atime_nsec: u32,
    st_mtime: i32,
    st_mtime_nsec: u32,
    st_ctime: i32,
    st_ctime_nsec: u32,
    unused: padding(8),
  },
  { render: withFraction },
);
/** struct __old_kernel_stat of i386, without fractions of seconds. */
const oldStat = struct(
  {
    st_dev: format(device, 2),
    st_ino: u16,
    st_mode: format(fileMode, 2),
    st_nlink: u16,
    st_uid: u16,
    st_gid: u16,
    st_rdev: format(device, 2),
    st_size: u32,
    st_atime: i32,
    st_mtime: i32,
    st_ctime: i32,
  },
  { render: withoutFraction },
);
const statBuffer = output(stat64bit);
const stat = byAbi(output(stat64bit), output(statOld32));

/** struct statx_timestamp, with its date. */
const statxTime = struct(
  { tv_sec: i64, tv_nsec: u32, pad: padding(4) },
  {
    render:
      ({ plain, offset: at }) =>
      (c, s, from, length) => {
        plain(c, s, from, length);
        printDateAt(c, s, from, 8, c.u32(from + at('tv_nsec')));
      },
  },
);
/** AT_STATX_SYNC_TYPE. */
const SYNC_TYPE = 0x6000;
const joinedFlags = joinedParts(g.statx_sync, SYNC_TYPE, g.statx_flags);
/** The way of synchronising, then the other flags; as a number, the default way is not written at all. */
const statxFlags: ScalarFormat = (style, size) => {
  if (style.constants !== 'raw') return joinedFlags(style, size);
  return (_c, s, lo) => {
    const sync = lo & SYNC_TYPE;
    const rest = (lo & ~SYNC_TYPE) >>> 0;
    if (sync !== 0) s.hex(sync);
    if (rest === 0) return;
    s.byte(124);
    s.hex(rest);
  };
};
/** Shown only when the kernel says in the mask that it knows it. */
const known = (bits: number): Condition => anyBit(sibling('stx_mask'), bits);
const told = (node: Node, bits: number) => field(node, { verboseOnly: true, when: known(bits) });
const statxBuffer = struct({
  stx_mask: flags(g.statx_masks),
  stx_blksize: detail(u32),
  stx_attributes: flags(g.statx_attributes, 8),
  stx_nlink: told(u32, 0x4),
  stx_uid: told(uid, 0x8),
  stx_gid: told(uid, 0x10),
  stx_mode: field(format(fileMode, 2), { when: known(0x3) }),
  pad1: padding(2),
  stx_ino: told(u64, 0x100),
  stx_size: field(u64, { when: known(0x200) }),
  stx_blocks: told(u64, 0x400),
  stx_attributes_mask: detail(flags(g.statx_attributes, 8)),
  stx_atime: told(statxTime, 0x20),
  stx_btime: told(statxTime, 0x800),
  stx_ctime: told(statxTime, 0x80),
  stx_mtime: told(statxTime, 0x40),
  stx_rdev_major: detail(u32),
  stx_rdev_minor: detail(u32),
  stx_dev_major: detail(u32),
  stx_dev_minor: detail(u32),
  stx_mnt_id: told(x64, 0x1000),
  stx_dio_mem_align: told(u32, 0x2000),
  stx_dio_offset_align: told(u32, 0x2000),
  stx_subvol: told(x64, 0x8000),
  atomic: padding(12),
  stx_dio_read_offset_align: told(u32, 0x20000),
  spare: padding(72),
});

export const stats: Family = {
  stat: () => call({ pathname: path, statbuf: stat }),
  lstat: () => call({ pathname: path, statbuf: stat }),
  fstat: () => call({ fd, statbuf: stat }),
  stat64: () => call({ pathname: path, statbuf: output(stat32) }),
  lstat64: () => call({ pathname: path, statbuf: output(stat32) }),
  fstat64: () => call({ fd, statbuf: output(stat32) }),
  oldstat: () => call({ pathname: path, statbuf: output(oldStat) }),
  oldlstat: () => call({ pathname: path, statbuf: output(oldStat) }),
  oldfstat: () => call({ fd, statbuf: output(oldStat) }),
  newfstatat: () => call({ dirfd, pathname: path, statbuf: statBuffer, flags: flags(g.stat_flags) }),
  fstatat64: () => call({ dirfd, pathname: path, statbuf: output(stat32), flags: flags(g.stat_flags) }),
  statx: () =>
    call({
      dirfd,
      pathname: path,
      flags: format(statxFlags),
      mask: flags(g.statx_masks),
      statxbuf: output(statxBuffer),
    }),
};
