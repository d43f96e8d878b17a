// Descriptors that stand for processes (pidfd_open(2)).
import * as g from '../../constants/generated/process.js';
import { call, fd, flags, i32, pid, returns, x32 } from '../../describe/combinators.js';
import type { Family } from '../index.js';

export const pidfd: Family = {
  pidfd_open: () => call({ pid, flags: flags(g.pidfd_open_flags) }, returns.fd),
  pidfd_getfd: () => call({ pidfd: fd, targetfd: i32, flags: x32 }, returns.fd),
};
