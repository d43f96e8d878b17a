// Commands of the descriptor of a seccomp filter's notifications (seccomp_unotify(2), linux/seccomp.h).
import * as g from '../../constants/generated/descriptors.js';
import { open_flags } from '../../constants/generated/file.js';
import { audit_archs } from '../../constants/generated/signal.js';
import { callNumber } from '../../decode/leaf/call-number.js';
import { negativeError } from '../../decode/leaf/error-number.js';
import {
  address64,
  byAbi,
  choice,
  fd,
  fixedArray,
  flags,
  format,
  i32,
  i64,
  inout,
  input,
  pid,
  sibling,
  struct,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

/** struct seccomp_data. */
const data = () => {
  const of = (own: Parameters<typeof callNumber>[0]) =>
    struct({
      nr: callNumber(own, sibling('arch'), sibling('nr')),
      arch: choice(audit_archs),
      instruction_pointer: address64,
      args: fixedArray(x64, 6),
    });
  return byAbi(of('x86_64'), of('i386'), of('x32'));
};

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const id = input(x64);
    return {
      SECCOMP_IOCTL_NOTIF_RECV: inout(struct({ id: x64, pid, flags: x32, data: data() }), {
        show: 'pair',
        unlessZero: true,
        arrowOnError: true,
      }),
      SECCOMP_IOCTL_NOTIF_SEND: input(
        struct({ id: x64, val: i64, error: format(negativeError), flags: flags(g.notification_answers) }),
      ),
      SECCOMP_IOCTL_NOTIF_ID_VALID: id,
      SECCOMP_IOCTL_NOTIF_ID_VALID_WRONG_DIR: id,
      SECCOMP_IOCTL_NOTIF_ADDFD: input(
        struct({
          id: x64,
          flags: flags(g.notification_fd_flags),
          srcfd: fd,
          newfd: i32,
          newfd_flags: flags(open_flags),
        }),
      ),
      SECCOMP_IOCTL_NOTIF_SET_FLAGS: flags(g.notification_modes, 8),
    };
  },
};
