// Resolved description -> printers: nested closures made once, that read a record and write bytes.
import { elementLimit } from '../capture/shape.js';
import type { R, RField } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { chooser } from './choose.js';
import { foundPrinter } from './found.js';
import type { Miss } from './miss.js';
import { placeReader } from './place.js';
import { pointerPrinter } from './pointer.js';
import type { MemoryPrinter, RenderContext, ScalarPrinter } from './printer.js';
import { quote } from './quote.js';
import { printAddress, scalarPrinter, stored } from './scalar.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';
import { structPrinter } from './structure.js';
import type { Style } from './style.js';

const SEPARATOR = label(', ');
const MORE = label(', ...');

/** Names of the arguments for renderers that refer to them. */
export interface ArgumentLookup {
  arg(name: string): (c: Cursor, s: Sink) => void;
  argIndex(name: string): number;
}

/** Compiles printers of one call and style. */
export class Printers {
  /** What is compiled is printed at the exit: inputs that are structures or arrays are addresses there when the call failed. */
  late = false;

  /** The field of a list's structure that leads to the next one, and its printer. */
  link: { readonly field: RField; readonly print: MemoryPrinter } | undefined;

  constructor(
    readonly style: Style,
    private readonly lookup: ArgumentLookup,
  ) {}

  /** A value in a register or read from memory. */
  scalar(node: R, depth: number): ScalarPrinter {
    const simple = scalarPrinter(node, this.style);
    if (simple) return simple;
    switch (node.kind) {
      case 'pointer':
        return pointerPrinter(this, node, depth);
      case 'match': {
        const choose = chooser(node, depth, (r) => this.lazyScalar(r, depth));
        return (c, s, lo, hi) => choose(c)(c, s, lo, hi);
      }
      default:
        return printAddress;
    }
  }

  /** Compiled when it is first needed: most cases of a command never come. */
  private lazyScalar(node: R, depth: number): ScalarPrinter {
    let made: ScalarPrinter | undefined;
    const { late } = this;
    const print = (): ScalarPrinter => (made ??= this.timed(late, () => this.scalar(node, depth)));
    // An alternative of up to 32 bits does not see what else the register holds.
    if (node.bytes > 0 && node.bytes <= 4) return (c, s, lo) => print()(c, s, lo, 0);
    return (c, s, lo, hi) => print()(c, s, lo, hi);
  }
  private lazyMemory(node: R, depth: number): MemoryPrinter {
    let made: MemoryPrinter | undefined;
    const { late } = this;
    return (c, s, at, length) => (made ??= this.timed(late, () => this.memory(node, depth)))(c, s, at, length);
  }
  /** Compiles for a stop: `late` is the exiting one. */
  timed<T>(late: boolean, make: () => T): T {
    this.late = late;
    return make();
  }

  /** A node that lies in captured memory. */
  memory(node: R, depth: number): MemoryPrinter {
    const { style } = this;
    switch (node.kind) {
      case 'struct':
        return structPrinter(this, node, depth);
      case 'string': {
        const { bytes: room } = node;
        return (c, s, at, length) => {
          const most = room > 0 ? Math.min(room, length) : length;
          let n = 0;
          while (n < most && c.bytes[at + n] !== 0) n++;
          const whole = n < most;
          quote(s, c.bytes, at, whole ? n : Math.max(0, most - 1), style.hex, !whole);
        };
      }
      case 'bytes': {
        const length = placeReader(node.length, depth);
        const { bytes: room, hex } = node;
        return (c, s, at, there) => {
          const n = Math.min(length(c), there, room > 0 ? room : Infinity);
          quote(s, c.bytes, at, n, hex ? 'all' : style.hex, false);
        };
      }
      case 'array': {
        const count = placeReader(node.count, depth);
        const element = this.memory(node.of, depth);
        const stride = node.of.bytes;
        const most = elementLimit(style, node.limit);
        const filling = node.count.kind === 'room';
        const plain: MemoryPrinter = (c, s, at, length) => {
          const all = filling ? Math.floor(length / stride) : count(c);
          const n = Math.min(all, most, Math.floor(length / stride));
          s.byte(91);
          for (let i = 0; i < n; i++) {
            if (i > 0) s.bytes(SEPARATOR);
            element(c, s, at + i * stride, stride);
          }
          if (n < all) s.bytes(n > 0 ? MORE : MORE.subarray(2));
          s.byte(93);
        };
        return node.render ? node.render({ ...this.context(node.bytes, depth), plain, element }) : plain;
      }
      case 'blob':
        return node.render(this.context(node.bytes, depth));
      case 'whole': {
        const all = this.memory(node.node, depth);
        const short = this.memory(node.short ?? node.node, depth);
        const { least, most } = node;
        return (c, s, at, length) => (length >= least && length <= most ? all : short)(c, s, at, length);
      }
      case 'match': {
        const choose = chooser(node, depth, (r) => this.lazyMemory(r, depth));
        return (c, s, at, length) => choose(c)(c, s, at, length);
      }
      default:
        return stored(this.scalar(node, depth), node.bytes);
    }
  }

  /** What renderers of a node without parts are given. */
  context(size: number, depth: number): RenderContext {
    const none = (): never => {
      throw new Error('no such part in this node');
    };
    return {
      style: this.style,
      size,
      address: depth - 1,
      outer: depth - 2,
      offset: none,
      field: none,
      named: none,
      plain: none,
      excess: none,
      element: none,
      arg: (name) => this.lookup.arg(name),
      argIndex: (name) => this.lookup.argIndex(name),
      captured: none,
    };
  }

  /** What a non-null pointer points to: finds the region, checks that it is whole, prints. */
  pointee(node: R & { kind: 'pointer' }, depth: number, after = false): ScalarPrinter {
    const { site, to, options } = node;
    return this.found(after && node.after ? node.after : to, site, depth, options.bare === true);
  }

  /** An object in captured memory; `lost` is printed when it cannot be read, its address when absent. */
  found(to: R, site: number, depth: number, bare: boolean, lost?: string | Miss): ScalarPrinter {
    return foundPrinter(this, to, site, depth, bare, lost);
  }
}
