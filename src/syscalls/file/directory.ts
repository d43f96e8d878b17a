// Reading directories.
import { printDirents } from '../../decode/leaf/dirent.js';
import {
  arg,
  argument,
  behind,
  blob,
  call,
  differs,
  fd,
  output,
  pathname,
  ret,
  struct,
  u16,
  u32,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';

/** Most bytes of entries that are looked at. */
const ENTRIES_MAX = 1 << 20;
const entries = (is64: boolean) => output(blob(ret, ENTRIES_MAX, printDirents(is64)));

const NAME_MAX = 255;
/** struct old_linux_dirent: one entry. */
const oldEntry = struct(
  { d_ino: u32, d_off: u32, d_reclen: u16, d_name: behind({ ...pathname, max: NAME_MAX + 1 }) },
  { size: 10 },
);

export const directory: Family = {
  getdents: () => call({ fd, dirp: entries(false), count: u32 }),
  getdents64: () => call({ fd, dirp: entries(true), count: u32 }),
  // The count has been ignored for ever; it is shown when it is not what everyone passes.
  readdir: () => call({ fd, dirp: output(oldEntry), count: argument(u32, { when: differs(arg('count'), 1) }) }),
};
