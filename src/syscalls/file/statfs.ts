// What is known about a filesystem.
import * as g from '../../constants/generated/file.js';
import { device } from '../../decode/leaf/mode.js';
import {
  address,
  anyBit,
  arg,
  argument,
  byAbi,
  call,
  choice,
  equals,
  fd,
  field,
  fixedArray,
  flags,
  format,
  output,
  padding,
  sibling,
  size,
  struct,
  u32,
  u64,
  ulong,
  when,
  x32,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { path } from './arguments.js';

/** The kernel fills in f_flags (since 2.6.36). */
const ST_VALID = 0x20;
const fsid = struct({ val: fixedArray(x32, 2) });
/** struct statfs and its relatives (asm/statfs.h): they differ in the size of words and counts. */
const statfs = (word: Node, count: Node, wordSize: 4 | 'long') =>
  struct({
    f_type: choice(g.filesystem_magic, wordSize),
    f_bsize: word,
    f_blocks: count,
    f_bfree: count,
    f_bavail: count,
    f_files: count,
    f_ffree: count,
    f_fsid: fsid,
    f_namelen: word,
    f_frsize: word,
    f_flags: field(flags(g.statfs_flags, wordSize), { when: anyBit(sibling('f_flags'), ST_VALID) }),
    f_spare: field(byAbi(padding(32).node, padding(16).node), { hidden: true }),
  });
// The kernel fills in words of x32 as those of x86_64; strace reads them as asm/statfs.h has them for 32-bit programs.
const statfsBuffer = output(byAbi(statfs(ulong, u64, 'long'), statfs(u32, u32, 4), statfs(u32, u32, 4)));
/** Bytes of struct compat_statfs64: the kernel takes no other size. */
const STATFS64_SIZE = 84;
const statfs64Buffer = when(equals(arg('size'), STATFS64_SIZE), output(statfs(u32, u64, 4)), address);

export const statfsCalls: Family = {
  statfs: () => call({ pathname: path, buf: statfsBuffer }),
  fstatfs: () => call({ fd, buf: statfsBuffer }),
  statfs64: () => call({ pathname: path, size, buf: statfs64Buffer }),
  fstatfs64: () => call({ fd, size, buf: statfs64Buffer }),
  ustat: () => call({ dev: format(device), ubuf: argument(address, { atExit: true }) }),
};
