// Makes printers of netlink's parts: what decoders are, and what they share while a buffer is printed.
import { compileObject, withKernelLayout } from '../../../decode/object.js';
import type { MemoryPrinter } from '../../../decode/printer.js';
import { escape, ellipsis, quote } from '../../../decode/quote.js';
import type { Sink } from '../../../decode/sink.js';
import type { Style } from '../../../decode/style.js';
import type { Node } from '../../../describe/node.js';
import { sizeOfNode } from '../../../describe/resolve.js';
import type { Cursor } from '../../../record/cursor.js';

/**
 * How a payload is printed: a node of the description language, for which fewer bytes than it takes are bytes in hexadecimal, and
 * more do not matter; or a function that makes a printer of its own, once for each style. A printer is given where the payload
 * begins and how many bytes it is said to have: what of them could be read, `Compiler.readable` knows.
 */
export type Decoder = Node | ((n: Compiler) => MemoryPrinter);

/** What earlier parts of a message say about later ones. */
export interface Scope {
  /** The address family of the message's header (AF_UNSPEC: not known). */
  family: number;
  /** The last name that chose what follows it: the kind of a link, of a queueing discipline, of a generic family. */
  kind: string;
  /** Flags of the message's header. */
  flags: number;
}

/** Makes and keeps the printers of one style and protocol. */
export class Compiler {
  readonly scope: Scope = { family: 0, kind: '', flags: 0 };
  /** Index behind the last byte that could be read. */
  private end = 0;
  /** Index of the buffer's first byte, and its address. */
  private base = 0;
  private lo = 0;
  private hi = 0;
  private readonly made = new Map<Decoder, MemoryPrinter>();
  /** As many elements of a list as are shown; Infinity: all. */
  readonly limit: number;

  readonly style: Style;
  /** Bytes of a pointer of the program, where the kernel's own layout does not count. */
  readonly word: number;

  constructor(style: Style) {
    this.word = style.abi.word;
    this.style = withKernelLayout(style);
    this.limit = style.abbrev ? style.stringLimit : Infinity;
  }

  /** A buffer is printed: where it begins in the cursor's bytes, how much of it was read, its address. */
  begin(at: number, length: number, lo: number, hi: number): void {
    this.base = at;
    this.end = at + length;
    this.lo = lo;
    this.hi = hi;
    this.scope.family = 0;
    this.scope.kind = '';
    this.scope.flags = 0;
  }

  /** Whether `n` bytes from an index on could be read. */
  readable(at: number, n: number): boolean {
    return at + n <= this.end;
  }

  /** The address of what stands at an index. */
  address(s: Sink, at: number): void {
    const lo = this.lo + (at - this.base);
    s.hex64(lo >>> 0, (this.hi + Math.floor(lo / 4294967296)) >>> 0);
  }

  /** `... /* ADDRESS *` + `/`: a list goes on where nothing can be read. */
  broken(s: Sink, at: number): void {
    s.text('... /* ');
    this.address(s, at);
    s.text(' */');
  }

  /** The printer of a decoder; the same for the same decoder. */
  compile(decoder: Decoder): MemoryPrinter {
    let print = this.made.get(decoder);
    if (!print) this.made.set(decoder, (print = typeof decoder === 'function' ? decoder(this) : this.node(decoder)));
    return print;
  }

  /** A printer that is compiled when it is first used. */
  lazy(decoder: Decoder): MemoryPrinter {
    let print: MemoryPrinter | undefined;
    return (c, s, at, length) => (print ??= this.compile(decoder))(c, s, at, length);
  }

  /** Bytes that a node takes (0: it varies). */
  sizeOf(node: Node): number {
    return sizeOfNode('netlink', node, this.style);
  }

  private node(node: Node): MemoryPrinter {
    const print = compileObject('netlink', node, this.style);
    const size = this.sizeOf(node);
    return this.guarded(size, (c, s, at, length) => print(c, s, at, size > 0 ? size : length));
  }

  /** At least `least` bytes, and those readable; fewer are bytes in hexadecimal. */
  guarded(least: number, print: MemoryPrinter): MemoryPrinter {
    return (c, s, at, length) => {
      if (length < least) this.hex(c, s, at, length);
      else if (this.readable(at, least)) print(c, s, at, length);
      else this.address(s, at);
    };
  }

  /** Finds printers of decoders by their keys, each compiled when it is first used. */
  lookup(
    decoders: Readonly<Partial<Record<string | number, Decoder>>>,
  ): (key: string | number) => MemoryPrinter | undefined {
    const printers = new Map<string | number, MemoryPrinter>();
    for (const [name, decoder] of Object.entries(decoders)) {
      if (!decoder) continue;
      const print = this.lazy(decoder);
      printers.set(name, print);
      if (/^\d+$/.test(name)) printers.set(Number(name), print);
    }
    return (key) => printers.get(key);
  }

  /** Bytes in hexadecimal, as many as `-s` says. */
  readonly hex: MemoryPrinter = (c, s, at, length) => {
    this.bytes(c, s, at, length, true);
  };

  /** Bytes as a string, as many as `-s` says. */
  readonly text: MemoryPrinter = (c, s, at, length) => {
    this.bytes(c, s, at, length, false);
  };

  private bytes(c: Cursor, s: Sink, at: number, length: number, hex: boolean): void {
    const { style } = this;
    const n = Math.min(length, style.stringLimit);
    if (!this.readable(at, Math.min(length, style.stringLimit + 1))) {
      this.address(s, at);
      return;
    }
    quote(s, c.bytes, at, n, hex ? 'all' : style.hex, n < length);
    if (style.structured) s.text(`@${length}`);
  }

  /** A string. When the last byte that is looked at is a NUL, it is not shown and the string is whole; otherwise it is cut. */
  readonly terminated: MemoryPrinter = (c, s, at, length) => {
    const { style } = this;
    const n = Math.min(length, style.stringLimit);
    // A NUL counts as the end even where the limit put it there, but not where it makes the string hexadecimal.
    const ends = style.hex === 'none' || style.hex === 'non-ascii-chars';
    if (!this.readable(at, Math.min(length, style.stringLimit + 1))) this.address(s, at);
    else if (ends && n > 0 && c.bytes[at + n - 1] === 0) quote(s, c.bytes, at, n - 1, style.hex, false);
    else quote(s, c.bytes, at, n, style.hex, true);
  };

  /** A string that ends at its first NUL; without one it is cut. */
  readonly name: MemoryPrinter = (c, s, at, length) => {
    const { style } = this;
    const most = Math.min(length, style.stringLimit + 1);
    let n = 0;
    while (n < most && at + n < this.end && c.bytes[at + n] !== 0) n++;
    if (n < most && !this.readable(at, n + 1)) {
      this.address(s, at);
      return;
    }
    const whole = n < most;
    const shown = Math.min(n, style.stringLimit);
    s.byte(34);
    escape(s, c.bytes, at, shown, style.hex);
    s.byte(34);
    if (!whole) ellipsis(s);
  };
}
