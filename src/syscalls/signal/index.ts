// Signals: handlers, masks, sending, waiting, alternate stacks.
import * as g from '../../constants/generated/signal.js';
import { address, call, flags, input, output, size, struct } from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { actions } from './action.js';
import { masks } from './mask.js';
import { sending } from './send.js';

const stack = struct({ ss_sp: address, ss_flags: flags(g.sigaltstack_flags), ss_size: size });

export const signal: Family = {
  ...actions,
  ...masks,
  ...sending,
  sigaltstack: () => call({ ss: input(stack), old_ss: output(stack) }),
  pause: () => call(),
};
