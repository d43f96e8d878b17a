// Commands of hardware clocks of the precision time protocol (linux/ptp_clock.h).
import * as g from '../../constants/generated/ptp.js';
import { clock_ids } from '../../constants/generated/time.js';
import { inSeconds, printDateAt } from '../../decode/leaf/time.js';
import type { Renderer } from '../../decode/printer.js';
import {
  answer,
  anyBit,
  array,
  atMost,
  chars,
  choice,
  field,
  fixedArray,
  flags,
  format,
  i32,
  i64,
  inout,
  input,
  lessBy,
  noBit,
  output,
  padding,
  reserved,
  sibling,
  struct,
  succeeded,
  times,
  u32,
  x32,
} from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

/** struct ptp_clock_time: a duration, or with the date behind it. */
const members = { sec: i64, nsec: u32, reserved: reserved(x32) };
const duration = struct(members);
const withDate: Renderer = ({ style, plain: fields, offset }) => {
  if (style.constants === 'raw') return fields;
  const fraction = offset('nsec');
  return (c, s, at, length) => {
    fields(c, s, at, length);
    printDateAt(c, s, at, 8, c.u32(at + fraction));
  };
};
const time = struct(members, { render: withDate });

const capabilities = () =>
  struct({
    max_adj: i32,
    n_alarm: i32,
    n_ext_ts: i32,
    n_per_out: i32,
    pps: i32,
    n_pins: i32,
    cross_timestamping: i32,
    adjust_phase: i32,
    max_phase_adj: format(inSeconds(9, true)),
    rsv: reserved(fixedArray(x32, 11)),
  });

/** The first version of a command takes no notice of them. */
const restOf = (second: boolean, count: number) => (second ? reserved(fixedArray(x32, count)) : padding(4 * count));

const NAME_SIZE = 64;
const gotPin = (second: boolean) =>
  inout(
    struct(
      {
        name: answer({ ...chars(NAME_SIZE), limit: 'path' }),
        index: u32,
        func: answer(choice(g.ptp_pin_functions)),
        chan: answer(u32),
        rsv: restOf(second, 5),
      },
      { order: ['index', 'rsv', 'name', 'func', 'chan'] },
    ),
    { show: 'entry' },
  );
const givenPin = (second: boolean) =>
  input(
    struct({
      name: padding(NAME_SIZE),
      index: u32,
      func: choice(g.ptp_pin_functions),
      chan: u32,
      rsv: restOf(second, 5),
    }),
  );

const events = (second: boolean) =>
  input(struct({ index: u32, flags: flags(g.ptp_event_flags), rsv: restOf(second, 2) }));

/** PTP_PEROUT_DUTY_CYCLE and PTP_PEROUT_PHASE: which members unions have. */
const [DUTY_CYCLE, PHASE] = [2, 4];
const outputs = (second: boolean) => {
  const bits = sibling('flags');
  return input(
    struct({
      start: field(time, { when: noBit(bits, PHASE) }),
      phase: field(duration, { overlay: true, when: anyBit(bits, PHASE) }),
      period: duration,
      index: u32,
      flags: flags(g.ptp_output_flags),
      on: field(duration, { when: anyBit(bits, DUTY_CYCLE) }),
      rsv: field(fixedArray(x32, 4), { overlay: true, ifSet: true, hidden: !second, when: noBit(bits, DUTY_CYCLE) }),
    }),
  );
};

/** PTP_MAX_SAMPLES; each but the first has a time of the system in front. */
const SAMPLES_MAX = 25;
const offsets = () => {
  const count = lessBy(times(atMost(sibling('n_samples'), SAMPLES_MAX), 2), -1);
  return inout(
    struct({
      n_samples: u32,
      rsv: reserved(fixedArray(x32, 3)),
      ts: field({ ...array(time, count), fixed: 2 * SAMPLES_MAX + 1 }, { fresh: true, when: succeeded }),
    }),
    { show: 'split' },
  );
};
const extendedOffsets = () =>
  inout(
    struct({
      n_samples: u32,
      clockid: choice(clock_ids),
      rsv: reserved(fixedArray(x32, 2)),
      ts: field(
        { ...array(fixedArray(time, 3), atMost(sibling('n_samples'), SAMPLES_MAX)), fixed: SAMPLES_MAX },
        { fresh: true, when: succeeded },
      ),
    }),
    { show: 'split' },
  );

const preciseOffset = () =>
  struct({ device: time, sys_realtime: time, sys_monoraw: duration, rsv: reserved(fixedArray(x32, 4)) });

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const known = output(capabilities());
    const [offset, extended, precise] = [offsets(), extendedOffsets(), output(preciseOffset())];
    return {
      PTP_CLOCK_GETCAPS: known,
      PTP_CLOCK_GETCAPS2: known,
      PTP_PIN_GETFUNC: gotPin(false),
      PTP_PIN_GETFUNC2: gotPin(true),
      PTP_PIN_SETFUNC: givenPin(false),
      PTP_PIN_SETFUNC2: givenPin(true),
      PTP_EXTTS_REQUEST: events(false),
      PTP_EXTTS_REQUEST2: events(true),
      PTP_PEROUT_REQUEST: outputs(false),
      PTP_PEROUT_REQUEST2: outputs(true),
      PTP_SYS_OFFSET: offset,
      PTP_SYS_OFFSET2: offset,
      PTP_SYS_OFFSET_EXTENDED: extended,
      PTP_SYS_OFFSET_EXTENDED2: extended,
      PTP_SYS_OFFSET_EXTENDED_CYCLES: extended,
      PTP_SYS_OFFSET_PRECISE: precise,
      PTP_SYS_OFFSET_PRECISE2: precise,
      PTP_SYS_OFFSET_PRECISE_CYCLES: precise,
    };
  },
};
