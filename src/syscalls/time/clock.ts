// Clocks by id, and sleeping on them. Calls whose names end in 64 have 64-bit seconds on i386, too.
import * as g from '../../constants/generated/time.js';
import { address, arg, call, choice, flags, input, match, output } from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';

/** Ids that encode a process, a thread or a descriptor have no name. */
export const clockid = choice(g.clock_ids);
const TIMER_ABSTIME = 1;

const setting = (time: MemoryNode) => () => call({ clockid, tp: input(time) });
const getting = (time: MemoryNode) => () => call({ clockid, tp: output(time) });
/** What was left of the sleep when a signal ended it. */
const remaining = (time: MemoryNode) => output(time, { onRestart: true });
const sleeping = (time: MemoryNode) => () =>
  call({
    clockid,
    flags: flags(g.timer_flags),
    request: input(time),
    // Nothing is left of a sleep until a point in time.
    remain: match(arg('flags'), { [TIMER_ABSTIME]: address }, remaining(time), TIMER_ABSTIME),
  });

export const clocks: Family = {
  clock_gettime: getting(timespec),
  clock_gettime64: getting(timespec64),
  clock_settime: setting(timespec),
  clock_settime64: setting(timespec64),
  clock_getres: getting(timespec),
  clock_getres_time64: getting(timespec64),
  clock_nanosleep: sleeping(timespec),
  clock_nanosleep_time64: sleeping(timespec64),
  nanosleep: () => call({ req: input(timespec), rem: remaining(timespec) }),
};
