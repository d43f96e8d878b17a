// Times of calls by magnitude: eight steps for each power of two, so that percentiles cost no memory that grows.

const STEPS = 8;
/** 2^44 ns are five hours; what takes longer counts as that. */
const POWERS = 45;

/** Counts times in nanoseconds. */
export class Histogram {
  private readonly counts = new Uint32Array(STEPS * POWERS);
  total = 0;
  least = Infinity;
  most = 0;

  add(time: number): void {
    this.total++;
    if (time < this.least) this.least = time;
    if (time > this.most) this.most = time;
    const step = time < 1 ? 0 : Math.floor(Math.log2(time) * STEPS);
    this.counts[Math.min(step, STEPS * POWERS - 1)]++;
  }

  /** The time below which a share of all is, to an eighth of a power of two. */
  quantile(share: number): number {
    if (this.total === 0) return 0;
    let left = Math.ceil(this.total * share);
    let step = 0;
    while (step < this.counts.length - 1 && (left -= this.counts[step]) > 0) step++;
    return Math.min(Math.max(2 ** ((step + 0.5) / STEPS), this.least), this.most);
  }
}
