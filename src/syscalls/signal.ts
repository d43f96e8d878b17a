// Signals: handlers, masks, sending, alternate stacks.
import * as g from '../constants/generated/signal.js';
import {
  padding,
  byAbi,
  address,
  anyBit,
  arg,
  blob,
  call,
  choice,
  constant,
  field,
  fd,
  flags,
  format,
  i32,
  input,
  output,
  returns,
  size,
  struct,
  sibling,
} from '../describe/combinators.js';
import type { MemoryNode, Node } from '../describe/node.js';
import { signalNumber } from '../decode/leaf/flags.js';
import { printSiginfo } from '../decode/leaf/siginfo.js';
import { sigset } from '../decode/leaf/sigset.js';
import { timespec, timespec64 } from '../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../decode/printer.js';
import { hexText } from '../decode/xlat.js';
import type { Family } from './index.js';

const signum = format(signalNumber);
/** The kernel takes sets of exactly its own size. */
const KERNEL_SET = 8;
const set: MemoryNode = blob(constant(KERNEL_SET), KERNEL_SET, sigset);
const inputSet = input(set, { size: arg('sigsetsize') });
const outputSet = output(set, { size: arg('sigsetsize') });
const storedSet: MemoryNode = blob(constant(KERNEL_SET), KERNEL_SET, sigset, { size: KERNEL_SET });

/** A handler: SIG_DFL, SIG_IGN, SIG_ERR or an address. */
const handler: ScalarFormat = (style, bytes) => (_c, s, lo, hi) => {
  const all = bytes === 4 ? lo === 0xffffffff : lo === 0xffffffff && hi === 0xffffffff;
  const name = (lo | hi) === 0 ? 'SIG_DFL' : hi === 0 && lo === 1 ? 'SIG_IGN' : all ? 'SIG_ERR' : undefined;
  if (name === undefined || style.constants === 'raw') s.text(hexText(lo, hi));
  else s.text(style.constants === 'verbose' ? `${hexText(lo, hi)} /* ${name} */` : name);
};

const SA_RESTORER = 0x04000000;
/** The kernel's struct sigaction: the mask comes last in memory, second in print. */
const sigaction = struct(
  {
    sa_handler: format(handler, 'ptr'),
    sa_flags: flags(g.sigaction_flags, 'long'),
    sa_restorer: field(address, { when: anyBit(sibling('sa_flags'), SA_RESTORER) }),
    sa_mask: storedSet,
  },
  {
    render: ({ named, offset }) => {
      const flagsAt = offset('sa_flags');
      return (c, s, at) => {
        s.byte(123);
        named('sa_handler')(c, s, at, 0);
        s.text(', ');
        named('sa_mask')(c, s, at, 0);
        s.text(', ');
        named('sa_flags')(c, s, at, 0);
        if (c.u32(at + flagsAt) & SA_RESTORER) {
          s.text(', ');
          named('sa_restorer')(c, s, at, 0);
        }
        s.byte(125);
      };
    },
  },
);

/** The user context on the stack (asm/ucontext.h): only its mask is shown; what is before it depends on the personality. */
const frame = (before: number): MemoryNode => struct({ context: padding(before), mask: storedSet });
const sigframe = byAbi(input(frame(296)), input(frame(248)), input(frame(280)));

const stack = struct({ ss_sp: address, ss_flags: flags(g.sigaltstack_flags), ss_size: size });
const info: Renderer =
  ({ style }) =>
  (c, s, at) =>
    printSiginfo(c, s, at, style, style.abi.word === 4);
const siginfo: MemoryNode = blob(constant(128), 128, info);
/** What rt_sigreturn restores: the mask in the frame on the stack; read by the tracer from the user context. */
const waitFor = (timeout: Node) => () =>
  call(
    { set: input(set, { size: arg('sigsetsize') }), info: output(siginfo), timeout, sigsetsize: size },
    returns.format(signalResult),
  );
const signalResult: ScalarFormat = () => (_c, s, lo) => {
  s.decimal(lo);
};

export const signal: Family = {
  rt_sigaction: () => call({ signum, act: input(sigaction), oldact: output(sigaction), sigsetsize: size }),
  rt_sigprocmask: () => call({ how: choice(g.sigmask_how), set: inputSet, oldset: outputSet, sigsetsize: size }),
  rt_sigreturn: () => call({ sigmask: sigframe }),
  rt_sigpending: () => call({ set: output(set), sigsetsize: size }),
  rt_sigsuspend: () => call({ set: inputSet, sigsetsize: size }),
  rt_sigtimedwait: waitFor(input(timespec)),
  rt_sigtimedwait_time64: waitFor(input(timespec64)),
  rt_sigqueueinfo: () => call({ tgid: i32, signum, info: input(siginfo) }),
  rt_tgsigqueueinfo: () => call({ tgid: i32, tid: i32, signum, info: input(siginfo) }),
  kill: () => call({ pid: i32, signum }),
  tkill: () => call({ tid: i32, signum }),
  tgkill: () => call({ tgid: i32, tid: i32, signum }),
  sigaltstack: () => call({ ss: input(stack), old_ss: output(stack) }),
  pause: () => call(),
  pidfd_send_signal: () => call({ pidfd: fd, signum, info: input(siginfo), flags: flags(g.pidfd_signal_flags) }),
};
