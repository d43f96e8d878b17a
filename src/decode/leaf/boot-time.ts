// When the machine was started, as descriptions need it whose times count from there.
import { uptime } from 'node:os';
import { hrtime } from 'node:process';

const NANOSECONDS = 1e9;

/** When this machine was started, in seconds since 1970: CLOCK_BOOTTIME counts from there. */
export function readBootTime(): number {
  const [seconds, nanoseconds] = hrtime();
  const monotonic = seconds + nanoseconds / NANOSECONDS;
  // uptime(3) has hundredths only; the two clocks differ by the time that the machine was suspended.
  const boot = uptime();
  return Date.now() / 1000 - (Math.abs(boot - monotonic) < 0.05 ? monotonic : boot);
}

let recorded: number | undefined;

/** From here on it is another machine's, as it was recorded there. */
export function useBootTime(seconds: number): void {
  recorded = seconds;
}

/** When the machine of the trace was started, in seconds since 1970. */
export const bootTime = (): number => recorded ?? readBootTime();
