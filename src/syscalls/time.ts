// Clocks, sleeping, timers.
import * as g from '../constants/generated/time.js';
import {
  call,
  choice,
  flags,
  format,
  i32,
  input,
  long,
  output,
  returns,
  struct,
  u32,
  xlong,
} from '../describe/combinators.js';
import type { MemoryNode, Node } from '../describe/node.js';
import { signalNumber } from '../decode/leaf/flags.js';
import { dateText, itimerspec, itimerval, timespec, timespec64 } from '../decode/leaf/time.js';
import type { ScalarFormat } from '../decode/printer.js';
import { constantText, memoised } from '../decode/xlat.js';
import type { Family } from './index.js';

/** A clock: by name, or of a process or thread by its encoded id (clock_getcpuclockid(3)). */
const clockId: ScalarFormat = (style) =>
  memoised((lo) => {
    const id = lo | 0;
    if (id >= 0) return constantText(g.clock_ids, style.abi, style.constants, lo, 0, 4);
    const pid = ~(id >> 3);
    const type = id & 3;
    if (type === 3) return `FD_TO_CLOCKID(${pid})`;
    return `MAKE_${id & 4 ? 'THREAD' : 'PROCESS'}_CPUCLOCK(${pid}, ${['CPUCLOCK_PROF', 'CPUCLOCK_VIRT', 'CPUCLOCK_SCHED'][type]})`;
  });
const clockid = format(clockId);

const clockNanosleep = (time: MemoryNode) => () =>
  call({ clockid, flags: flags(g.timer_flags), request: input(time), remain: remaining(time) });
/** Filled in when a signal cut the sleep. */
const remaining = (time: MemoryNode): Node => output(time, { evenOnError: false });

/** Which clock a remaining time is of does not matter: printed when the call was interrupted. */
const sigevent = struct(
  { sigev_value: xlong, sigev_signo: format(signalNumber), sigev_notify: choice(g.sigev_values) },
  {
    render:
      ({ field }) =>
      (c, s, at) => {
        s.text(`{sigev_value={sival_int=${c.i32(at)}, sival_ptr=`);
        if ((c.u32(at) | c.u32(at + 4)) === 0) s.text('NULL');
        else field('sigev_value')(c, s, at, 0);
        s.text('}, sigev_signo=');
        field('sigev_signo')(c, s, at, 0);
        s.text(', sigev_notify=');
        field('sigev_notify')(c, s, at, 0);
        s.byte(125);
      },
  },
);
const timezone = struct({ tz_minuteswest: i32, tz_dsttime: i32 });

export const time: Family = {
  nanosleep: () => call({ req: input(timespec), rem: remaining(timespec) }),
  clock_nanosleep: clockNanosleep(timespec),
  clock_nanosleep_time64: clockNanosleep(timespec64),
  clock_gettime: () => call({ clockid, tp: output(absoluteTimespecOr) }),
  clock_settime: () => call({ clockid, tp: input(timespec) }),
  clock_getres: () => call({ clockid, tp: output(timespec) }),
  clock_gettime64: () => call({ clockid, tp: output(timespec64) }),
  clock_getres_time64: () => call({ clockid, tp: output(timespec64) }),
  gettimeofday: () => call({ tv: output(absoluteTimevalPlain), tz: output(timezone) }),
  settimeofday: () => call({ tv: input(absoluteTimevalPlain), tz: input(timezone) }),
  time: () =>
    call(
      { tloc: output(long) },
      returns.format(() => (_c, s, lo, hi) => {
        s.decimal64(lo, hi);
        const text = dateText(hi * 4294967296 + lo, 0);
        if (text) s.text(` (${text})`);
      }),
    ),
  getitimer: () => call({ which: choice(g.itimer_which), curr_value: output(itimerval) }),
  setitimer: () => call({ which: choice(g.itimer_which), new_value: input(itimerval), old_value: output(itimerval) }),
  alarm: () => call({ seconds: u32 }),
  timer_create: () => call({ clockid, sevp: input(sigevent), timerid: output(i32) }),
  timer_settime: () =>
    call({ timerid: i32, flags: flags(g.timer_flags), new_value: input(itimerspec), old_value: output(itimerspec) }),
  timer_gettime: () => call({ timerid: i32, curr_value: output(itimerspec) }),
  timer_getoverrun: () => call({ timerid: i32 }),
  timer_delete: () => call({ timerid: i32 }),
};
const absoluteTimespecOr = timespec;
const absoluteTimevalPlain = struct({ tv_sec: long, tv_usec: long });
