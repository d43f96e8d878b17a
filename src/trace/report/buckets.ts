// Time in buckets whose width doubles as the trace grows: no more than so many of them, whatever its length.

/** Width of a bucket at first, in nanoseconds: a trace of a few milliseconds is resolved, too. */
const FIRST_WIDTH = 8192;
/** Most buckets: at least half of them are in use in a trace of more than two milliseconds. */
const BUCKETS = 512;

/** The width that all buckets of a trace have. */
export class Scale {
  /** How often the width has doubled. */
  level = 0;
  width = FIRST_WIDTH;

  /** Makes sure that there is a bucket for a moment. */
  reach(time: number): void {
    while (time >= this.width * BUCKETS) {
      this.level++;
      this.width *= 2;
    }
  }
}

/** Several series of sums over the same buckets; only those between the first and the last that were met are kept. */
export class Buckets {
  private level: number;
  /** The first bucket that is kept. */
  first = 0;
  private length = 0;
  private sums = new Float64Array(0);

  constructor(
    private readonly scale: Scale,
    readonly series: number,
  ) {
    this.level = scale.level;
  }

  /** Adds to the bucket of a moment. */
  count(series: number, time: number, amount: number): void {
    this.scale.reach(time);
    this.sync();
    this.add(series, Math.floor(time / this.scale.width), amount);
  }

  /** Adds the time from one moment to another to all buckets that it touches. */
  span(series: number, from: number, to: number): void {
    this.scale.reach(to);
    this.sync();
    const { width } = this.scale;
    const last = Math.floor(to / width);
    for (let i = Math.floor(from / width); i <= last; i++) {
      const part = Math.min(to, (i + 1) * width) - Math.max(from, i * width);
      if (part > 0) this.add(series, i, part);
    }
  }

  /** The sum of a series in a bucket. */
  at(series: number, index: number): number {
    const i = index - this.first;
    return i < 0 || i >= this.length ? 0 : this.sums[i * this.series + series];
  }

  /** Behind the last bucket that is kept. */
  get end(): number {
    return this.first + this.length;
  }

  private add(series: number, index: number, amount: number): void {
    if (this.length === 0) this.first = index;
    if (index < this.first) this.keep(index, this.first + this.length);
    else if (index >= this.first + this.length) this.keep(this.first, index + 1);
    this.sums[(index - this.first) * this.series + series] += amount;
  }

  /** Keeps the buckets of a wider range; what is there keeps its place. */
  private keep(first: number, end: number): void {
    const { series } = this;
    const need = (end - first) * series;
    const shift = (this.first - first) * series;
    const used = this.length * series;
    if (need > this.sums.length || shift > 0) {
      const grown = new Float64Array(Math.min(Math.max(need, this.sums.length * 2), BUCKETS * series));
      grown.set(this.sums.subarray(0, used), shift);
      this.sums = grown;
    }
    this.first = first;
    this.length = end - first;
  }

  /** Follows the scale: neighbours become one. */
  sync(): void {
    const by = this.scale.level - this.level;
    if (by === 0) return;
    this.level = this.scale.level;
    const { sums, first, length, series } = this;
    if (length === 0) return;
    const start = Math.floor(first / 2 ** by);
    const count = Math.floor((first + length - 1) / 2 ** by) - start + 1;
    const merged = new Float64Array(count * series);
    for (let i = 0; i < length; i++) {
      const to = (Math.floor((first + i) / 2 ** by) - start) * series;
      for (let s = 0; s < series; s++) merged[to + s] += sums[i * series + s];
    }
    this.sums = merged;
    this.first = start;
    this.length = count;
  }
}
