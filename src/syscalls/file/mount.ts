// Mounting: mount and its relatives, the calls with filesystem contexts and trees, attributes of mounts.
import * as g from '../../constants/generated/file.js';
import { joinedParts } from '../../decode/leaf/flags.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { xlatPrinter } from '../../decode/xlat.js';
import {
  address,
  anyBit,
  arg,
  argument,
  below,
  bitsOf,
  call,
  callBy,
  choice,
  cstring,
  dirfd,
  equals,
  fd,
  flags,
  format,
  hexBytes,
  i32,
  input,
  noBit,
  both,
  returns,
  sibling,
  size,
  struct,
  u64,
  when,
} from '../../describe/combinators.js';
import type { Node, Ref } from '../../describe/node.js';
import type { Family } from '../index.js';
import { path } from './arguments.js';

/** The upper half of mount's flags, where a magic number used to stand; with it only the lower half counts. */
const MAGIC_MASK = 0xffff0000;
const MAGIC = 0xc0ed0000;
const MS_REMOUNT = 0x20;
const MS_BIND = 0x1000;
const MS_MOVE = 0x2000;
/** MS_UNBINDABLE, MS_PRIVATE, MS_SLAVE, MS_SHARED. */
const PROPAGATION = 0x1e0000;

const mountFlags: ScalarFormat = (style, size) => {
  const plain = xlatPrinter(g.mount_flags, style, size);
  const magic = joinedParts(g.mount_magic, MAGIC_MASK, g.mount_flags)(style, size);
  return (c, s, lo, hi) => {
    if ((lo & MAGIC_MASK) >>> 0 === MAGIC) magic(c, s, lo, 0);
    else plain(c, s, lo, hi);
  };
};
/** One node or another, by the flags that count. */
const byFlags = (choose: (mountflags: Ref, mask: number) => Node): Node => {
  const word = arg('mountflags');
  return when(equals(bitsOf(word, MAGIC_MASK), MAGIC), choose(bitsOf(word, 0xffff), 0xffff), choose(word, 0xffffffff));
};
const text = input(cstring);
/** A change of an existing mount has no type. */
const typeName = byFlags((word) => when(anyBit(word, MS_REMOUNT | MS_BIND | MS_MOVE | PROPAGATION), address, text));
/** Data goes to the filesystem: on mounting and remounting. */
const data = byFlags((word) =>
  when(both(noBit(word, MS_REMOUNT), anyBit(word, MS_BIND | MS_MOVE | PROPAGATION)), address, text),
);

const MOUNT_ATTR_IDMAP = 0x100000;
const userns = sibling('userns_fd');
/** struct mount_attr (linux/mount.h); the descriptor is one only where ids are to be mapped. */
const mountAttr = struct(
  {
    attr_set: flags(g.mount_attrs, 8),
    attr_clr: flags(g.mount_attrs, 8),
    propagation: choice(g.mount_propagation, 8),
    userns_fd: when(
      both(anyBit(sibling('attr_set'), MOUNT_ATTR_IDMAP), below(userns, 2 ** 31)),
      { ...fd, size: 8 },
      u64,
    ),
  },
  { length: arg('size'), minimum: 32, excess: true },
);

/** Commands of fsconfig(2) that take a key. */
const SET_FLAG = 0;
const SET_STRING = 1;
const SET_BINARY = 2;
const SET_PATH = 3;
const SET_PATH_EMPTY = 4;
const SET_FD = 5;

/** Bytes of a binary value that the kernel takes at most. */
const BINARY_MAX = 1 << 20;

export const mount: Family = {
  mount: () =>
    call({
      source: path,
      target: path,
      filesystemtype: typeName,
      mountflags: format(mountFlags, 'long'),
      data,
    }),
  umount: () => call({ target: argument(path, { shownAs: 'path' }) }),
  umount2: () => call({ target: path, flags: flags(g.umount_flags) }),
  pivot_root: () => call({ oldpath: path, newpath: path }),
  fsopen: () => call({ fsname: text, flags: flags(g.fsopen_flags) }, returns.fd),
  fsconfig: () =>
    callBy(
      { fd, cmd: choice(g.fsconfig_commands) },
      arg('cmd'),
      [
        [SET_FLAG, { key: text, value: address, aux: i32 }],
        [SET_STRING, { key: text, value: text, aux: i32 }],
        [SET_BINARY, { key: text, value: input(hexBytes(arg('aux'), { most: BINARY_MAX })), aux: i32 }],
        [[SET_PATH, SET_PATH_EMPTY], { key: text, value: path, aux: dirfd }],
        [SET_FD, { key: text, value: address, aux: fd }],
      ],
      { key: address, value: address, aux: i32 },
    ),
  fsmount: () => call({ fd, flags: flags(g.fsmount_flags), attr_flags: flags(g.fsmount_attrs) }, returns.fd),
  fspick: () => call({ dirfd, pathname: path, flags: flags(g.fspick_flags) }, returns.fd),
  move_mount: () =>
    call({
      from_dfd: dirfd,
      from_pathname: path,
      to_dfd: dirfd,
      to_pathname: path,
      flags: flags(g.move_mount_flags),
    }),
  open_tree: () => call({ dirfd, pathname: path, flags: flags(g.open_tree_flags) }, returns.fd),
  open_tree_attr: () =>
    call({ dirfd, pathname: path, flags: flags(g.open_tree_flags), attr: input(mountAttr), size }, returns.fd),
  mount_setattr: () =>
    call({ dirfd, pathname: path, flags: flags(g.mount_setattr_flags), attr: input(mountAttr), size }),
};
