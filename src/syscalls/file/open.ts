// Opening and closing: open and its relatives, handles, descriptors without a path.
import * as g from '../../constants/generated/file.js';
import { choiceAndFlags, flagsAndShifted } from '../../decode/leaf/flags.js';
import {
  anyBit,
  arg,
  behind,
  call,
  cstring,
  derefAt,
  differs,
  dirfd,
  either,
  fd,
  field,
  flags,
  format,
  hexBytes,
  i32,
  inout,
  input,
  less,
  output,
  permissions64,
  returns,
  sibling,
  size,
  struct,
  succeeded,
  u32,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { CREATING, mode, openFlags, optionalMode, path } from './arguments.js';

/** struct open_how (openat2(2)); the mode is shown when it counts, or is not zero. */
const openHow = struct(
  {
    flags: format(choiceAndFlags(g.open_modes, 3, g.openat2_flags), 8),
    mode: field(permissions64, { when: either(anyBit(sibling('flags'), CREATING), differs(sibling('mode'), 0)) }),
    resolve: flags(g.resolve_flags, 8),
  },
  { length: arg('size'), minimum: 24, excess: true },
);

/** MAX_HANDLE_SZ (linux/exportfs.h): bytes of a handle that are shown, whatever the string limit. */
const MAX_HANDLE_SIZE = 128;
const handleBytes = hexBytes(sibling('handle_bytes'), { limit: MAX_HANDLE_SIZE });
/** struct file_handle as it is handed in. */
const handle = struct({ handle_bytes: u32, handle_type: i32, f_handle: behind(handleBytes, { lost: '???' }) });
/** The same as name_to_handle_at fills it; too small a size is corrected although the call fails. */
const madeHandle = struct({
  handle_bytes: field(u32, { changed: true }),
  handle_type: field(i32, { when: succeeded }),
  f_handle: behind(handleBytes, { lost: '???', when: succeeded }),
});

export const open: Family = {
  open: () => call({ pathname: path, flags: format(openFlags), mode: optionalMode }, returns.fd),
  openat: () => call({ dirfd, pathname: path, flags: format(openFlags), mode: optionalMode }, returns.fd),
  openat2: () => call({ dirfd, pathname: path, how: input(openHow), size }, returns.fd),
  creat: () => call({ pathname: path, mode }, returns.fd),
  close: () => call({ fd }),
  close_range: () => call({ first: u32, last: u32, flags: flags(g.close_range_flags) }),
  dup: () => call({ oldfd: fd }, returns.fd),
  dup2: () => call({ oldfd: fd, newfd: fd }, returns.fd),
  dup3: () => call({ oldfd: fd, newfd: fd, flags: flags(g.dup3_flags) }, returns.fd),
  name_to_handle_at: () =>
    call({
      dirfd,
      pathname: path,
      handle: inout(madeHandle, { evenOnError: true, show: 'split' }),
      // Where the handle cannot be read, strace does not look further.
      mount_id: output(i32, { followed: less(derefAt('handle', 4, 2 ** 32), 2 ** 32) }),
      flags: flags(g.name_to_handle_flags),
    }),
  open_by_handle_at: () => call({ mount_fd: fd, handle: input(handle), flags: format(openFlags) }, returns.fd),
  memfd_create: () =>
    call({ name: input(cstring), flags: format(flagsAndShifted(g.memfd_flags, 26, 'MFD_HUGE_SHIFT')) }, returns.fd),
  memfd_secret: () => call({ flags: flags(g.memfd_secret_flags) }, returns.fd),
};
