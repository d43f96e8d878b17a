// Reading directories.
import { printDirents } from '../../decode/leaf/dirent.js';
import type { ScalarFormat } from '../../decode/printer.js';
import { printAddress } from '../../decode/scalar.js';
import {
  address,
  arg,
  argument,
  behind,
  below,
  blob,
  call,
  differs,
  fd,
  format,
  output,
  pathname,
  ret,
  struct,
  u16,
  u32,
  verbose,
  when,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';

/** Most bytes of entries that are looked at. */
const ENTRIES_MAX = 1 << 20;
/** The end of a directory: no entries, whatever the pointer is. */
const noEntries: ScalarFormat =
  ({ abbrev, verbose }) =>
  (c, s, lo, hi) => {
    if (!c.failed && verbose && !abbrev) {
      s.text('[]');
      return;
    }
    printAddress(c, s, lo, hi);
    if (!c.failed && verbose) s.text(' /* 0 entries */');
  };
const entries = (is64: boolean) => {
  const list = blob(ret, ENTRIES_MAX, printDirents(is64), { partial: 'none' });
  const some = verbose(output(list), output(list, { nullNote: '0+ entries' }));
  // No kernel returns more than there was room for.
  return when(differs(ret, 0), when(below(arg('count'), ret), address, some), format(noEntries, 'ptr'));
};

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
  readdir: () =>
    call({
      fd,
      dirp: when(differs(ret, 0), output(oldEntry), address),
      count: argument(u32, { when: differs(arg('count'), 1) }),
    }),
};
