// A reusable view on one record: no copy, no allocation. What every record is asked for is read once, when the cursor comes to
// it: code that has just begun to run pays much more for a call than for a property. The rest are a few integer loads each.
import { Offset, RecordFlag, RegionOffset } from './layout.js';

/**
 * Positioned on a record by `set`. Values of 64 bits are read as two unsigned halves. A region found by `find` is
 * described by `at` (index of its first byte), `length`, `want`, `errno` and `aux` until the next `find`.
 */
export class Cursor {
  bytes: Uint8Array;
  words: Int32Array;
  /** Index of the record's first byte. */
  base = 0;
  event = 0;
  flags = 0;
  tid = 0;
  abi = 0;
  nr = 0;
  /** The kernel said that the call failed; only in exiting records. */
  failed = false;
  regions = 0;
  /** Where the search for the next region starts: captures come in the order of printing. */
  private hint = 0;

  /** The region that the last successful `find` met. */
  at = 0;
  length = 0;
  want = 0;
  errno = 0;
  aux = 0;

  /** Bytes of a shared transfer that are still to be shown (readv, recvmsg: the kernel filled the buffers in turn). */
  budget = 0;
  /** Position in the text from which on no more of what a call found ready is listed. */
  listEnd = 0;
  /** Start of the structure under print at each depth; references to fields of outer structures read here. */
  readonly frames = new Int32Array(16);
  /** Addresses of these structures in the tracee, where a pointer led to them. */
  readonly addressLo = new Uint32Array(16);
  readonly addressHi = new Uint32Array(16);
  /** The entering record of the same call, where the printer asked for it; null when it was not seen. */
  entry: Cursor | null = null;
  /** Which part of a structure is under print that is cut in two: 1 what the entry shows, 2 the rest; 0 the whole. */
  part = 0;
  /** Where the second part begins in the sink: what the first part had printed is taken back from there. */
  mark = 0;
  /** The place between both parts was met. */
  cut = false;
  /** The exiting record, while a printer shows this entering one. */
  after: Cursor | null = null;
  /** Where the structure under print is in the other record (`entry` or `after`), for `old => new`; -1 when not known. */
  changedBase = -1;
  /** The number of the array element under print. */
  index = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.words = new Int32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  }

  /** Moves to the record at byte index `base` (a multiple of 8). */
  set(base: number): void {
    const { words } = this;
    const at = base >> 2;
    // Two fields of 16 bits share a word: Event and Flags, Abi and RegionCount.
    const kind = words[at + (Offset.Event >> 2)];
    const abi = words[at + (Offset.Abi >> 2)];
    this.base = base;
    this.event = kind & 0xffff;
    this.flags = kind >>> 16;
    this.failed = (kind & (RecordFlag.Error << 16)) !== 0;
    this.tid = words[at + (Offset.Tid >> 2)];
    this.abi = abi & 0xffff;
    this.regions = abi >>> 16;
    this.nr = words[at + (Offset.Nr >> 2)] >>> 0;
    this.hint = 0;
  }

  /** Copies another cursor's record, for a printer that needs the entering record at the exit. */
  copyFrom(other: Cursor): void {
    const size = other.size;
    if (this.bytes.length < size) {
      this.bytes = new Uint8Array(Math.max(size, 4096));
      this.words = new Int32Array(this.bytes.buffer);
    }
    this.bytes.set(other.bytes.subarray(other.base, other.base + size));
    this.set(0);
  }

  get size(): number {
    return this.words[(this.base + Offset.Size) >> 2];
  }
  get retLo(): number {
    return this.words[(this.base + Offset.Ret) >> 2] >>> 0;
  }
  get retHi(): number {
    return this.words[(this.base + Offset.Ret + 4) >> 2] >>> 0;
  }
  /** Low half of argument `i` (0-5), unsigned. */
  argLo(i: number): number {
    return this.words[((this.base + Offset.Args) >> 2) + 2 * i] >>> 0;
  }
  argHi(i: number): number {
    return this.words[((this.base + Offset.Args) >> 2) + 2 * i + 1] >>> 0;
  }

  u16(at: number): number {
    return this.bytes[at] | (this.bytes[at + 1] << 8);
  }
  u32(at: number): number {
    const b = this.bytes;
    return (b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24)) >>> 0;
  }
  i32(at: number): number {
    const b = this.bytes;
    return b[at] | (b[at + 1] << 8) | (b[at + 2] << 16) | (b[at + 3] << 24);
  }
  /** A 64-bit field as a double: exact below 2^53. */
  u64(at: number): number {
    return this.u32(at + 4) * 4294967296 + this.u32(at);
  }

  /** Finds the region captured by `site` at the address; false when nothing was captured there. */
  find(site: number, lo: number, hi: number): boolean {
    const words = this.words;
    const table = (this.base + Offset.Regions) >> 2;
    const count = this.regions;
    let i = this.hint;
    for (let n = 0; n < count; n++, i++) {
      if (i >= count) i = 0;
      const r = table + i * 8;
      if (words[r] >>> 0 === lo && words[r + 1] >>> 0 === hi && (words[r + 5] & 0xffff) === site) {
        this.at = this.base + words[r + (RegionOffset.Offset >> 2)];
        this.length = words[r + (RegionOffset.Length >> 2)] >>> 0;
        this.want = words[r + (RegionOffset.Want >> 2)] >>> 0;
        this.errno = words[r + 5] >>> 16;
        this.aux = words[r + (RegionOffset.Aux >> 2)];
        this.hint = i + 1;
        return true;
      }
    }
    return false;
  }

  /** Finds the first region of a site, whatever its address (events that carry one range). */
  findSite(site: number): boolean {
    const table = (this.base + Offset.Regions) >> 2;
    for (let i = 0; i < this.regions; i++) {
      const r = table + i * 8;
      if ((this.words[r + 5] & 0xffff) === site) return this.find(site, this.words[r] >>> 0, this.words[r + 1] >>> 0);
    }
    return false;
  }
}
