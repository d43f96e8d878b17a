// What a signal does: rt_sigaction, and on i386 sigaction and signal of Linux before 2.2.
import * as g from '../../constants/generated/signal.js';
import {
  address,
  anyBit,
  byAbi,
  call,
  field,
  flags,
  format,
  input,
  output,
  returns,
  sibling,
  size,
  struct,
} from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { signalNumber } from '../../decode/leaf/flags.js';
import { kernelSigset, oldSigset } from '../../decode/leaf/sigset.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { hexText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

const signum = format(signalNumber);
const SA_RESTORER = 0x04000000;

/** SIG_DFL, SIG_IGN, SIG_ERR (in 64 bits) or an address. */
const handlerAddress: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const all = lo === 0xffffffff && hi === 0xffffffff;
    const name = (lo | hi) === 0 ? 'SIG_DFL' : lo === 1 && hi === 0 ? 'SIG_IGN' : all ? 'SIG_ERR' : undefined;
    const number = hexText(lo, hi);
    if (name === undefined || style.constants === 'raw') return number;
    return style.constants === 'verbose' ? `${number} /* ${name} */` : name;
  });
const handler = format(handlerAddress, 'ptr');
const restorer = field(address, { when: anyBit(sibling('sa_flags'), SA_RESTORER) });
const order = ['sa_handler', 'sa_mask', 'sa_flags', 'sa_restorer'];

/**
 * The kernel's struct sigaction. `bytes` is how much of it has to be readable: strace takes a mask of the C library's
 * size, of which the kernel reads the first 8 bytes.
 */
const action = (bytes: number): MemoryNode =>
  struct(
    { sa_handler: handler, sa_flags: flags(g.sigaction_flags, 'ptr'), sa_restorer: restorer, sa_mask: kernelSigset },
    { order, size: bytes, packed: true },
  );
const sigaction = byAbi(action(88), action(76), action(76)) as MemoryNode;

/** `struct old_sigaction` of i386 (asm/signal.h). */
const oldAction = struct(
  { sa_handler: handler, sa_mask: oldSigset, sa_flags: flags(g.sigaction_flags), sa_restorer: restorer },
  { order },
);

/** The former handler, where it is none of the program. */
const formerHandler: Renderer = () => (c, s) => {
  if (c.retLo <= 1) s.text(c.retLo === 0 ? 'SIG_DFL' : 'SIG_IGN');
};

export const actions: Family = {
  rt_sigaction: () => call({ signum, act: input(sigaction), oldact: output(sigaction), sigsetsize: size }),
  sigaction: () => call({ signum, act: input(oldAction), oldact: output(oldAction) }),
  signal: () => call({ signum, handler }, returns.comment(formerHandler, {}, 'x')),
};
