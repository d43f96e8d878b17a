// A growable byte sink: everything that is printed goes through here as bytes, never as joined strings.

const HEX = new Uint8Array(256 * 2);
for (let i = 0; i < 256; i++) {
  const text = i.toString(16).padStart(2, '0');
  HEX[2 * i] = text.charCodeAt(0);
  HEX[2 * i + 1] = text.charCodeAt(1);
}
/** Two decimal digits for each number below 100. */
const DECIMAL = new Uint8Array(200);
for (let i = 0; i < 100; i++) {
  DECIMAL[2 * i] = 48 + ((i / 10) | 0);
  DECIMAL[2 * i + 1] = 48 + (i % 10);
}

const SPACE = 32;

/** Encodes a label once, at compile time of a printer. */
export function label(text: string): Uint8Array {
  return Buffer.from(text, 'latin1').subarray();
}

/** Output buffer with the column of the current line. */
export class Sink {
  buf: Uint8Array;
  pos = 0;
  /** Index at which the current line starts. */
  lineStart = 0;
  /** The same bytes, for long texts. */
  private view: Buffer = Buffer.alloc(0);

  constructor(capacity = 1 << 17) {
    this.buf = new Uint8Array(capacity);
  }

  /** Makes room for `n` more bytes. */
  ensure(n: number): void {
    if (this.pos + n <= this.buf.length) return;
    let size = this.buf.length * 2;
    while (size < this.pos + n) size *= 2;
    const grown = new Uint8Array(size);
    grown.set(this.buf.subarray(0, this.pos));
    this.buf = grown;
  }

  /** Takes out what lies between two places, the first included. */
  remove(from: number, to: number): void {
    this.buf.copyWithin(from, to, this.pos);
    this.pos -= to - from;
    this.lineStart -= to - from;
  }

  byte(b: number): void {
    if (this.pos >= this.buf.length) this.ensure(1);
    this.buf[this.pos++] = b;
  }

  /** A prepared label. */
  bytes(text: Uint8Array): void {
    const n = text.length;
    if (this.pos + n > this.buf.length) this.ensure(n);
    const buf = this.buf;
    let pos = this.pos;
    if (n < 32) for (let i = 0; i < n; i++) buf[pos++] = text[i];
    else {
      buf.set(text, pos);
      pos += n;
    }
    this.pos = pos;
  }

  /** Bytes `from`..`from + n` of another buffer, as they are. */
  copy(source: Uint8Array, from: number, n: number): void {
    this.ensure(n);
    const buf = this.buf;
    let pos = this.pos;
    if (n < 64) for (let i = 0; i < n; i++) buf[pos++] = source[from + i];
    else {
      buf.set(source.subarray(from, from + n), pos);
      pos += n;
    }
    this.pos = pos;
  }

  /** A long text, such as a whole line. */
  utf8(text: string): void {
    // A UTF-16 unit takes three bytes at most.
    this.ensure(text.length * 3);
    // The buffer grows now and then.
    if (this.view.buffer !== this.buf.buffer) this.view = Buffer.from(this.buf.buffer);
    this.pos += this.view.write(text, this.pos, 'utf8');
  }

  /** ASCII text that is not worth preparing (rare lines). */
  text(text: string): void {
    const n = text.length;
    if (this.pos + n * 3 > this.buf.length) this.ensure(n * 3);
    const { buf } = this;
    let { pos } = this;
    for (let i = 0; i < n; i++) {
      const code = text.charCodeAt(i);
      if (code < 128) buf[pos++] = code;
      else {
        pos += (Buffer.from(buf.buffer) as Buffer).write(text.slice(i), pos, 'utf8');
        break;
      }
    }
    this.pos = pos;
  }

  newline(): void {
    if (this.pos >= this.buf.length) this.ensure(1);
    const { pos } = this;
    this.buf[pos] = 10;
    this.pos = pos + 1;
    this.lineStart = pos + 1;
  }

  get column(): number {
    return this.pos - this.lineStart;
  }

  /** Blanks up to a column of the current line. */
  padTo(column: number): void {
    let { pos } = this;
    const end = this.lineStart + column;
    if (pos >= end) return;
    if (end > this.buf.length) this.ensure(end - pos);
    const { buf } = this;
    while (pos < end) buf[pos++] = SPACE;
    this.pos = end;
  }

  /** Unsigned 32-bit decimal. */
  decimal(value: number): void {
    if (this.pos + 10 > this.buf.length) this.ensure(10);
    const buf = this.buf;
    let v = value >>> 0;
    if (v < 10) {
      buf[this.pos++] = 48 + v;
      return;
    }
    const digits =
      v < 100
        ? 2
        : v < 1000
          ? 3
          : v < 10000
            ? 4
            : v < 100000
              ? 5
              : v < 1e6
                ? 6
                : v < 1e7
                  ? 7
                  : v < 1e8
                    ? 8
                    : v < 1e9
                      ? 9
                      : 10;
    let at = this.pos + digits;
    this.pos = at;
    while (v >= 100) {
      const q = (v / 100) >>> 0;
      const r = (v - q * 100) * 2;
      buf[--at] = DECIMAL[r + 1];
      buf[--at] = DECIMAL[r];
      v = q;
    }
    if (v >= 10) {
      buf[--at] = DECIMAL[v * 2 + 1];
      buf[--at] = DECIMAL[v * 2];
    } else buf[--at] = 48 + v;
  }

