// Timers: of a process (setitimer, alarm), and by id (timer_create).
import * as g from '../../constants/generated/time.js';
import { call, choice, flags, i32, input, output, u32 } from '../../describe/combinators.js';
import type { MemoryNode } from '../../describe/node.js';
import { sigevent } from '../../decode/leaf/sigevent.js';
import { itimerspec, itimerspec64, itimerval } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';
import { clockid } from './clock.js';

const which = choice(g.itimer_which);
const settime = (time: MemoryNode) => () =>
  call({ timerid: i32, flags: flags(g.timer_flags), new_value: input(time), old_value: output(time) });
const gettime = (time: MemoryNode) => () => call({ timerid: i32, curr_value: output(time) });

export const timers: Family = {
  getitimer: () => call({ which, curr_value: output(itimerval) }),
  setitimer: () => call({ which, new_value: input(itimerval), old_value: output(itimerval) }),
  alarm: () => call({ seconds: u32 }),
  timer_create: () => call({ clockid, sevp: input(sigevent), timerid: output(i32) }),
  timer_settime: settime(itimerspec),
  timer_settime64: settime(itimerspec64),
  timer_gettime: gettime(itimerspec),
  timer_gettime64: gettime(itimerspec64),
  timer_getoverrun: () => call({ timerid: i32 }),
  timer_delete: () => call({ timerid: i32 }),
};
