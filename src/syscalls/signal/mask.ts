// Masks: which signals are blocked, pending, or waited for; and the mask that a return from a handler restores.
import * as g from '../../constants/generated/signal.js';
import {
  arg,
  argument,
  byAbi,
  call,
  choice,
  i32,
  inout,
  input,
  output,
  padding,
  returns,
  size,
  struct,
  x32,
} from '../../describe/combinators.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import { signalName } from '../../abi/signal.js';
import { siginfo } from '../../decode/leaf/siginfo.js';
import { cutSigset, kernelSigset, oldSigset, sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Renderer } from '../../decode/printer.js';
import type { Family } from '../index.js';

const set = sizedSigset(arg('sigsetsize'));
const how = choice(g.sigmask_how);
/** A set of the classic calls in memory. */
const oldInput = input(oldSigset, { bare: true });
const oldOutput = output(oldSigset, { bare: true });

/** `(mask [])` behind a result that is a set itself. */
const resultMask =
  (what: string): Renderer =>
  ({ style }) => {
    const print = oldSigset.format(style, 4);
    return (c, s) => {
      s.text(what);
      print(c, s, c.retLo, 0);
    };
  };

/** The signal that came, when it has a name. */
const signalThatCame: Renderer = () => (c, s) => {
  const name = signalName(c.retLo);
  if (name !== String(c.retLo)) s.text(name);
};
const waitFor = (timeout: MemoryNode) => () =>
  call(
    {
      set: input(set),
      info: output(siginfo, { changesIf: 'given' }),
      timeout: inout(timeout, { show: 'entry' }),
      sigsetsize: size,
    },
    returns.comment(signalThatCame),
  );

/**
 * The frame on the stack, to which the stack pointer leads (argument 0, by the tracer): only the mask in it is shown.
 * Before it stands what depends on the personality (asm/ucontext.h, asm/sigframe.h).
 */
const frame = (before: number): Node =>
  input(struct({ context: padding(before), mask: kernelSigset }, { packed: true }), {
    member: { name: 'mask', offset: before },
  });
/** In the frame of i386's sigreturn the halves of the mask stand apart: in the sigcontext, and behind the state of the FPU. */
const oldFrame = struct(
  { context: padding(80), oldmask: x32, cr2: padding(4), fpstate: padding(624), extramask: x32 },
  {
    render: ({ style, offset }) => {
      const print = kernelSigset.format(style, 8);
      const low = offset('oldmask');
      const high = offset('extramask');
      return (c, s, at) => {
        s.text('{mask=');
        print(c, s, c.u32(at + low), c.u32(at + high));
        s.byte(125);
      };
    },
  },
);

export const masks: Family = {
  rt_sigprocmask: () => call({ how, set: input(set), oldset: output(set), sigsetsize: size }),
  sigprocmask: () => call({ how, set: oldInput, oldset: oldOutput }),
  sgetmask: () => call({}, returns.comment(resultMask('mask '), {}, 'x')),
  ssetmask: () => call({ newmask: oldSigset }, returns.comment(resultMask('old mask '), {}, 'x')),
  rt_sigpending: () => call({ set: output(cutSigset(arg('sigsetsize'))), sigsetsize: size }),
  sigpending: () => call({ set: oldOutput }),
  rt_sigsuspend: () => call({ set: input(set), sigsetsize: size }),
  // The first two arguments are history.
  sigsuspend: () =>
    call({ history0: argument(i32, { hidden: true }), history1: argument(i32, { hidden: true }), mask: oldSigset }),
  rt_sigtimedwait: waitFor(timespec),
  rt_sigtimedwait_time64: waitFor(timespec64),
  sigreturn: () => call({ sigmask: input(oldFrame) }),
  rt_sigreturn: () => call({ sigmask: byAbi(frame(296), frame(248), frame(280)) }),
};