  /** Signed 32-bit decimal. */
  signed(value: number): void {
    const v = value | 0;
    if (v < 0) {
      this.byte(45);
      this.decimal(-v >>> 0);
    } else this.decimal(v);
  }

  /** Unsigned decimal, zero-padded to `width` digits. */
  padded(value: number, width: number): void {
    this.ensure(width);
    let v = value;
    for (let i = width - 1; i >= 0; i--) {
      this.buf[this.pos + i] = 48 + (v % 10);
      v = Math.floor(v / 10);
    }
    this.pos += width;
  }

  /** Unsigned 64-bit decimal from halves. */
  decimal64(lo: number, hi: number): void {
    if (hi === 0) {
      this.decimal(lo);
      return;
    }
    // Three base-1e9 digits by long division of (hi, lo); every intermediate stays below 2^53.
    const base = 1e9;
    const qh = Math.floor(hi / base);
    const part = (hi - qh * base) * 65536 + (lo >>> 16);
    const q1 = Math.floor(part / base);
    const part2 = (part - q1 * base) * 65536 + (lo & 0xffff);
    const q0 = Math.floor(part2 / base);
    const low = part2 - q0 * base;
    const high = qh * 4294967296 + q1 * 65536 + q0;
    if (high >= base) {
      const top = Math.floor(high / base);
      this.decimal(top);
      this.padded(high - top * base, 9);
    } else this.decimal(high);
    this.padded(low, 9);
  }

  /** Signed 64-bit decimal from halves. */
  signed64(lo: number, hi: number): void {
    if (hi >>> 31 !== 0) {
      this.byte(45);
      const nlo = -lo >>> 0;
      const nhi = (~hi + (nlo === 0 ? 1 : 0)) >>> 0;
      this.decimal64(nlo, nhi);
    } else this.decimal64(lo, hi);
  }

  /** Hex digits of a 32-bit value, without prefix, without leading zeros. */
  hexDigits(value: number): void {
    const v = value >>> 0;
    if (this.pos + 8 > this.buf.length) this.ensure(8);
    const buf = this.buf;
    let nibbles =
      v < 0x10
        ? 1
        : v < 0x100
          ? 2
          : v < 0x1000
            ? 3
            : v < 0x10000
              ? 4
              : v < 0x100000
                ? 5
                : v < 0x1000000
                  ? 6
                  : v < 0x10000000
                    ? 7
                    : 8;
    let pos = this.pos;
    if (nibbles & 1) {
      buf[pos++] = HEX[2 * ((v >>> (4 * (nibbles - 1))) & 15) + 1];
      nibbles--;
    }
    for (let shift = 4 * nibbles - 8; shift >= 0; shift -= 8) {
      const b = (v >>> shift) & 255;
      buf[pos++] = HEX[2 * b];
      buf[pos++] = HEX[2 * b + 1];
    }
    this.pos = pos;
  }

  /** `0x…` of a 32-bit value; `0` for zero, as C's %#x. */
  hex(value: number): void {
    if (value === 0) {
      this.byte(48);
      return;
    }
    this.hexPrefix();
    this.hexDigits(value);
  }

  private hexPrefix(): void {
    if (this.pos + 2 > this.buf.length) this.ensure(2);
    const { buf, pos } = this;
    buf[pos] = 48;
    buf[pos + 1] = 120;
    this.pos = pos + 2;
  }

  /** `0x…` of a 64-bit value from halves; `0` for zero. */
  hex64(lo: number, hi: number): void {
    if (hi === 0) {
      this.hex(lo);
      return;
    }
    this.hexPrefix();
    this.hexDigits(hi);
    this.hexFixed(lo, 8);
  }

  /** Exactly `width` (even) hex digits of a 32-bit value. */
  hexFixed(value: number, width: number): void {
    if (this.pos + width > this.buf.length) this.ensure(width);
    const { buf } = this;
    let { pos } = this;
    for (let shift = width * 4 - 8; shift >= 0; shift -= 8) {
      const b = (value >>> shift) & 255;
      buf[pos++] = HEX[2 * b];
      buf[pos++] = HEX[2 * b + 1];
    }
    this.pos = pos;
  }

  /** Octal as C's %#o: a leading 0, `0` for zero. */
  octal(value: number): void {
    const v = value >>> 0;
    if (v === 0) {
      this.byte(48);
      return;
    }
    this.text('0' + v.toString(8));
  }

  /** Octal as %#03o, the way modes of files are written: `000`, `0644`. */
  mode(value: number): void {
    const v = value >>> 0;
    if (v === 0) {
      this.text('000');
      return;
    }
    const digits = v.toString(8);
    this.text(digits.length < 2 ? '00' + digits : '0' + digits);
  }

  /** The same of a 64-bit value from halves. */
  mode64(lo: number, hi: number): void {
    if (hi === 0) {
      this.mode(lo);
      return;
    }
    // 30 bits are ten digits.
    const top = (hi * 4 + (lo >>> 30)).toString(8);
    this.text('0' + top + (lo & 0x3fffffff).toString(8).padStart(10, '0'));
  }

  /** Takes back everything after `pos`. */
  rewind(pos: number): void {
    this.pos = pos;
  }
}
