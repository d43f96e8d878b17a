// Runs capture plans over a memory image, as native/capture.c does over a tracee: what was captured once for one style
// is captured again, from the record, for another. Plan by plan, region by region the same as the native twin.
import { fnv1a } from '../describe/link.js';
import { INSN_BYTES, NO_HANDLE, Op, PLAN_HANDLES } from './opcode.js';
import { Registers } from './registers.js';

/** What a plan reads from. */
export interface Image {
  /** Copies up to `length` bytes from an address; `errno` tells why there were fewer, 0 when the image does not know. */
  read(lo: number, hi: number, out: Uint8Array, at: number, length: number): number;
  readonly errno: number;
  /** What was told of a descriptor under `mode` (PathMode); undefined: nothing. */
  path(fd: number, mode: number): Uint8Array | undefined;
  /** What is told of a process, by PidWhat; undefined: nothing. */
  comm(pid: number, what: number): Uint8Array | undefined;
  /** The protocol of a netlink socket, four bytes; undefined when the descriptor is none. */
  netlink(fd: number): Uint8Array | undefined;
}

/** A captured range: `struct region` of native/record.h; `offset` counts from the first captured byte. */
export interface Region {
  readonly lo: number;
  readonly hi: number;
  readonly offset: number;
  length: number;
  readonly want: number;
  readonly site: number;
  readonly errno: number;
  readonly aux: number;
}

/** Instructions that a plan may take, loops included. */
const FUEL = 1 << 20;
const MAX_REGIONS = 4096;
const CHUNK = 4096;
const EFAULT = 14;
const PROTOCOL_BYTES = 4;

const aligned = (n: number): number => (n + 7) & ~7;

/** A run of plans; reused, so that a run leaves nothing behind but what it captured. */
export class Interpreter {
  readonly regions: Region[] = [];
  /** The captured bytes; `used` of them are in use. */
  bytes: Uint8Array = new Uint8Array(1 << 16);
  used = 0;
  /** The plan noted buffers to be dumped. */
  dumped = false;
  /** Captures, in all runs, that the image knows nothing of: they fail as if they could not be read. */
  missed = 0;
  private readonly registers = new Registers();
  /** Windows on captured bytes, by handle. */
  private readonly from = new Uint32Array(PLAN_HANDLES);
  private readonly size = new Uint32Array(PLAN_HANDLES);
  private plan: DataView = new DataView(new ArrayBuffer(0));
  private image!: Image;
  private failed = false;
  private fuel = 0;
  /** The last question for a netlink socket: instruction, descriptor, answer. */
  private asked = { pc: -1, fd: 0, is: false };

  /**
   * Runs a plan. `words` are the six arguments, then the result, a low and a high half each; `failed`: the call did.
   */
  run(plan: Uint8Array, words: ArrayLike<number>, failed: boolean, image: Image): void {
    this.regions.length = 0;
    this.used = 0;
    this.dumped = false;
    this.registers.lo.fill(0);
    this.registers.hi.fill(0);
    for (let i = 0; i < 7; i++) this.registers.set(i, words[2 * i], words[2 * i + 1]);
    this.size.fill(0);
    this.plan = new DataView(plan.buffer, plan.byteOffset, plan.byteLength);
    this.image = image;
    this.failed = failed;
    this.fuel = FUEL;
    this.asked.pc = -1;
    this.block(0, plan.byteLength / INSN_BYTES);
  }

  private room(bytes: number): void {
    if (this.used + bytes <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(2 * this.bytes.length, this.used + bytes));
    grown.set(this.bytes.subarray(0, this.used));
    this.bytes = grown;
  }

  private add(region: Region, handle: number): void {
    this.room(aligned(region.length));
    this.bytes.fill(0, region.offset + region.length, region.offset + aligned(region.length));
    this.regions.push(region);
    this.used += aligned(region.length);
    if (handle < PLAN_HANDLES) {
      this.from[handle] = region.offset;
      this.size[handle] = region.length;
    }
  }

  private memory(site: number, reg: number, length: number, handle: number): void {
    if (handle < PLAN_HANDLES) this.size[handle] = 0;
    const lo = this.registers.lo[reg];
    const hi = this.registers.hi[reg];
    if ((lo | hi) === 0 || length === 0 || this.regions.length >= MAX_REGIONS) return;
    this.room(aligned(length));
    const got = this.image.read(lo, hi, this.bytes, this.used, length);
    if (got < length && this.image.errno === 0) this.missed++;
    const errno = got < length ? this.image.errno || EFAULT : 0;
    this.add({ lo, hi, offset: this.used, length: got, want: length, site, errno, aux: 0 }, handle);
  }

  private isZero(at: number, unit: number): boolean {
    for (let i = 0; i < unit; i++) if (this.bytes[at + i] !== 0) return false;
    return true;
  }

