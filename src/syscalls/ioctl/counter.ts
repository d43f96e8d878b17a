// Commands of counters (linux/counter.h).
import * as g from '../../constants/generated/gpio.js';
import { choice, input, struct, u8 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => ({
    COUNTER_ADD_WATCH_IOCTL: input(
      struct({
        component: struct({
          type: choice(g.counter_components, 1),
          scope: choice(g.counter_scopes, 1),
          parent: u8,
          id: u8,
        }),
        event: choice(g.counter_events, 1),
        channel: u8,
      }),
    ),
    COUNTER_ENABLE_EVENTS_IOCTL: null,
    COUNTER_DISABLE_EVENTS_IOCTL: null,
  }),
};
