// Waiting for children (wait4(2), waitid(2)) and what they used.
import * as g from '../../constants/generated/process.js';
import {
  arg,
  call,
  choice,
  differs,
  fd,
  flags,
  format,
  i32,
  match,
  output,
  pgid,
  pid,
  pidOrGroup,
  ret,
  returns,
} from '../../describe/combinators.js';
import { siginfo } from '../../decode/leaf/siginfo.js';
import { waitStatus } from '../../decode/leaf/wait-status.js';
import type { Family } from '../index.js';
import { rusage } from './usage.js';

const P_PID = 1;
const P_PGID = 2;
const P_PIDFD = 3;

/** Nothing is told when no child had changed. */
const found = { followed: differs(ret, 0) };
const status = output(format(waitStatus), found);
const options = flags(g.wait_options);

export const wait: Family = {
  wait4: () => call({ pid: pidOrGroup, status, options, usage: output(rusage, found) }, returns.pid),
  waitpid: () => call({ pid: pidOrGroup, status, options }, returns.pid),
  waitid: () =>
    call({
      idtype: choice(g.waitid_types),
      id: match(arg('idtype'), { [P_PID]: pid, [P_PGID]: pgid, [P_PIDFD]: fd }, i32),
      siginfo: output(siginfo),
      options,
      usage: output(rusage),
    }),
};
