// Time stamps at the beginning of a line, as -t, -tt, -ttt and --absolute-timestamps print them.

/** A moment; of the time of day, seconds count from midnight. */
export interface Moment {
  sec: number;
  nsec: number;
}

const STAMP = /^(?:(\d\d):(\d\d):(\d\d)|(\d+))(?:\.(\d{1,9}))?(?= |$)/;
export const DAY = 86_400;

/** The time at the beginning of a line; undefined: it goes on with the line before, as dumps do. */
export function momentOf(line: string): (Moment & { readonly ofDay: boolean }) | undefined {
  const found = STAMP.exec(line);
  if (!found) return undefined;
  const [, hours, minutes, seconds, unix, fraction = ''] = found;
  const ofDay = unix === undefined;
  const sec = ofDay ? Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds) : Number(unix);
  return { sec, nsec: Number(fraction.padEnd(9, '0')), ofDay };
}

/** Below, above or 0. */
export const compare = (a: Moment, b: Moment): number => a.sec - b.sec || a.nsec - b.nsec;
