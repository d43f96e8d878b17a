// Commands of watchdogs (linux/watchdog.h).
import { watchdog_flags, watchdog_options } from '../../constants/generated/clock.js';
import { chars, detail, flags, i32, input, output, struct, x32 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const [got, given] = [output(i32), input(i32)];
    return {
      WDIOC_GETSUPPORT: output(
        struct({
          options: flags(watchdog_flags),
          firmware_version: detail(x32),
          identity: detail({ ...chars(32), limit: 'path' }),
        }),
      ),
      WDIOC_GETSTATUS: got,
      WDIOC_GETBOOTSTATUS: got,
      WDIOC_GETTEMP: got,
      WDIOC_GETTIMEOUT: got,
      WDIOC_GETPRETIMEOUT: got,
      WDIOC_GETTIMELEFT: got,
      WDIOC_SETOPTIONS: input(flags(watchdog_options)),
      WDIOC_SETTIMEOUT: given,
      WDIOC_SETPRETIMEOUT: given,
      WDIOC_KEEPALIVE: null,
    };
  },
};
