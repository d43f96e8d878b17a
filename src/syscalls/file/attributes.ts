// Attributes of files: mode, owner, times, extended flags.
import * as g from '../../constants/generated/file.js';
import { dated, printDateAt, readTime } from '../../decode/leaf/time.js';
import type { Renderer } from '../../decode/printer.js';
import {
  arg,
  array,
  byAbi,
  call,
  constant,
  dirfd,
  fd,
  field,
  flags,
  i64,
  input,
  long,
  output,
  returns,
  size,
  struct,
  u32,
  u64,
  ulong,
  versioned,
  x32,
} from '../../describe/combinators.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { mode, path, uid, uid16 } from './arguments.js';

const UTIME_NOW = 0x3fffffff;
const UTIME_OMIT = 0x3ffffffe;
const NAMES: ReadonlyMap<number, string> = new Map([
  [UTIME_NOW, 'UTIME_NOW'],
  [UTIME_OMIT, 'UTIME_OMIT'],
]);

/** A time with its date. */
const microseconds = dated('tv_usec', 6);
/** The same with nanoseconds; UTIME_NOW and UTIME_OMIT stand for themselves. */
const nanoseconds: Renderer = (context) => {
  const { style, plain, size: bytes } = context;
  const withDate = dated('tv_nsec', 9)(context);
  const half = bytes / 2;
  return (c, s, at, length) => {
    const name = style.constants === 'raw' ? undefined : NAMES.get(readTime(c, at + half, half));
    if (name === undefined) withDate(c, s, at, length);
    else if (style.constants === 'abbrev') s.text(name);
    else {
      plain(c, s, at, length);
      s.text(` /* ${name} */`);
    }
  };
};
/** Access and modification time: both, or an address. */
const pair = (time: MemoryNode): Node => input(array(time, constant(2), { whole: true, limit: 2 }));
const timevals = pair(struct({ tv_sec: long, tv_usec: ulong }, { render: microseconds }));
const timespecs = pair(struct({ tv_sec: long, tv_nsec: ulong }, { render: nanoseconds }));
const timespecs64 = pair(struct({ tv_sec: i64, tv_nsec: u64 }, { render: nanoseconds }));

/** struct utimbuf: seconds, each with its date. */
const utimbuf = struct(
  { actime: long, modtime: long },
  {
    render: ({ named, offset, size: bytes }) => {
      const [first, second] = [named('actime'), named('modtime')];
      const half = bytes / 2;
      const at2 = offset('modtime');
      return (c, s, at, length) => {
        s.byte(123);
        first(c, s, at, length);
        printDateAt(c, s, at, half, 0);
        s.text(', ');
        second(c, s, at, length);
        printDateAt(c, s, at + at2, half, 0);
        s.byte(125);
      };
    },
  },
);

/** struct file_attr (linux/fs.h); the number of extents is the kernel's to tell. */
const fileAttr = (told: boolean) =>
  versioned(
    {
      fa_xflags: flags(g.fs_xflags, 8),
      fa_extsize: u32,
      fa_nextents: field(u32, { hidden: !told }),
      fa_projid: x32,
      fa_cowextsize: u32,
    },
    { size: arg('size'), minimum: 24, maximum: 4096, excess: 'hex' },
  );
const fileAttrFlags = flags(g.file_attr_flags);

export const attributes: Family = {
  chmod: () => call({ pathname: path, mode }),
  fchmod: () => call({ fd, mode }),
  fchmodat: () => call({ dirfd, pathname: path, mode }),
  fchmodat2: () => call({ dirfd, pathname: path, mode, flags: flags(g.fchmodat_flags) }),
  umask: () =>
    call(
      { mask: mode },
      returns.format(() => (_c, s, lo, hi) => s.mode64(lo, hi)),
    ),
  chown: () => call({ pathname: path, owner: byAbi(uid, uid16), group: byAbi(uid, uid16) }),
  lchown: () => call({ pathname: path, owner: byAbi(uid, uid16), group: byAbi(uid, uid16) }),
  fchown: () => call({ fd, owner: byAbi(uid, uid16), group: byAbi(uid, uid16) }),
  chown32: () => call({ pathname: path, owner: uid, group: uid }),
  lchown32: () => call({ pathname: path, owner: uid, group: uid }),
  fchown32: () => call({ fd, owner: uid, group: uid }),
  fchownat: () => call({ dirfd, pathname: path, owner: uid, group: uid, flags: flags(g.fchownat_flags) }),
  utime: () => call({ filename: path, times: input(utimbuf) }),
  utimes: () => call({ pathname: path, times: timevals }),
  futimesat: () => call({ dirfd, pathname: path, times: timevals }),
  utimensat: () => call({ dirfd, pathname: path, times: timespecs, flags: flags(g.utimensat_flags) }),
  utimensat_time64: () => call({ dirfd, pathname: path, times: timespecs64, flags: flags(g.utimensat_flags) }),
  file_getattr: () => call({ dirfd, pathname: path, attr: output(fileAttr(true)), size, flags: fileAttrFlags }),
  file_setattr: () => call({ dirfd, pathname: path, attr: input(fileAttr(false)), size, flags: fileAttrFlags }),
};
