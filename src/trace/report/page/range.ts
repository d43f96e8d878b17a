// The part of the trace that is looked at.

/** Moments in nanoseconds since the start. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

/** Round steps for an axis: 1, 2 or 5 times a power of ten. */
export function ticks({ from, to }: Range, most: number): number[] {
  const raw = (to - from) / Math.max(1, most);
  if (raw <= 0) return [];
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((n) => n * power).find((n) => n >= raw) ?? 10 * power;
  const found: number[] = [];
  for (let i = Math.ceil(from / step); i * step <= to; i++) found.push(i * step);
  return found;
}

/** Buckets of a range, neighbours joined until there are no more than `most`: first bucket, how many, how many in each. */
export function bucketsOf(
  { from, to }: Range,
  width: number,
  most: number,
): { first: number; groups: number; size: number } {
  const first = Math.floor(from / width);
  const last = Math.max(first + 1, Math.ceil(to / width - 1e-9));
  const size = Math.max(1, Math.ceil((last - first) / Math.max(1, most)));
  return { first, groups: Math.ceil((last - first) / size), size };
}
