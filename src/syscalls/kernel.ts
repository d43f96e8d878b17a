// What concerns the kernel itself: seccomp, random bytes, restarts.
import { getrandom_flags } from '../constants/generated/file.js';
import * as g from '../constants/generated/process.js';
import {
  address,
  arg,
  call,
  callBy,
  choice,
  flags,
  format,
  hexBytes,
  input,
  output,
  ret,
  size,
  struct,
  u16,
  x32,
} from '../describe/combinators.js';
import { seccompProgram } from '../decode/leaf/seccomp-filter.js';
import { resumed } from '../decode/leaf/call-number.js';
import type { Family } from './index.js';

/** struct seccomp_notif_sizes: bytes of the structures that a supervisor exchanges. */
const notificationSizes = struct({ seccomp_notif: u16, seccomp_notif_resp: u16, seccomp_data: u16 });

export const kernel: Family = {
  seccomp: () =>
    callBy(
      { operation: choice(g.seccomp_ops) },
      arg('operation'),
      [
        [0, { flags: x32, args: address }],
        [1, { flags: flags(g.seccomp_filter_flags), args: input(seccompProgram) }],
        [2, { flags: x32, args: input(choice(g.seccomp_actions)) }],
        [3, { flags: x32, args: output(notificationSizes) }],
      ],
      { flags: x32, args: address },
    ),
  getrandom: () => call({ buf: output(hexBytes(ret)), buflen: size, flags: flags(getrandom_flags) }),
  // The tracer puts what was interrupted into the first register: 1 + the call's number, or 0.
  restart_syscall: () => call({ resumed: { node: format(resumed), named: false } }),
};
