// Waiting for children (wait4(2), waitid(2)) and what they used.
import * as g from '../../constants/generated/process.js';
import {
  arg,
  blob,
  call,
  choice,
  constant,
  fd,
  flags,
  format,
  match,
  output,
  pid,
  returns,
} from '../../describe/combinators.js';
import { printSiginfo } from '../../decode/leaf/siginfo.js';
import { waitStatus } from '../../decode/leaf/wait-status.js';
import type { Renderer } from '../../decode/printer.js';
import type { Family } from '../index.js';
import { rusage } from './usage.js';

const SIGINFO_BYTES = 128;
const P_PIDFD = 3;

/** A siginfo; nothing in it when no child changed its state (WNOHANG). */
const childInfo: Renderer =
  ({ style }) =>
  (c, s, at) => {
    if (c.u32(at) === 0 && c.u32(at + 8) === 0) s.text('{}');
    else printSiginfo(c, s, at, style, style.abi.word === 4);
  };

const status = output(format(waitStatus));
const options = flags(g.wait_options);

export const wait: Family = {
  wait4: () => call({ pid, status, options, usage: output(rusage) }, returns.pid),
  waitpid: () => call({ pid, status, options }, returns.pid),
  waitid: () =>
    call({
      idtype: choice(g.waitid_types),
      id: match(arg('idtype'), { [P_PIDFD]: fd }, pid),
      siginfo: output(blob(constant(SIGINFO_BYTES), SIGINFO_BYTES, childInfo)),
      options,
      usage: output(rusage),
    }),
};
