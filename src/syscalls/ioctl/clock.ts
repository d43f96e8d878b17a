// Commands of real-time clocks (linux/rtc.h).
import * as g from '../../constants/generated/clock.js';
import {
  choice,
  detail,
  equals,
  field,
  flags,
  i32,
  i64,
  inout,
  input,
  long,
  noneOf,
  output,
  padding,
  reserved,
  sibling,
  size,
  struct,
  u32,
  x32,
  u8,
  ulong,
  x64,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

/** struct rtc_time. */
const time = struct({
  tm_sec: i32,
  tm_min: i32,
  tm_hour: i32,
  tm_mday: i32,
  tm_mon: i32,
  tm_year: i32,
  tm_wday: detail(i32),
  tm_yday: detail(i32),
  tm_isdst: detail(i32),
});

const [FEATURES, CORRECTION, BACKUP_SWITCH_MODE] = [0, 1, 2];
/** The value of a parameter (struct rtc_param), by the parameter. */
const value = (): FieldSpec => {
  const of = (parameter: number) => equals(sibling('param'), parameter);
  return {
    features: field(flags(g.rtc_features, 8), { as: 'uvalue', when: of(FEATURES) }),
    correction: field(i64, { as: 'svalue', overlay: true, when: of(CORRECTION) }),
    mode: field(choice(g.rtc_backup_modes, 8), { as: 'uvalue', overlay: true, when: of(BACKUP_SWITCH_MODE) }),
    other: field(x64, {
      as: 'uvalue',
      overlay: true,
      when: noneOf(sibling('param'), [FEATURES, CORRECTION, BACKUP_SWITCH_MODE]),
    }),
  };
};
const parameter = choice(g.rtc_parameters, 8);
const gotParameter = () =>
  inout(struct({ param: parameter, value: padding(8), index: u32, __pad: reserved(x32) }), {
    show: 'arrow',
    failedAsAddress: true,
    after: struct({ param: field(parameter, { hidden: true }), ...value(), index: padding(4), __pad: reserved(x32) }),
  });

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const alarm = struct({ enabled: u8, pending: u8, time });
    const pll = struct({
      pll_ctrl: i32,
      pll_value: i32,
      pll_max: i32,
      pll_min: i32,
      pll_posmult: i32,
      pll_negmult: i32,
      pll_clock: long,
    });
    const number = output(ulong);
    return {
      RTC_ALM_READ: output(time),
      RTC_RD_TIME: output(time),
      RTC_ALM_SET: input(time),
      RTC_SET_TIME: input(time),
      RTC_WKALM_SET: input(alarm),
      RTC_WKALM_RD: output(alarm),
      RTC_PLL_GET: output(pll),
      RTC_PLL_SET: input(pll),
      RTC_PARAM_GET: gotParameter(),
      RTC_PARAM_SET: input(struct({ param: parameter, ...value(), index: u32, __pad: reserved(x32) })),
      RTC_IRQP_READ: number,
      RTC_EPOCH_READ: number,
      RTC_IRQP_SET: size,
      RTC_EPOCH_SET: size,
      RTC_VL_READ: output(flags(g.rtc_voltage)),
      RTC_VL_CLR: null,
      RTC_AIE_ON: null,
      RTC_AIE_OFF: null,
      RTC_UIE_ON: null,
      RTC_UIE_OFF: null,
      RTC_PIE_ON: null,
      RTC_PIE_OFF: null,
      RTC_WIE_ON: null,
      RTC_WIE_OFF: null,
    };
  },
};
