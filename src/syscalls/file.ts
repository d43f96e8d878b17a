// Files: opening, paths, attributes, directories, descriptors.
import * as g from '../constants/generated/file.js';
import {
  anyBit,
  hexBytes,
  arg,
  argument,
  blob,
  byAbi,
  bytes,
  call,
  choice,
  constant,
  dirfd,
  fd,
  field,
  flags,
  format,
  i32,
  i64,
  input,
  output,
  padding,
  pathname,
  permissions,
  ret,
  returns,
  sibling,
  size,
  struct,
  u16,
  u32,
  u64,
  versioned,
  wide,
  x32,
  x64,
  detail,
  fixedArray,
  array,
  cstring,
  ulong,
} from '../describe/combinators.js';

import { choiceAndFlags, userId } from '../decode/leaf/flags.js';
import { device, fileMode } from '../decode/leaf/mode.js';
import { dateText, printDate, readTime } from '../decode/leaf/time.js';
import { printDirents } from '../decode/leaf/dirent.js';
import { fcntl } from './fcntl.js';
import type { Family } from './index.js';
import type { Renderer } from '../decode/printer.js';

const path = input(pathname);
const openFlags = format(choiceAndFlags(g.open_modes, 3, g.open_flags));
const creates = anyBit(arg('flags'), 0o100 | 0x400000);
const mode = permissions;
const uid = format(userId);

/** Prints `st_atime=… /* date *` + `/, st_atime_nsec=…` of a stat structure. */
const withDates: Renderer = ({ style, plain, offset: at, field: value }) => {
  if (style.abbrev) return plain;
  const names = ['st_dev', 'st_ino', 'st_mode', 'st_nlink', 'st_uid', 'st_gid', 'st_blksize', 'st_blocks'];
  const head = names.map((name) => [name, value(name)] as const);
  const rest = [value('st_size'), value('st_rdev')];
  const times = ['st_atime', 'st_mtime', 'st_ctime'].map(
    (name) => [name, value(name), value(`${name}_nsec`), at(name), at(`${name}_nsec`)] as const,
  );
  const width = style.abi.longSize;
  const modeAt = at('st_mode');
  return (c, s, from, length) => {
    s.byte(123);
    head.forEach(([name, print], i) => {
      s.text(`${i ? ', ' : ''}${name}=`);
      print(c, s, from, length);
    });
    const type = c.u16(from + modeAt) & 0xf000;
    const isDevice = type === 0x2000 || type === 0x6000;
    s.text(isDevice ? ', st_rdev=' : ', st_size=');
    rest[isDevice ? 1 : 0](c, s, from, length);
    for (const [name, print, printNsec, secAt, nsecAt] of times) {
      s.text(`, ${name}=`);
      print(c, s, from, length);
      const nsec = readTime(c, from + nsecAt, width);
      printDate(s, readTime(c, from + secAt, width), nsec);
      s.text(`, ${name}_nsec=`);
      printNsec(c, s, from, length);
    }
    s.byte(125);
  };
};

/** Short form: mode and size, or the device of a device file. */
const shortStat: Renderer = (context) => {
  if (!context.style.abbrev) return withDates(context);
  const { offset: at, named } = context;
  const modeAt = at('st_mode');
  const [printMode, printSize, printDevice] = [named('st_mode'), named('st_size'), named('st_rdev')];
  return (c, s, from, length) => {
    s.byte(123);
    printMode(c, s, from, length);
    const type = c.u16(from + modeAt) & 0xf000;
    s.text(', ');
    (type === 0x2000 || type === 0x6000 ? printDevice : printSize)(c, s, from, length);
    s.text(', ...}');
  };
};

