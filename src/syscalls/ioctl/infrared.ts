// Commands of infrared senders and receivers (linux/lirc.h).
import { lirc_features, lirc_modes } from '../../constants/generated/clock.js';
import { choice, flags, input, output, u32, x32 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const mode = choice(lirc_modes);
    const [got, given] = [output(u32), input(u32)];
    return {
      LIRC_GET_FEATURES: output(flags(lirc_features)),
      LIRC_GET_SEND_MODE: output(mode),
      LIRC_GET_REC_MODE: output(mode),
      LIRC_SET_SEND_MODE: input(mode),
      LIRC_SET_REC_MODE: input(mode),
      LIRC_GET_REC_RESOLUTION: got,
      LIRC_GET_MIN_TIMEOUT: got,
      LIRC_GET_MAX_TIMEOUT: got,
      LIRC_GET_LENGTH: got,
      LIRC_GET_REC_TIMEOUT: got,
      LIRC_SET_SEND_CARRIER: given,
      LIRC_SET_REC_CARRIER: given,
      LIRC_SET_SEND_DUTY_CYCLE: given,
      LIRC_SET_TRANSMITTER_MASK: input(x32),
      LIRC_SET_REC_TIMEOUT: given,
      LIRC_SET_REC_TIMEOUT_REPORTS: given,
      LIRC_SET_REC_CARRIER_RANGE: given,
      LIRC_SET_MEASURE_CARRIER_MODE: given,
      LIRC_SET_WIDEBAND_RECEIVER: given,
    };
  },
};