  /** Up to and including a zero unit, page by page. */
  private terminated(site: number, reg: number, unit: number, cap: number, handle: number): void {
    if (handle < PLAN_HANDLES) this.size[handle] = 0;
    const lo = this.registers.lo[reg];
    const hi = this.registers.hi[reg];
    if ((lo | hi) === 0 || this.regions.length >= MAX_REGIONS) return;
    const most = cap * unit;
    let got = 0;
    let checked = 0;
    let found = false;
    while (!found && got < most) {
      const low = lo + got;
      const step = Math.min(CHUNK - (low % CHUNK), most - got);
      this.room(got + step + 8);
      const n = this.image.read(low >>> 0, hi + (low > 0xffffffff ? 1 : 0), this.bytes, this.used + got, step);
      got += n;
      for (; checked + unit <= got && !found; checked += unit) found = this.isZero(this.used + checked, unit);
      if (found) got = checked;
      if (n < step) break;
    }
    const whole = found || got === most;
    if (!whole && this.image.errno === 0) this.missed++;
    const errno = whole ? 0 : this.image.errno || EFAULT;
    const want = found ? got : most;
    this.add({ lo, hi, offset: this.used, length: got, want, site, errno, aux: found ? 1 : 0 }, handle);
  }

  /** Lengthens the last region with zeros; one that could not be read whole stays as it is. */
  private pad(handle: number, length: number): void {
    const last = this.regions.at(-1);
    if (!last || this.size[handle] === 0 || this.size[handle] >= length) return;
    if (last.offset !== this.from[handle] || last.errno) return;
    this.used = last.offset;
    this.room(aligned(length));
    this.bytes.fill(0, last.offset + last.length, last.offset + aligned(length));
    last.length = this.size[handle] = length;
    this.used = last.offset + aligned(length);
  }

  /** A text about a descriptor or a process, at the number as its address. */
  private told(
    site: number,
    number: number,
    text: Uint8Array | undefined,
    signed: boolean,
    want = 0,
  ): Region | undefined {
    if (!text || text.length === 0 || this.regions.length >= MAX_REGIONS) return undefined;
    this.room(aligned(text.length));
    this.bytes.set(text, this.used);
    const region: Region = {
      lo: number >>> 0,
      hi: signed && number < 0 ? 0xffffffff : 0,
      offset: this.used,
      length: text.length,
      want,
      site,
      errno: 0,
      aux: 0,
    };
    this.add(region, NO_HANDLE);
    return region;
  }

  /** Adds what no plan asks for: text about a descriptor. */
  tell(site: number, fd: number, text: Uint8Array): void {
    this.told(site, fd, text, true);
  }

  private path(site: number, fd: number, mode: number): Region | undefined {
    return (
      this.regions.find((r) => r.site === site && r.lo === fd >>> 0) ??
      this.told(site, fd, this.image.path(fd, mode), true)
    );
  }

  /** Whether a descriptor is a netlink socket: each buffer of a vector asks, it is looked up once. */
  private netlink(site: number, fd: number, pc: number): boolean {
    const { asked } = this;
    if (asked.pc !== pc || asked.fd !== fd)
      this.asked = { pc, fd, is: this.told(site, fd, this.image.netlink(fd), true, PROTOCOL_BYTES) !== undefined };
    return this.asked.is;
  }

  private descriptorSet(site: number, handle: number, limit: number, mode: number): void {
    const [from, size] = [this.from[handle], this.size[handle]];
    for (let n = 0; n < size; n++)
      for (let bits = this.bytes[from + n], bit = 0; bits >> bit; bit++)
        if ((bits >> bit) & 1 && 8 * n + bit < limit) this.path(site, 8 * n + bit, mode);
  }

  /** Index behind the table of a switch, and the branch that the key takes from there. */
  private branch(table: number, count: number, key: number): number {
    let lo = 0;
    let hi = count;
    while (lo < hi) {
      const mid = (lo + hi) >> 1;
      const at = (table + mid) * INSN_BYTES;
      const found = this.plan.getUint32(at + 4, true);
      if (found === key)
        return this.plan.getUint8(at + 1) | (this.plan.getUint8(at + 2) << 8) | (this.plan.getUint8(at + 3) << 16);
      if (found < key) lo = mid + 1;
      else hi = mid;
    }
    return 0;
  }

  private load(handle: number, offset: number, size: number, reg: number): void {
    if (offset + size > this.size[handle]) {
      this.registers.set(reg, 0, 0);
      return;
    }
    const at = this.from[handle] + offset;
    const half = (from: number, n: number): number => {
      let value = 0;
      for (let i = n - 1; i >= 0; i--) value = value * 256 + this.bytes[from + i];
      return value;
    };
    this.registers.set(reg, half(at, Math.min(size, 4)), size > 4 ? half(at + 4, size - 4) : 0);
  }

  /** Runs a body for each window; false: the fuel is used up. */
  private body(handle: number, from: number, size: number, begin: number, end: number): boolean {
    this.from[handle] = from;
    this.size[handle] = size;
    this.block(begin, end);
    return this.fuel > 0;
  }

  private each(a: number, b: number, stride: number, limit: number, begin: number, end: number): void {
    const [from, size] = [this.from[a], this.size[a]];
    for (let n = 0; n < limit && (n + 1) * stride <= size; n++)
      if (!this.body(b, from + n * stride, stride, begin, end)) return;
  }

