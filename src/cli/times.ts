// The values of --absolute-timestamps, --relative-timestamps and --syscall-times.
import type { Precision, TimeFormat } from '../trace/options.js';

export const PRECISIONS: Readonly<Record<string, Precision>> = { s: 's', ms: 'ms', us: 'us', ns: 'ns' };

/** `[[format:]none|time|unix][,[precision:]s|ms|us|ns]`; undefined when it is not one. */
export function parseTimestamp(text: string | undefined): TimeFormat | undefined {
  if (text === undefined) return { format: 'time', precision: 's' };
  let format: TimeFormat['format'] = 'time';
  let precision: Precision = 's';
  for (const part of text.split(',')) {
    const [, key, value] = /^(?:(format|precision):)?(.*)$/.exec(part) ?? [];
    if (key !== 'precision' && (value === 'none' || value === 'time' || value === 'unix')) format = value;
    else if (key !== 'format' && PRECISIONS[value] !== undefined) precision = PRECISIONS[value];
    else return undefined;
  }
  return { format, precision };
}
