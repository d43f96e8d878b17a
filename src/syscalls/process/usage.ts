// What processes and the machine use: getrusage(2), times(2), sysinfo(2).
import * as g from '../../constants/generated/process.js';
import {
  byAbi,
  argument,
  call,
  choice,
  detail,
  field,
  fixedArray,
  format,
  output,
  struct,
  u16,
  u32,
  ulong,
} from '../../describe/combinators.js';
import { clockTicks, timeval } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';

/** `struct rusage`; the counts are left out in the short form. */
export const rusage = struct({
  ru_utime: timeval,
  ru_stime: timeval,
  ru_maxrss: detail(ulong),
  ru_ixrss: detail(ulong),
  ru_idrss: detail(ulong),
  ru_isrss: detail(ulong),
  ru_minflt: detail(ulong),
  ru_majflt: detail(ulong),
  ru_nswap: detail(ulong),
  ru_inblock: detail(ulong),
  ru_oublock: detail(ulong),
  ru_msgsnd: detail(ulong),
  ru_msgrcv: detail(ulong),
  ru_nsignals: detail(ulong),
  ru_nvcsw: detail(ulong),
  ru_nivcsw: detail(ulong),
});

const ticks = format(clockTicks, 'long');

const sysinfoBuffer = struct({
  uptime: ulong,
  loads: fixedArray(ulong, 3),
  totalram: ulong,
  freeram: ulong,
  sharedram: ulong,
  bufferram: ulong,
  totalswap: ulong,
  freeswap: ulong,
  procs: u16,
  pad: field(u16, { hidden: true }),
  totalhigh: ulong,
  freehigh: ulong,
  mem_unit: u32,
  rest: field(byAbi({ kind: 'string', limit: 'string', size: 0 }, { kind: 'string', limit: 'string', size: 8 }), {
    hidden: true,
  }),
});

export const usage: Family = {
  getrusage: () => call({ who: choice(g.rusage_who), usage: output(rusage) }),
  times: () =>
    call({
      buf: argument(
        output(struct({ tms_utime: ticks, tms_stime: ticks, tms_cutime: ticks, tms_cstime: ticks })),
        // strace prints the name at both stops.
        { shownAs: 'buf=buf' },
      ),
    }),
  sysinfo: () => call({ info: output(sysinfoBuffer) }),
};
