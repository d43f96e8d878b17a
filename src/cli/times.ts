// The values of --absolute-timestamps, --relative-timestamps and --syscall-times.
import type { Precision, TimeFormat } from './trace-options.js';

const PRECISIONS: Readonly<Record<string, Precision>> = { s: 's', ms: 'ms', us: 'us', ns: 'ns' };
const FORMATS: Readonly<Record<string, TimeFormat['format']>> = { none: 'none', time: 'time', unix: 'unix' };

/** `s`, `ms`, `us` or `ns`, in any case; undefined for anything else. */
export function parsePrecision(text: string): Precision | undefined {
  const word = text.toLowerCase();
  return Object.hasOwn(PRECISIONS, word) ? PRECISIONS[word] : undefined;
}

/** `[[format:]none|time|unix][,[precision:]s|ms|us|ns]`, on top of what was said before; undefined when it is not one. */
export function parseTimestamp(text: string, before: TimeFormat): TimeFormat | undefined {
  let { format, precision } = before.format === 'none' ? { ...before, format: 'time' as TimeFormat['format'] } : before;
  for (const part of text.toLowerCase().split(',')) {
    if (part === '') continue;
    const [, key, value] = /^(?:(format|precision):)?([^]*)$/.exec(part) ?? [];
    const p = parsePrecision(value);
    if (key !== 'precision' && Object.hasOwn(FORMATS, value)) format = FORMATS[value];
    else if (key !== 'format' && p !== undefined) precision = p;
    else return undefined;
  }
  return { format, precision };
}
