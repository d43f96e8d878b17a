// Signals sent to processes and threads.
import * as g from '../../constants/generated/signal.js';
import { call, fd, flags, format, input, pid, pidOrGroup } from '../../describe/combinators.js';
import { signalNumber } from '../../decode/leaf/flags.js';
import { siginfo } from '../../decode/leaf/siginfo.js';
import type { Family } from '../index.js';

const signum = format(signalNumber);

export const sending: Family = {
  kill: () => call({ pid: pidOrGroup, signum }),
  tkill: () => call({ tid: pid, signum }),
  tgkill: () => call({ tgid: pid, tid: pid, signum }),
  rt_sigqueueinfo: () => call({ tgid: pid, signum, info: input(siginfo) }),
  rt_tgsigqueueinfo: () => call({ tgid: pid, tid: pid, signum, info: input(siginfo) }),
  pidfd_send_signal: () => call({ pidfd: fd, signum, info: input(siginfo), flags: flags(g.pidfd_signal_flags) }),
};
