// Names: links, directories, device nodes, the working and the root directory, tests of access.
import * as g from '../../constants/generated/file.js';
import { device, fileMode } from '../../decode/leaf/mode.js';
import {
  arg,
  argument,
  bitsOf,
  bytes,
  call,
  dirfd,
  either,
  equals,
  fd,
  flags,
  format,
  incidental,
  input,
  output,
  pathname,
  ret,
  size,
  u64,
  wide,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { mode, path } from './arguments.js';

const accessMode = flags(g.access_modes);
const fileType = bitsOf(arg('mode'), 0xf000);
const S_IFCHR = 0x2000;
const S_IFBLK = 0x6000;
/** mknod's device number: there for device files only. */
const deviceNumber = argument(format(device), {
  when: either(equals(fileType, S_IFCHR), equals(fileType, S_IFBLK)),
});
const nodeMode = format(fileMode, 2);
/** The text of a link is not looked up. */
const linkTarget = input(incidental(pathname));
const linkText = output(bytes(ret));

export const paths: Family = {
  access: () => call({ pathname: path, mode: accessMode }),
  faccessat: () => call({ dirfd, pathname: path, mode: accessMode }),
  faccessat2: () => call({ dirfd, pathname: path, mode: accessMode, flags: flags(g.faccessat_flags) }),
  link: () => call({ oldpath: path, newpath: path }),
  linkat: () => call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path, flags: flags(g.linkat_flags) }),
  symlink: () => call({ oldpath: linkTarget, newpath: path }),
  symlinkat: () => call({ target: linkTarget, newdirfd: dirfd, linkpath: path }),
  readlink: () => call({ pathname: path, buf: linkText, bufsiz: size }),
  readlinkat: () => call({ dirfd, pathname: path, buf: linkText, bufsiz: size }),
  // -P looks at the old name only, as strace does.
  rename: () => call({ oldpath: path, newpath: input(incidental(pathname)) }),
  renameat: () => call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path }),
  renameat2: () =>
    call({ olddirfd: dirfd, oldpath: path, newdirfd: dirfd, newpath: path, flags: flags(g.rename_flags) }),
  unlink: () => call({ path }),
  unlinkat: () => call({ dirfd, pathname: path, flags: flags(g.unlinkat_flags) }),
  mkdir: () => call({ pathname: path, mode }),
  mkdirat: () => call({ dirfd, pathname: path, mode }),
  rmdir: () => call({ path }),
  mknod: () => call({ pathname: path, mode: nodeMode, dev: deviceNumber }),
  mknodat: () => call({ dirfd, pathname: path, mode: nodeMode, dev: deviceNumber }),
  chdir: () => call({ path }),
  fchdir: () => call({ fd }),
  chroot: () => call({ path }),
  getcwd: () => call({ buf: output(pathname), size }),
  uselib: () => call({ path }),
  lookup_dcookie: () => call({ cookie: { ...wide(u64), atExit: true }, buffer: output(bytes(ret)), len: size }),
  acct: () => call({ path }),
};
