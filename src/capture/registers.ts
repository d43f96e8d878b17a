// The registers of a plan: 64 bits each, in two unsigned halves, with the arithmetic of native/capture.c.

const TWO_32 = 4294967296;

/** Sixteen unsigned 64-bit registers. */
export class Registers {
  readonly lo = new Uint32Array(16);
  readonly hi = new Uint32Array(16);

  set(r: number, lo: number, hi: number): void {
    this.lo[r] = lo;
    this.hi[r] = hi;
  }

  /** The value, but no more than `most` (below 2^53). */
  atMost(r: number, most: number): number {
    return Math.min(this.hi[r] * TWO_32 + this.lo[r], most);
  }

  private less(a: number, b: number): boolean {
    return this.hi[a] === this.hi[b] ? this.lo[a] < this.lo[b] : this.hi[a] < this.hi[b];
  }

  /** `r[a] = min(r[a], r[b])` */
  least(a: number, b: number): void {
    if (this.less(b, a)) this.set(a, this.lo[b], this.hi[b]);
  }

  /** `r[a] *= value`, saturating. */
  multiply(a: number, lo: number, hi = 0): void {
    const product = ((BigInt(this.hi[a]) << 32n) | BigInt(this.lo[a])) * ((BigInt(hi) << 32n) | BigInt(lo));
    if (product >> 64n) this.set(a, 0xffffffff, 0xffffffff);
    else this.set(a, Number(product & 0xffffffffn), Number(product >> 32n));
  }

  /** `r[a] += value`, wrapping. */
  add(a: number, lo: number, hi: number): void {
    const low = this.lo[a] + lo;
    this.set(a, low, this.hi[a] + hi + (low >= TWO_32 ? 1 : 0));
  }

  /** `r[a] -= value`, not below 0. */
  subtract(a: number, lo: number, hi: number): void {
    if (hi > this.hi[a] || (hi === this.hi[a] && lo > this.lo[a])) this.set(a, 0, 0);
    else {
      const low = this.lo[a] - lo;
      this.set(a, low, this.hi[a] - hi - (low < 0 ? 1 : 0));
    }
  }

  /** `r[a] >>= n`, n below 64. */
  shift(a: number, n: number): void {
    const { lo, hi } = this;
    if (n >= 32) this.set(a, hi[a] >>> (n - 32), 0);
    else if (n > 0) this.set(a, (lo[a] >>> n) | (hi[a] << (32 - n)), hi[a] >>> n);
  }
}