  private chain(a: number, b: number, imm: number, begin: number, end: number): void {
    const align = (imm >> 4) & 15;
    const header = imm >>> 8;
    let [from, size] = [this.from[a], this.size[a]];
    while (size >= header) {
      let length = 0;
      for (let i = (imm & 15) - 1; i >= 0; i--) length = length * 256 + (i < size ? this.bytes[from + i] : 0);
      if ((imm & 15) > size) length = 0;
      if (length < header) return;
      length = Math.min(length, size);
      if (!this.body(b, from, length, begin, end)) return;
      const step = Math.min((length + align - 1) & ~(align - 1), size);
      from += step;
      size -= step;
    }
  }

  private block(begin: number, end: number): void {
    const { plan, registers: r } = this;
    for (let pc = begin; pc < end; pc++) {
      const at = pc * INSN_BYTES;
      const a = plan.getUint8(at + 1) & 15;
      const b = plan.getUint8(at + 1) >> 4;
      const c = plan.getUint8(at + 2);
      const site = plan.getUint8(at + 3);
      const imm = plan.getUint32(at + 4, true);
      if (this.fuel <= 0 || this.fuel-- === 0) return;
      switch (plan.getUint8(at) as Op) {
        case Op.Mem:
          this.memory(site, a, imm, b);
          break;
        case Op.MemV:
          this.memory(site, a, r.atMost(c, imm), b);
          break;
        case Op.ZMem:
          this.terminated(site, a, c, imm, b);
          break;
        case Op.Len:
          r.set(a, this.size[b], 0);
          break;
        case Op.Ld:
          this.load(b, imm, c, a);
          break;
        case Op.Each:
          this.each(a, b, imm, Infinity, pc + 1, pc + 1 + c);
          pc += c;
          break;
        case Op.EachLim:
          this.each(a, b, imm & 0xffff, imm >>> 16, pc + 1, pc + 1 + c);
          pc += c;
          break;
        case Op.Chain:
          this.chain(a, b, imm, pc + 1, pc + 1 + c);
          pc += c;
          break;
        case Op.While:
          for (let n = 0; n < imm && (r.lo[a] | r.hi[a]) !== 0 && this.fuel > 0; n++) this.block(pc + 1, pc + 1 + c);
          pc += c;
          break;
        case Op.Tail: {
          const cut = Math.min(imm, this.size[a]);
          this.from[b] = this.from[a] + cut;
          this.size[b] = this.size[a] - cut;
          break;
        }
        case Op.LdI:
          r.set(a, imm, 0);
          break;
        case Op.Mov:
          r.set(a, r.lo[b], r.hi[b]);
          break;
        case Op.AndI:
          r.set(a, r.lo[a] & imm, 0);
          break;
        case Op.MulI:
          r.multiply(a, imm);
          break;
        case Op.MulR:
          r.multiply(a, r.lo[b], r.hi[b]);
          break;
        case Op.Netlink:
          r.set(b, this.netlink(site, r.lo[a] | 0, pc) ? 1 : 0, 0);
          break;
        case Op.MinI:
          r.set(a, r.atMost(a, imm), 0);
          break;
        case Op.MinR:
          r.least(a, b);
          break;
        case Op.SubR:
          r.subtract(a, r.lo[b], r.hi[b]);
          break;
        case Op.SubI:
          r.subtract(a, imm, 0);
          break;
        case Op.AddI:
          r.add(a, imm, imm >>> 31 ? 0xffffffff : 0);
          break;
        case Op.AddR:
          r.add(a, r.lo[b], r.hi[b]);
          break;
        case Op.ShrI:
          r.shift(a, imm);
          break;
        case Op.Jmp:
          pc += imm;
          break;
        case Op.JErr:
          if (this.failed) pc += imm;
          break;
        case Op.JNSet:
          if ((r.lo[a] & imm) === 0) pc += c;
          break;
        case Op.JEq:
          if (r.lo[a] === imm) pc += c;
          break;
        case Op.JNe:
          if (r.lo[a] !== imm) pc += c;
          break;
        case Op.JGe:
          if (r.hi[a] > 0 || r.lo[a] >= imm) pc += c;
          break;
        case Op.Switch:
          pc += imm + this.branch(pc + 1, imm, r.lo[a]);
          break;
        case Op.FdPath: {
          const region = this.path(site, r.lo[a] | 0, imm);
          if (b) r.set(b, region ? fnv1a(this.bytes, region.offset, region.length) : 0, 0);
          break;
        }
        case Op.FdSet:
          this.descriptorSet(site, a, r.atMost(c, Number.MAX_SAFE_INTEGER), imm);
          break;
        case Op.Comm:
          this.told(site, r.lo[a], this.image.comm(r.lo[a] | 0, imm), false);
          break;
        case Op.Pad:
          this.pad(b, imm);
          break;
        case Op.Dump:
          this.dumped = true;
          break;
        default:
          return;
      }
    }
  }
}
