// Commands of epoll descriptors (ioctl_eventpoll(2), linux/eventpoll.h).
import { inSeconds } from '../../decode/leaf/time.js';
import { format, input, output, reserved, struct, u16, x8 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const parameters = struct({
      busy_poll_usecs: format(inSeconds(6, false)),
      busy_poll_budget: u16,
      prefer_busy_poll: x8,
      __pad: reserved(x8),
    });
    return { EPIOCSPARAMS: input(parameters), EPIOCGPARAMS: output(parameters) };
  },
};