const dev = format(device, 8);
const stat64bit = struct(
  {
    st_dev: dev,
    st_ino: u64,
    st_nlink: u64,
    st_mode: format(fileMode),
    st_uid: format(userId),
    st_gid: format(userId),
    pad: padding(4),
    st_rdev: dev,
    st_size: i64,
    st_blksize: i64,
    st_blocks: i64,
    st_atime: i64,
    st_atime_nsec: u64,
    st_mtime: i64,
    st_mtime_nsec: u64,
    st_ctime: i64,
    st_ctime_nsec: u64,
    unused: padding(24),
  },
  { render: shortStat },
);
/** struct stat64 of i386 (asm/stat.h). */
const stat32 = struct(
  {
    st_dev: dev,
    pad0: padding(4),
    __st_ino: u32,
    st_mode: format(fileMode),
    st_nlink: u32,
    st_uid: format(userId),
    st_gid: format(userId),
    st_rdev: dev,
    pad3: padding(4),
    st_size: i64,
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
  { render: shortStat },
);
/** struct stat of i386: what the calls without 64 in their name fill. */
const statOld32 = struct(
  {
    st_dev: format(device, 4),
    st_ino: u32,
    st_mode: format(fileMode, 2),
    st_nlink: u16,
    st_uid: format(userId, 2),
    st_gid: format(userId, 2),
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
  { render: shortStat },
);
const statBuffer = output(stat64bit);
const stat = byAbi(output(stat64bit), output(statOld32));

/** Microseconds are not what statx has: seconds, nanoseconds and a date. */
const statxTime = struct(
  { tv_sec: i64, tv_nsec: u32, pad: padding(4) },
  {
    render:
      ({ plain, offset: at }) =>
      (c, s, from, length) => {
        plain(c, s, from, length);
        printDate(s, readTime(c, from, 8), c.u32(from + at('tv_nsec')));
      },
  },
);
const has = (bit: number) => ({ on: sibling('stx_mask'), op: 'set' as const, value: bit });
const statxBuffer = struct({
  stx_mask: flags(g.statx_masks),
  stx_blksize: detail(u32),
  stx_attributes: flags(g.statx_attributes, 8),
  stx_nlink: detail(u32),
  stx_uid: detail(format(userId)),
  stx_gid: detail(format(userId)),
  stx_mode: format(fileMode, 2),
  pad1: padding(2),
  stx_ino: detail(u64),
  stx_size: u64,
  stx_blocks: detail(u64),
  stx_attributes_mask: detail(flags(g.statx_attributes, 8)),
  stx_atime: detail(statxTime),
  stx_btime: field(statxTime, { verboseOnly: true, when: has(0x800) }),
  stx_ctime: detail(statxTime),
  stx_mtime: detail(statxTime),
  stx_rdev_major: detail(u32),
  stx_rdev_minor: detail(u32),
  stx_dev_major: detail(u32),
  stx_dev_minor: detail(u32),
  stx_mnt_id: field(x64, { verboseOnly: true, when: has(0x1000) }),
  stx_dio_mem_align: field(u32, { verboseOnly: true, when: has(0x2000) }),
  stx_dio_offset_align: field(u32, { verboseOnly: true, when: has(0x2000) }),
  stx_subvol: field(x64, { verboseOnly: true, when: has(0x8000) }),
  atomic: padding(12),
  stx_dio_read_offset_align: field(u32, { verboseOnly: true, when: has(0x20000) }),
  spare: padding(72),
});

const fsid = struct({ val: fixedArray(x32, 2) });
const statfsBuffer = struct(
  {
    f_type: choice(g.filesystem_magic, 'long'),
    f_bsize: ulong,
    f_blocks: byAbi(u64, u32),
    f_bfree: byAbi(u64, u32),
    f_bavail: byAbi(u64, u32),
    f_files: byAbi(u64, u32),
    f_ffree: byAbi(u64, u32),
    f_fsid: fsid,
    f_namelen: ulong,
    f_frsize: ulong,
    f_flags: flags(g.statfs_flags, 'long'),
    f_spare: padding(32),
  },
  { size: undefined },
);

const openHow = versioned(
  {
    flags: format(choiceAndFlags(g.open_modes, 3, g.openat2_flags), 8),
    mode: field(u64, {}),
    resolve: flags(g.resolve_flags, 8),
  },
  { size: arg('size'), minimum: 24, excess: 'hex' },
  {
    render:
      ({ field: value, offset: at, excess }) =>
      (c, s, from, length) => {
        s.text('{flags=');
        value('flags')(c, s, from, 24);
        const m = c.u64(from + at('mode'));
        if (m !== 0 || (c.u32(from) & 0o100) !== 0 || (c.u32(from) & 0x400000) !== 0) {
          s.text(', mode=');
          s.mode(m);
        }
        s.text(', resolve=');
        value('resolve')(c, s, from, 24);
        excess(c, s, from, length);
        s.byte(125);
      },
  },
);

const direntBuffer = (is64: boolean) => output(blob(ret, 1 << 20, printDirents(is64), { partial: false }));

/** Times of utimensat: UTIME_NOW and UTIME_OMIT stand for themselves. */
const utimes: Renderer =
  ({ style, size: bytesOf }) =>
  (c, s, at) => {
    const half = bytesOf / 2;
    const nsec = readTime(c, at + half, half);
    if (style.constants !== 'raw' && nsec === 0x3fffffff) s.text('UTIME_NOW');
    else if (style.constants !== 'raw' && nsec === 0x3ffffffe) s.text('UTIME_OMIT');
    else {
      const sec = readTime(c, at, half);
      s.text(`{tv_sec=${sec}, tv_nsec=${nsec}}`);
      if (dateText(sec, nsec)) printDate(s, sec, nsec);
    }
  };

const xattrValue = { name: input(cstring) };

export const file: Family = {
  open: () => call({ pathname: path, flags: openFlags, mode: argument(mode, { when: creates }) }, returns.fd),
  openat: () => call({ dirfd, pathname: path, flags: openFlags, mode: argument(mode, { when: creates }) }, returns.fd),
  openat2: () => call({ dirfd, pathname: path, how: input(openHow), size }, returns.fd),
  creat: () => call({ pathname: path, mode }, returns.fd),
  close: () => call({ fd }),
  close_range: () => call({ first: u32, last: u32, flags: flags(g.close_range_flags) }),
  lseek: () => call({ fd, offset: byAbi(i64, i32), whence: choice(g.seek_whence) }),
  _llseek: () =>
    call({
      fd,
      offset_high: argument(u32, { hidden: true }),
      offset_low: argument(u32, { hidden: true }),
      offset: argument(i64, { register: 2, atExit: false }),
      result: argument(output(i64), { register: 3 }),
      whence: argument(choice(g.seek_whence), { register: 4 }),
    }),
  access: () => call({ pathname: path, mode: flags(g.access_modes) }),
  faccessat: () => call({ dirfd, pathname: path, mode: flags(g.access_modes) }),
  faccessat2: () => call({ dirfd, pathname: path, mode: flags(g.access_modes), flags: flags(g.faccessat_flags) }),
  stat: () => call({ pathname: path, statbuf: stat }),
  lstat: () => call({ pathname: path, statbuf: stat }),
  fstat: () => call({ fd, statbuf: stat }),
  stat64: () => call({ pathname: path, statbuf: output(stat32) }),
  lstat64: () => call({ pathname: path, statbuf: output(stat32) }),
  fstat64: () => call({ fd, statbuf: output(stat32) }),
  newfstatat: () => call({ dirfd, pathname: path, statbuf: statBuffer, flags: flags(g.stat_flags) }),
  fstatat64: () => call({ dirfd, pathname: path, statbuf: output(stat32), flags: flags(g.stat_flags) }),
  statx: () =>
    call({
      dirfd,
      pathname: path,
      flags: format(choiceAndFlags(g.statx_sync, 0x6000, g.statx_flags)),
      mask: flags(g.statx_masks),
      statxbuf: output(statxBuffer),
    }),
  statfs: () => call({ pathname: path, buf: output(statfsBuffer) }),
  fstatfs: () => call({ fd, buf: output(statfsBuffer) }),
  getcwd: () => call({ buf: output(cstring), size }),
  chdir: () => call({ path }),
  fchdir: () => call({ fd }),
  chroot: () => call({ path }),
  mkdir: () => call({ pathname: path, mode }),
  mkdirat: () => call({ dirfd, pathname: path, mode }),
  rmdir: () => call({ path }),
  mknod: () =>
    call({
      pathname: path,
      mode: format(fileMode, 2),
      dev: argument(format(device), { when: { on: arg('mode'), op: 'set', value: 0x2000 } }),
    }),
  mknodat: () =>
    call({
      dirfd,
      pathname: path,
      mode: format(fileMode, 2),
      dev: argument(format(device), { when: { on: arg('mode'), op: 'set', value: 0x2000 } }),
    }),
  unlink: () => call({ path }),
  unlinkat: () => call({ dirfd, pathname: path, flags: flags(g.unlinkat_flags) }),
  rename: () => call({ oldpath: path, newpath: path }),
  renameat: () => call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path }),
  renameat2: () =>
    call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path, flags: flags(g.rename_flags) }),
  link: () => call({ oldpath: path, newpath: path }),
  linkat: () => call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path, flags: flags(g.linkat_flags) }),
  symlink: () => call({ oldpath: path, newpath: path }),
  symlinkat: () => call({ target: path, newdirfd: dirfd, linkpath: path }),
  readlink: () => call({ pathname: path, buf: output(bytes(ret)), bufsiz: size }),
  readlinkat: () => call({ dirfd, pathname: path, buf: output(bytes(ret)), bufsiz: size }),
  chmod: () => call({ pathname: path, mode }),
  fchmod: () => call({ fd, mode }),
  fchmodat: () => call({ dirfd, pathname: path, mode }),
  fchmodat2: () => call({ dirfd, pathname: path, mode, flags: flags(g.fchmodat_flags) }),
  chown: () => call({ pathname: path, owner: uid, group: uid }),
  lchown: () => call({ pathname: path, owner: uid, group: uid }),
  fchown: () => call({ fd, owner: uid, group: uid }),
  fchownat: () => call({ dirfd, pathname: path, owner: uid, group: uid, flags: flags(g.fchownat_flags) }),
  umask: () =>
    call(
      { mask: mode },
      returns.format(() => (_c, s, lo) => s.mode(lo)),
    ),
  utimensat: () =>
    call({
      dirfd,
      pathname: path,
      times: input(
        array(struct({ tv_sec: byAbi(i64, i32), tv_nsec: byAbi(i64, i32) }, { render: utimes }), constant(2)),
      ),
      flags: flags(g.utimensat_flags),
    }),
  truncate: () => call({ path, length: byAbi(i64, i32) }),
  ftruncate: () => call({ fd, length: byAbi(i64, i32) }),
  truncate64: () => call({ path, length: wide(i64) }),
  ftruncate64: () => call({ fd, length: wide(i64) }),
  fallocate: () => call({ fd, mode: flags(g.fallocate_modes), offset: wide(i64), len: wide(i64) }),
  fadvise64: () => call({ fd, offset: wide(i64), len: size, advice: choice(g.fadvise_advices) }),
  fadvise64_64: () => call({ fd, offset: wide(i64), len: wide(i64), advice: choice(g.fadvise_advices) }),
  fsync: () => call({ fd }),
  fdatasync: () => call({ fd }),
  syncfs: () => call({ fd }),
  sync: () => call(),
  sync_file_range: () => call({ fd, offset: wide(i64), nbytes: wide(i64), flags: flags(g.sync_range_flags) }),
  readahead: () => call({ fd, offset: wide(i64), count: size }),
  getdents: () => call({ fd, dirp: direntBuffer(false), count: u32 }),
  getdents64: () => call({ fd, dirp: direntBuffer(true), count: size }),
  dup: () => call({ oldfd: fd }, returns.fd),
  dup2: () => call({ oldfd: fd, newfd: fd }, returns.fd),
  dup3: () => call({ oldfd: fd, newfd: fd, flags: flags(g.dup3_flags) }, returns.fd),
  fcntl,
  fcntl64: fcntl,
  flock: () => call({ fd, op: flags(g.flock_operations) }),
  memfd_create: () => call({ name: input(cstring), flags: flags(g.memfd_flags) }, returns.fd),
  getrandom: () => call({ buf: output(hexBytes(ret)), buflen: size, flags: flags(g.getrandom_flags) }),
  mount: () =>
    call({
      source: path,
      target: path,
      filesystemtype: input(cstring),
      mountflags: flags(g.mount_flags, 'long'),
      data: input(cstring),
    }),
  umount2: () => call({ target: path, flags: flags(g.umount_flags) }),
  umount: () => call({ target: path }),
  inotify_init: () => call({}, returns.fd),
  inotify_init1: () => call({ flags: flags(g.inotify_init_flags) }, returns.fd),
  inotify_add_watch: () => call({ fd, pathname: path, mask: flags(g.inotify_masks) }),
  inotify_rm_watch: () => call({ fd, wd: i32 }),
  getxattr: () => call({ pathname: path, ...xattrValue, value: output(bytes(ret)), size }),
  lgetxattr: () => call({ pathname: path, ...xattrValue, value: output(bytes(ret)), size }),
  fgetxattr: () => call({ fd, ...xattrValue, value: output(bytes(ret)), size }),
  setxattr: () =>
    call({ pathname: path, ...xattrValue, value: input(bytes(arg('size'))), size, flags: flags(g.xattr_flags) }),
  lsetxattr: () =>
    call({ pathname: path, ...xattrValue, value: input(bytes(arg('size'))), size, flags: flags(g.xattr_flags) }),
  fsetxattr: () => call({ fd, ...xattrValue, value: input(bytes(arg('size'))), size, flags: flags(g.xattr_flags) }),
  listxattr: () => call({ pathname: path, list: output(bytes(ret)), size }),
  llistxattr: () => call({ pathname: path, list: output(bytes(ret)), size }),
  flistxattr: () => call({ fd, list: output(bytes(ret)), size }),
  removexattr: () => call({ pathname: path, ...xattrValue }),
  lremovexattr: () => call({ pathname: path, ...xattrValue }),
  fremovexattr: () => call({ fd, ...xattrValue }),
};
