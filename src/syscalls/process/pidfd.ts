// Descriptors that stand for processes (pidfd_open(2)).
import * as g from '../../constants/generated/process.js';
import { arg, call, fd, flags, foreignFd, pid, returns, x32 } from '../../describe/combinators.js';
import type { Family } from '../index.js';

export const pidfd: Family = {
  pidfd_open: () => call({ pid, flags: flags(g.pidfd_open_flags) }, returns.fd),
  pidfd_getfd: () => call({ pidfd: fd, targetfd: foreignFd('pidfd', arg('pidfd')), flags: x32 }, returns.fd),
};
