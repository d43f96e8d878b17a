// Descriptors that tell of something: eventfd, signalfd, timerfd, userfaultfd.
import * as g from '../../constants/generated/io.js';
import { clock_ids, timerfd_create_flags, timerfd_settime_flags } from '../../constants/generated/time.js';
import {
  arg,
  call,
  choice,
  fd,
  flags,
  incidental,
  input,
  output,
  returns,
  size,
  u32,
} from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { itimerspec, itimerspec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';

/** strace does not select these calls by their descriptor. */
const own = incidental(fd);
const signals = { fd: own, mask: input(sizedSigset(arg('sizemask'))), sizemask: size };
const settime = (time: MemoryNode) => () =>
  call({ fd: own, flags: flags(timerfd_settime_flags), new_value: input(time), old_value: output(time) });
const gettime = (time: MemoryNode) => () => call({ fd: own, curr_value: output(time) });

export const notification: Family = {
  eventfd: () => call({ initval: u32 }, returns.fd),
  eventfd2: () => call({ initval: u32, flags: flags(g.eventfd_flags) }, returns.fd),
  signalfd: () => call(signals, returns.fd),
  signalfd4: () => call({ ...signals, flags: flags(g.signalfd_flags) }, returns.fd),
  // Clocks by encoded process or descriptor cannot drive a timerfd, and are not looked for.
  timerfd_create: () => call({ clockid: choice(clock_ids), flags: flags(timerfd_create_flags) }, returns.fd),
  timerfd_settime: settime(itimerspec),
  timerfd_settime64: settime(itimerspec64),
  timerfd_gettime: gettime(itimerspec),
  timerfd_gettime64: gettime(itimerspec64),
  userfaultfd: () => call({ flags: flags(g.userfaultfd_flags) }, returns.fd),
};
