// The discipline of the clock (adjtimex(2)).
import * as g from '../../constants/generated/time.js';
import {
  byAbi,
  call,
  flags,
  i32,
  i64,
  long,
  output,
  padding,
  returns,
  struct,
  u64,
  ulong,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { IntNode, StructNode } from '../../describe/node.js';
import type { Renderer } from '../../decode/printer.js';
import { resultName } from '../../decode/leaf/compound.js';
import type { Family } from '../index.js';
import { clockid } from './clock.js';

/** `struct timex` with its longs; `gap`: ints are followed by as many bytes of padding. */
function timex(signed: IntNode, unsigned: IntNode, gap: number, size: number): StructNode {
  const hole = (name: string): FieldSpec => (gap ? { [name]: padding(gap) } : {});
  return struct(
    {
      modes: flags(g.adjtimex_modes),
      ...hole('gap0'),
      offset: signed,
      freq: signed,
      maxerror: signed,
      esterror: signed,
      status: flags(g.adjtimex_status),
      ...hole('gap1'),
      constant: signed,
      precision: signed,
      tolerance: signed,
      time: struct({ tv_sec: signed, tv_usec: unsigned }),
      tick: signed,
      ppsfreq: signed,
      jitter: signed,
      shift: i32,
      ...hole('gap2'),
      stabil: signed,
      jitcnt: signed,
      calcnt: signed,
      errcnt: signed,
      stbcnt: signed,
      tai: i32,
    },
    { size },
  );
}
/** With longs of the personality: 208 bytes, 128 on i386. */
const classic = byAbi(timex(long, ulong, 0, 208), timex(long, ulong, 0, 128));
/** `struct __kernel_timex`: longs have 64 bits everywhere. */
const timex64 = timex(i64, u64, 4, 208);

/** The state of the clock; shown beside the structure only. */
const state: Renderer = (context) => {
  const shown = context.captured('buf');
  const name = resultName(g.adjtimex_state)(context);
  return (c, s, lo, hi) => {
    if (shown(c)) name(c, s, lo, hi);
  };
};

export const adjusting: Family = {
  adjtimex: () => call({ buf: output(classic) }, returns.comment(state)),
  clock_adjtime: () => call({ clockid, buf: output(classic) }, returns.comment(state)),
  clock_adjtime64: () => call({ clockid, buf: output(timex64) }, returns.comment(state)),
};
