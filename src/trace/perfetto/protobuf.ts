// Writes protocol buffers into one buffer that is used again and again: the wire format of protobuf.dev/programming-guides/encoding.

/** Bytes that a nested message's length takes: padded, so that it can be filled in afterwards. */
const LENGTH_BYTES = 4;

/** One message at a time, begun with `reset`. */
export class ProtobufWriter {
  buf = Buffer.alloc(1 << 14);
  pos = 0;

  /** Begins anew. */
  reset(): void {
    this.pos = 0;
  }

  private ensure(n: number): void {
    if (this.pos + n <= this.buf.length) return;
    const larger = Buffer.alloc(Math.max(this.buf.length * 2, this.pos + n));
    this.buf.copy(larger, 0, 0, this.pos);
    this.buf = larger;
  }

  private raw(value: number): void {
    this.ensure(10);
    let rest = value;
    for (; rest > 127; rest = Math.floor(rest / 128)) this.buf[this.pos++] = (rest % 128) | 128;
    this.buf[this.pos++] = rest;
  }

  /** A field with an integer: int32, int64, uint64, bool, enum. Negative ones in two's complement of 64 bits. */
  integer(field: number, value: number | bigint): void {
    this.raw(field * 8);
    if (typeof value === 'number' && value >= 0) {
      this.raw(value);
      return;
    }
    this.ensure(10);
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest > 127n; rest >>= 7n) this.buf[this.pos++] = Number(rest & 127n) | 128;
    this.buf[this.pos++] = Number(rest);
  }

  /** A field of type fixed64. */
  fixed64(field: number, value: number): void {
    this.raw(field * 8 + 1);
    this.ensure(8);
    this.pos = this.buf.writeBigUInt64LE(BigInt(value), this.pos);
  }

  /** A field with text. */
  string(field: number, text: string): void {
    this.raw(field * 8 + 2);
    const length = Buffer.byteLength(text);
    this.raw(length);
    this.ensure(length);
    this.pos += this.buf.write(text, this.pos);
  }

  /** Begins a nested message (of less than 256 MiB); what `end` needs. */
  begin(field: number): number {
    this.raw(field * 8 + 2);
    this.ensure(LENGTH_BYTES);
    this.pos += LENGTH_BYTES;
    return this.pos;
  }

  /** Ends the message that `begin` began. */
  end(start: number): void {
    let length = this.pos - start;
    for (let i = 1; i <= LENGTH_BYTES; i++, length = Math.floor(length / 128))
      this.buf[start - LENGTH_BYTES + i - 1] = (length % 128) | (i < LENGTH_BYTES ? 128 : 0);
  }
}
