// Resolved description -> printers: nested closures made once, that read a record and write bytes.
import type { Cursor } from '../record/cursor.js';
import type { R, RField, RStruct, RVersioned } from '../describe/resolve.js';
import {
  budgetOf,
  listLimit,
  elementLimit,
  FD_SET_BITS,
  headerBytes,
  isText,
  keepsEntry,
  PATH_BYTES,
} from '../capture/compile.js';
import { excessPrinter } from './excess.js';
import type { Tail } from './excess.js';
import type { PointerOptions } from '../describe/node.js';
import { placeReader, testReader, wordReader } from './place.js';
import type { MemoryPrinter, RenderContext, ScalarPrinter } from './printer.js';
import { quote } from './quote.js';
import { isRestart } from './result.js';
import { fdSetPrinter } from './descriptor.js';
import { printAddress, scalarPrinter, stored } from './scalar.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';
import { xlatPrinter } from './xlat.js';

const NULL = label('NULL');
const NULL_BOX = label('[NULL]');
const ARROW = label(' => ');
const SEPARATOR = label(', ');
const SHORT_END = label(', ...}');
const MORE = label(', ...');
const BRACKETS = label('[]');
const INDEX_END = label(']=');
const UNREAD = label(', ???');

/** Bytes that 64-bit addresses reach. */
const ADDRESS_SPACE = 2 ** 64;

/** Names of the arguments for renderers that refer to them. */
export interface ArgumentLookup {
  arg(name: string): (c: Cursor, s: Sink) => void;
  argIndex(name: string): number;
}

/** Which case of a match holds. Without a mask the whole value counts, of which keys are the low word. */
function chooser<T>(node: R & { kind: 'match' }, depth: number, make: (r: R) => T): (c: Cursor) => T {
  const { mask } = node;
  const cases = new Map(node.cases.map(([key, r]) => [key, make(r)] as const));
  const otherwise = make(node.otherwise);
  if (mask === 0xffffffff) {
    const on = placeReader(node.on, depth);
    return (c) => cases.get(on(c)) ?? otherwise;
  }
  const on = wordReader(node.on, depth);
  return (c) => cases.get((on(c) & mask) >>> 0) ?? otherwise;
}

/** Whether the same number stands in both places. */
function same(a: Cursor, x: number, b: Cursor, y: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (a.bytes[x + i] !== b.bytes[y + i]) return false;
  return true;
}

/** Prints fields with separators between them; `first`: none stands before. Returns whether that still holds. */
type FieldsPrinter = (c: Cursor, s: Sink, at: number, length: number, first: boolean) => boolean;

/** Whether a field is itself a structure, or may be one. */
const isNested = (node: R): boolean => node.kind === 'struct' || node.kind === 'match';

/** Stands where nothing is printed, or the fields of a union member instead. */
const unprinted: MemoryPrinter = () => undefined;

/** Whether the kernel asked for a restart of the call. */
const restarts = (c: Cursor): boolean => c.failed && isRestart(-(c.retLo | 0));

/** Compiles printers of one call and style. */
export class Printers {
  /** What is compiled is printed at the exit: inputs that are structures or arrays are addresses there when the call failed. */
  late = false;

  /** The field of a list's structure that leads to the next one, and its printer. */
  private link: { readonly field: RField; readonly print: MemoryPrinter } | undefined;

  constructor(
    private readonly style: Style,
    private readonly lookup: ArgumentLookup,
  ) {}

  /** A value in a register or read from memory. */
  scalar(node: R, depth: number): ScalarPrinter {
    const simple = scalarPrinter(node, this.style);
    if (simple) return simple;
    switch (node.kind) {
      case 'pointer':
        return this.pointer(node, depth);
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
        return this.struct(node, depth);
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

  private context(size: number, depth: number): RenderContext {
    const none = (): never => {
      throw new Error('no such part in this node');
    };
    return {
      style: this.style,
      size,
      address: depth - 1,
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

  /** `tail` is filled in before a versioned structure is printed. */
  private struct(node: RStruct, depth: number, tail?: Tail): MemoryPrinter {
    const { style } = this;
    const inner = depth + 1;
    const short = node.shortened && style.abbrev;
    const makers = this.members(node, inner);
    const labels = node.fields.map((f) => label((node.spread && !style.argNames) || f.bare ? '' : f.label + '='));
    const body = this.fields(node, depth, makers, labels);
    const end = tail && excessPrinter(node, tail, style, depth);
    const omitted = short ? this.omitted(node, inner) : undefined;
    const plain: MemoryPrinter = (c, s, at, length) => {
      s.byte(123);
      body(c, s, at, length, true);
      if (c.part === 1 && c.cut) return;
      if (omitted?.(c, at)) s.bytes(SHORT_END);
      else {
        if (end) end(c, s, at, length);
        s.byte(125);
      }
    };
    if (node.spread) return (c, s, at, length) => body(c, s, at, length, true);
    if (!node.render) return plain;
    const index = (name: string): number => {
      const i = node.fields.findIndex((f) => f.name === name);
      if (i < 0) throw new Error(`no field '${name}'`);
      return i;
    };
    const context: RenderContext = {
      ...this.context(node.bytes, inner),
      plain,
      excess: end ?? unprinted,
      offset: (name) => node.fields[index(name)].offset,
      field: (name) => {
        const i = index(name);
        const { offset, node: inside } = node.fields[i];
        const print = makers[i];
        return (c, s, at) => print(c, s, at + offset, inside.bytes);
      },
      named: (name) => {
        const i = index(name);
        const { offset, node: inside } = node.fields[i];
        const print = makers[i];
        const text = labels[i];
        return (c, s, at) => {
          s.bytes(text);
          print(c, s, at + offset, inside.bytes);
        };
      },
    };
    const own = node.render(context);
    return (c, s, at, length) => {
      const frame = c.frames[depth];
      c.frames[depth] = at;
      own(c, s, at, length);
      c.frames[depth] = frame;
    };
  }

  /** Whether abbreviation leaves something out: fields that it does not show, and that would be shown without it. */
  private omitted(node: RStruct, depth: number): (c: Cursor, at: number) => boolean {
    const tests = node.fields.filter((f) => f.verboseOnly).map((f) => f.when && testReader(f.when, depth + 1));
    if (tests.length === 0 || tests.includes(undefined)) return () => true;
    return (c, at) => {
      const frame = c.frames[depth];
      c.frames[depth] = at;
      const some = tests.some((test) => test?.(c));
      c.frames[depth] = frame;
      return some;
    };
  }

  /** The printer of each field's value. */
  private members(node: RStruct, depth: number): MemoryPrinter[] {
    const { link } = this;
    return node.fields.map((f) => {
      if (f === link?.field) return link.print;
      const { bits } = f;
      if (f.behind >= 0) {
        const print = this.found(f.node, f.behind, depth, false, f.lost);
        const outer = depth - 1;
        const { offset } = f;
        return (c, s) => {
          const lo = c.addressLo[outer] + offset;
          print(c, s, lo >>> 0, (c.addressHi[outer] + (lo > 0xffffffff ? 1 : 0)) >>> 0);
        };
      }
      if (!bits) return f.inline ? unprinted : this.memory(f.node, depth);
      const print = this.scalar(f.node, depth);
      const [shift, width] = bits;
      const mask = width >= 32 ? 0xffffffff : 2 ** width - 1;
      return (c, s, at) => print(c, s, (c.u32(at + (shift >> 3)) >>> (shift & 7)) & mask, 0);
    });
  }

  /** What stands between the braces of a structure. */
  private fields(
    node: RStruct,
    depth: number,
    makers: readonly MemoryPrinter[],
    labels: readonly Uint8Array[],
  ): FieldsPrinter {
    const inner = depth + 1;
    const short = node.shortened && this.style.abbrev;
    const shown = node.order
      .map((i) => ({ f: node.fields[i], i }))
      .filter(({ f }) => !f.hidden && !(short && f.verboseOnly))
      .map(({ f, i }) => ({
        f,
        i,
        // Structures inside ask how much of them the caller gave; all else is there whole, thanks to the zeros.
        whole: node.padded && !isNested(f.node) && (node.padded !== 'clipped' || f.node.kind !== 'string'),
        nested: isNested(f.node),
        print: makers[i],
        test: f.when && testReader(f.when, inner),
        inline: f.inline ? this.inlined(f.node, inner) : undefined,
        upTo: f.upTo && placeReader(f.upTo, inner),
        remark: f.remark?.(this.context(f.node.bytes, inner)),
      }));
    return (c, s, at, length, first) => {
      const frame = c.frames[depth];
      c.frames[depth] = at;
      for (const { f, i, print, test, inline, whole, nested, upTo, remark } of shown) {
        const from = at + f.offset;
        const { bytes } = f.node;
        if (f.ifThere > 0 && f.offset + f.ifThere > length) continue;
        if (f.rest && f.offset >= length) continue;
        if (f.beyond !== undefined && f.beyond >= length) continue;
        if (test && !test(c)) continue;
        if (f.answer) {
          const { after } = c;
          if (after === null || after.failed || c.changedBase < 0) continue;
          const answered = c.changedBase + f.offset;
          if (f.ifSet && allZero(after, answered, bytes)) continue;
          if (first) first = false;
          else s.bytes(SEPARATOR);
          s.bytes(labels[i]);
          print(after, s, answered, bytes);
          continue;
        }
        if (f.ifSet && (f.bits ? noBits(c, from, f.bits) : allZero(c, from, bytes))) continue;
        if (inline) {
          first = inline(c, s, from, length - f.offset, first);
          continue;
        }
        const cuts = c.part !== 0 && !c.cut && (f.changed || f.fresh !== false);
        if (cuts && f.fresh === true) {
          c.cut = true;
          if (c.part === 1) break;
          s.rewind(c.mark);
        }
        if (first) first = false;
        else s.bytes(SEPARATOR);
        s.bytes(labels[i]);
        if (cuts && !c.cut) {
          c.cut = true;
          if (c.part === 1) {
            if (f.changed) print(c, s, from, bytes);
            break;
          }
          s.rewind(c.mark);
          if (f.changed) this.change(c, s, from, bytes, at, print, true);
          else print(c, s, from, bytes);
        } else if (f.changed && c.entry !== null) this.change(c, s, from, bytes, at, print, false);
        else if (f.changed && c.after !== null) rewritten(c, c.after, s, from, bytes, at, print);
        else if (bytes === 0 && f.behind < 0) print(c, s, from, length - f.offset);
        else if (nested && c.changedBase >= 0) {
          c.changedBase += f.offset;
          print(c, s, from, Math.min(bytes, length - f.offset));
          c.changedBase -= f.offset;
        } else if (f.cut && f.offset + bytes > length) quote(s, c.bytes, from, length - f.offset, 'all', false);
        else {
          const there = f.rest ? length - f.offset : whole ? bytes : Math.min(bytes, length - f.offset);
          print(c, s, from, upTo ? Math.min(there, upTo(c)) : there);
        }
        if (remark) remark(c, s, at, length);
        if (c.part === 1 && c.cut) break;
      }
      c.frames[depth] = frame;
      return first;
    };
  }

  /** The fields of a structure that stands in another one without braces of its own. */
  private inlined(node: R, depth: number): FieldsPrinter {
    const other = (): FieldsPrinter => {
      const print = this.memory(node, depth);
      return (c, s, at, length, first) => {
        if (!first) s.bytes(SEPARATOR);
        print(c, s, at, length);
        return false;
      };
    };
    switch (node.kind) {
      case 'struct':
        if (node.render) return other();
        return this.fields(
          node,
          depth,
          this.members(node, depth + 1),
          node.fields.map((f) => label(f.bare ? '' : f.label + '=')),
        );
      case 'match': {
        const on = wordReader(node.on, depth);
        const { mask } = node;
        const lazy = (r: R): FieldsPrinter => {
          let made: FieldsPrinter | undefined;
          return (c, s, at, length, first) => (made ??= this.inlined(r, depth))(c, s, at, length, first);
        };
        const cases = new Map(node.cases.map(([key, r]) => [key, lazy(r)] as const));
        const otherwise = lazy(node.otherwise);
        return (c, s, at, length, first) => (cases.get((on(c) & mask) >>> 0) ?? otherwise)(c, s, at, length, first);
      }
      case 'whole': {
        const all = this.inlined(node.node, depth);
        const short = this.inlined(node.short ?? node.node, depth);
        const { least, most } = node;
        return (c, s, at, length, first) => (length >= least && length <= most ? all : short)(c, s, at, length, first);
      }
      default:
        return other();
    }
  }

  /**
   * `old => new` of a field that the kernel changed; `changedBase` was set by the pointer that found both states. With
   * `shown` the old value stands there already.
   */
  private change(
    c: Cursor,
    s: Sink,
    from: number,
    bytes: number,
    at: number,
    print: MemoryPrinter,
    shown: boolean,
  ): void {
    const { entry } = c;
    const before = c.changedBase + (from - at);
    const differs = entry !== null && c.changedBase >= 0 && !same(c, from, entry, before, bytes);
    if (shown && !differs) return;
    if (entry && differs) {
      if (!shown) print(entry, s, before, bytes);
      s.bytes(ARROW);
    }
    print(c, s, from, bytes);
  }

  /** A pointer: NULL, an address, or what it points to. */
  private pointer(node: R & { kind: 'pointer' }, depth: number): ScalarPrinter {
    const { style } = this;
    const { options, direction } = node;
    const whenNull = options.boxed ? NULL_BOX : options.whenNull === undefined ? NULL : label(options.whenNull);
    const miss = options.boxed ? boxed : missed;
    const followed = style.verbose || options.always === true || isText(node.to);
    const target = followed
      ? this.found(node.to, node.site, depth, options.bare === true, miss)
      : options.plainAddress
        ? printAddress
        : unfollowed(node.to, depth);
    const hidden =
      (direction === 'out' || (direction === 'in' && this.late && !isText(node.to))) && !options.evenOnError;
    const { onRestart } = options;
    const smallest = node.sizePlace && placeReader(node.sizePlace, depth);
    if (keepsEntry(node) && followed) {
      const changing = this.changing(node, depth, whenNull);
      if (!node.onlyIf) return changing;
      const only = placeReader(node.onlyIf, depth);
      return (c, s, lo, hi) => (only(c) === 0 ? printAddress : changing)(c, s, lo, hi);
    }
    const unaligned = (options.aligned ?? 1) - 1;
    const wanted = node.followed && testReader(node.followed, depth);
    const plain: ScalarPrinter = (c, s, lo, hi) => {
      if ((lo | hi) === 0) s.bytes(whenNull);
      else if ((lo & unaligned) !== 0 || (wanted && !wanted(c))) miss(s, lo, hi);
      else if (onRestart ? !restarts(c) : hidden && c.failed) miss(s, lo, hi);
      else if (smallest && smallest(c) < node.to.bytes) miss(s, lo, hi);
      else target(c, s, lo, hi);
    };
    return plain;
  }

  /** An inout pointer printed at the exit from both states. */
  private changing(node: R & { kind: 'pointer' }, depth: number, whenNull: Uint8Array): ScalarPrinter {
    const { site, to, options } = node;
    const target = this.pointee(node, depth);
    const failed = node.failed
      ? this.found(node.failed, site, depth, false)
      : options.failed === 'address'
        ? printAddress
        : undefined;
    const simple =
      to.kind !== 'struct' &&
      to.kind !== 'array' &&
      to.kind !== 'string' &&
      to.kind !== 'bytes' &&
      to.kind !== 'blob' &&
      to.kind !== 'match';
    const value = simple ? stored(this.scalar(to, depth), to.bytes) : undefined;
    const pair = this.pair(site, options, target);
    return (c, s, lo, hi) => {
      if ((lo | hi) === 0) {
        s.bytes(whenNull);
        return;
      }
      const { entry } = c;
      const old = entry !== null && entry.find(site, lo, hi) && entry.length >= to.bytes ? entry.at : -1;
      if (c.failed && failed) {
        if (old >= 0 && entry) failed(entry, s, lo, hi);
        else s.hex64(lo, hi);
        return;
      }
      if (value) {
        const now = c.find(site, lo, hi) && c.length >= to.bytes ? c.at : -1;
        if (now < 0 && old < 0) {
          s.hex64(lo, hi);
          return;
        }
        s.byte(91);
        if (old >= 0 && entry) value(entry, s, old, to.bytes);
        if (now >= 0 && !(old >= 0 && entry && same(c, now, entry, old, to.bytes))) {
          if (old >= 0) s.bytes(ARROW);
          value(c, s, now, to.bytes);
        }
        s.byte(93);
        return;
      }
      if (options.show === 'pair') {
        pair(c, s, lo, hi, entry);
        return;
      }
      if (options.show === 'split') {
        const outer = c.changedBase;
        c.changedBase = old;
        target(c, s, lo, hi);
        c.changedBase = outer;
        return;
      }
      if (options.show === 'entry') {
        if (entry === null || old < 0) {
          s.hex64(lo, hi);
          return;
        }
        const now = c.find(site, lo, hi) ? c.at : -1;
        entry.after = c;
        entry.changedBase = now;
        target(entry, s, lo, hi);
        entry.after = null;
        entry.changedBase = -1;
        return;
      }
      if (c.failed && !options.evenOnError && old >= 0 && entry) {
        target(entry, s, lo, hi);
        return;
      }
      const outer = c.changedBase;
      c.changedBase = old;
      target(c, s, lo, hi);
      c.changedBase = outer;
    };
  }

  /** Both states of an object: `old => new`. */
  private pair(
    site: number,
    { unlessZero, arrowOnError }: PointerOptions,
    target: ScalarPrinter,
  ): (c: Cursor, s: Sink, lo: number, hi: number, entry: Cursor | null) => void {
    return (c, s, lo, hi, entry) => {
      const found = entry !== null && entry.find(site, lo, hi);
      if (!found || entry.errno !== 0 || (unlessZero && allZero(entry, entry.at, entry.length))) {
        if (found && !unlessZero) target(entry, s, lo, hi);
        else if (!unlessZero || c.failed) s.hex64(lo, hi);
        else target(c, s, lo, hi);
        return;
      }
      target(entry, s, lo, hi);
      if (c.failed && !arrowOnError) return;
      s.bytes(ARROW);
      if (c.failed) s.hex64(lo, hi);
      else target(c, s, lo, hi);
    };
  }

  /** What a non-null pointer points to: finds the region, checks that it is whole, prints. */
  pointee(node: R & { kind: 'pointer' }, depth: number, after = false): ScalarPrinter {
    const { site, to, options } = node;
    return this.found(after && node.after ? node.after : to, site, depth, options.bare === true);
  }

  /** `lost` is printed when the object cannot be read; its address when absent. */
  private found(to: R, site: number, depth: number, bare: boolean, lost?: string | Miss): ScalarPrinter {
    const { style } = this;
    const miss = typeof lost === 'string' ? say(lost) : (lost ?? missed);
    switch (to.kind) {
      case 'string': {
        const cap = to.path ? PATH_BYTES : style.stringLimit + 1;
        const most = to.max === undefined ? cap : Math.min(cap, to.max);
        const limit = style.stringLimit;
        return (c, s, lo, hi) => {
          if (!c.find(site, lo, hi) || (c.aux === 0 && c.length < most)) miss(s, lo, hi);
          else if (c.aux !== 0) quote(s, c.bytes, c.at, c.length - 1, style.hex, false);
          else quote(s, c.bytes, c.at, to.path ? c.length - 1 : Math.min(c.length, limit), style.hex, true);
        };
      }
      case 'bytes': {
        const length = placeReader(to.length, depth);
        const limit = to.limit ?? style.stringLimit;
        const needed = to.limit ?? style.stringLimit + 1;
        const hex = to.hex ? 'all' : style.hex;
        const shared = to.within !== undefined;
        const { most } = to;
        if (to.terminated) return this.terminated(to, site, depth, miss);
        const counted = style.structured === true;
        // Where a NUL makes the whole string hexadecimal, it is shown.
        const trims = to.trimmed && (hex === 'none' || hex === 'non-ascii-chars');
        return (c, s, lo, hi) => {
          let n = length(c);
          if (shared) {
            n = Math.min(n, c.budget);
            c.budget -= n;
          }
          if (n > most) {
            miss(s, lo, hi);
            return;
          }
          if (n === 0) quote(s, c.bytes, 0, 0, 'none', false);
          else if (!c.find(site, lo, hi) || c.length < Math.min(n, needed)) miss(s, lo, hi);
          else {
            // A NUL at the end of what is shown stands for the end of the string, even where the limit put it there.
            const shown = Math.min(n, limit);
            if (trims && shown > 0 && c.bytes[c.at + shown - 1] === 0) quote(s, c.bytes, c.at, shown - 1, hex, false);
            else quote(s, c.bytes, c.at, shown, hex, n > limit);
            if (counted) s.text(`@${n}`);
          }
        };
      }
      case 'struct': {
        if (to.versioned) return this.versioned(to, to.versioned, site, depth, miss);
        if (to.linked) return this.list(to, to.linked.next, listLimit(style), site, depth);
        if (to.flexible) return this.flexible(to, to.flexible, site, depth);
        const length = to.length && placeReader(to.length, depth);
        const { readable } = to;
        const print = this.struct(to, depth);
        return (c, s, lo, hi) => {
          const want = length ? Math.min(length(c), to.bytes) : to.bytes;
          if (want < to.minimum || !c.find(site, lo, hi) || c.length < (readable ?? want)) miss(s, lo, hi);
          else {
            c.addressLo[depth] = lo;
            c.addressHi[depth] = hi;
            print(c, s, c.at, want);
          }
        };
      }
      case 'whole': {
        const all = this.found(to.node, site, depth, bare);
        const short = to.short ? this.found(to.short, site, depth, bare) : printAddress;
        const length = to.length ? placeReader(to.length, depth) : () => Infinity;
        const { least, most } = to;
        return (c, s, lo, hi) => {
          const n = length(c);
          (n >= least && n <= most ? all : short)(c, s, lo, hi);
        };
      }
      case 'chain':
        return this.foundChain(to, site, depth);
      case 'array':
        return this.foundArray(to, site, depth, miss);
      case 'zeroTerminated':
        return this.foundZeroTerminated(to, site, depth);
      case 'blob': {
        const print = to.render(this.context(0, depth));
        const length = placeReader(to.length, depth);
        const { least } = to;
        return (c, s, lo, hi) => {
          const given = length(c);
          const want = Math.min(given, to.max);
          if (want < to.minimum || (least > 0 && (given < least || given > to.max))) miss(s, lo, hi);
          else if (!c.find(site, lo, hi)) {
            if (want === 0) print(c, s, 0, 0);
            else miss(s, lo, hi);
          } else if (c.length < want && !to.partial) miss(s, lo, hi);
          else print(c, s, c.at, c.length);
        };
      }
      case 'fdSet': {
        const count = placeReader(to.count, depth);
        const print = fdSetPrinter(style, to.site, to.ready);
        const word = 8 * style.abi.longSize;
        return (c, s, lo, hi) => {
          const given = count(c);
          const bits = given >= 0x80000000 ? 0 : Math.min(given, FD_SET_BITS);
          if (bits === 0 || !c.find(site, lo, hi) || c.length < (Math.ceil(bits / word) * word) / 8) s.hex64(lo, hi);
          else print(c, s, c.at, bits);
        };
      }
      case 'match': {
        const lazy = (r: R): ScalarPrinter => {
          let made: ScalarPrinter | undefined;
          const { late } = this;
          return (c, s, lo, hi) =>
            (made ??= this.timed(late, () => this.found(r, site, depth, bare, lost)))(c, s, lo, hi);
        };
        const choose = chooser(to, depth, lazy);
        return (c, s, lo, hi) => choose(c)(c, s, lo, hi);
      }
      default: {
        const value = stored(this.scalar(to, depth), to.bytes);
        return (c, s, lo, hi) => {
          if (!c.find(site, lo, hi) || c.length < to.bytes) {
            miss(s, lo, hi);
            return;
          }
          if (!bare) s.byte(91);
          value(c, s, c.at, to.bytes);
          if (!bare) s.byte(93);
        };
      }
    }
  }

  /** A string in a buffer of known length. */
  private terminated(to: R & { kind: 'bytes' }, site: number, depth: number, miss: Miss): ScalarPrinter {
    const length = placeReader(to.length, depth);
    const limit = this.style.stringLimit;
    const hex = to.hex ? 'all' : this.style.hex;
    return (c, s, lo, hi) => {
      const n = Math.min(length(c), limit + 1);
      if (n === 0) quote(s, c.bytes, 0, 0, 'none', false);
      else if (!c.find(site, lo, hi) || c.length < n) miss(s, lo, hi);
      else {
        let end = 0;
        while (end < n && c.bytes[c.at + end] !== 0) end++;
        quote(s, c.bytes, c.at, Math.min(end, limit), hex, end === n);
      }
    };
  }

  /** A structure whose size the caller tells. */
  private versioned(to: RStruct, how: RVersioned, site: number, depth: number, miss: Miss): ScalarPrinter {
    const tail: Tail = { how, lo: 0, hi: 0, size: 0 };
    const print = this.struct(to, depth, tail);
    const { own, head, minimum, zeroMeans, showSize } = how;
    const maximum = how.maximum ?? Infinity;
    const told = how.size && placeReader(how.size, depth);
    const sizeLabel = own && label(`{${to.fields[own.index].name}=`);
    const sizePrinter = own && this.memory(to.fields[own.index].node, depth + 1);
    return (c, s, lo, hi) => {
      let size = 0;
      if (told) size = told(c);
      else if (own && c.find(head, lo, hi) && c.errno === 0)
        size = own.bytes === 8 ? c.u64(c.at + own.offset) : c.u32(c.at + own.offset);
      else {
        miss(s, lo, hi);
        return;
      }
      const { at: headAt } = c;
      if (size === 0 && zeroMeans !== undefined) size = zeroMeans;
      const known = size >= minimum && size <= maximum;
      if (known && c.find(site, lo, hi) && c.errno === 0) {
        tail.lo = lo;
        tail.hi = hi;
        tail.size = size;
        c.addressLo[depth] = lo;
        c.addressHi[depth] = hi;
        print(c, s, c.at, Math.min(size, to.bytes));
      } else if (own && sizeLabel && sizePrinter && showSize && (size < minimum || showSize === 'rest')) {
        s.bytes(sizeLabel);
        sizePrinter(c, s, headAt + own.offset, own.bytes);
        if (size >= minimum) s.bytes(UNREAD);
        s.byte(125);
      } else miss(s, lo, hi);
    };
  }

  /** A list of structures, each shown inside the one before. */
  private list(to: RStruct, next: number, limit: number, site: number, depth: number): ScalarPrinter {
    let level = 0;
    const follow: MemoryPrinter = (c, s, at, length) => {
      const lo = c.u32(at);
      const hi = length > 4 ? c.u32(at + 4) : 0;
      if ((lo | hi) === 0) s.bytes(NULL);
      else if (level >= limit) {
        s.hex64(lo, hi);
        s.text(' /* ... */');
      } else one(c, s, lo, hi);
    };
    this.link = { field: to.fields[next], print: follow };
    const print = this.struct(to, depth);
    this.link = undefined;
    const one: ScalarPrinter = (c, s, lo, hi) => {
      if (!c.find(site, lo, hi) || c.length < to.bytes) s.hex64(lo, hi);
      else {
        level++;
        print(c, s, c.at, to.bytes);
        level--;
      }
    };
    return one;
  }

  /** A structure that ends with an array as long as its count says; an address unless all of it can be read. */
  private flexible(
    to: RStruct,
    { count, stride }: NonNullable<RStruct['flexible']>,
    site: number,
    depth: number,
  ): ScalarPrinter {
    const print = this.struct(to, depth);
    const elements = placeReader(count, depth);
    return (c, s, lo, hi) => {
      const want = to.bytes + elements(c) * stride;
      if (!c.find(site, lo, hi) || c.length < want) s.hex64(lo, hi);
      else print(c, s, c.at, c.length);
    };
  }

  private foundArray(to: R & { kind: 'array' }, site: number, depth: number, miss: Miss): ScalarPrinter {
    const element = this.memory(to.of, depth);
    const stride = to.of.bytes;
    const count = placeReader(to.count, depth);
    const most = elementLimit(this.style, to.limit);
    const within = budgetOf(to.of);
    const budget = within && placeReader(within, depth);
    const own = to.render?.({ ...this.context(0, depth), element });
    const { whole, least, most: bound } = to;
    const nameIndex = to.indices && xlatPrinter(to.indices, this.style, 4, 'd');
    const negative = to.signed && to.count.kind === 'arg' ? 2 ** (8 * to.count.bytes - 1) : Infinity;
    return (c, s, lo, hi) => {
      const all = count(c);
      // An array that would reach beyond the end of the address space is none.
      if (all < least || all > bound || all >= negative || hi * 4294967296 + lo + all * stride > ADDRESS_SPACE) {
        s.hex64(lo, hi);
        return;
      }
      if (all === 0) {
        s.bytes(BRACKETS);
        return;
      }
      const there = c.find(site, lo, hi) ? Math.floor(c.length / stride) : 0;
      if (there === 0) {
        miss(s, lo, hi);
        return;
      }
      const at = c.at;
      const n = Math.min(all, most);
      const readable = Math.min(n, there);
      if (whole && readable < n) {
        miss(s, lo, hi);
        return;
      }
      if (own) {
        own(c, s, at, there * stride);
        return;
      }
      if (budget) c.budget = budget(c);
      s.byte(91);
      const { index, changedBase } = c;
      for (let i = 0; i < readable; i++) {
        if (i > 0) s.bytes(SEPARATOR);
        c.index = i;
        if (changedBase >= 0) c.changedBase = changedBase + i * stride;
        if (nameIndex) {
          s.byte(91);
          nameIndex(c, s, i, 0);
          s.bytes(INDEX_END);
        }
        element(c, s, at + i * stride, stride);
      }
      c.index = index;
      c.changedBase = changedBase;
      if (readable < n || (n < all && there === n)) broken(s, lo, hi, readable * stride);
      else if (n < all) s.bytes(n > 0 ? MORE : MORE.subarray(2));
      s.byte(93);
    };
  }

  /** Records one behind the other: `[{…}, {…}]`; what is left behind a broken one is an address. */
  private foundChain(to: R & { kind: 'chain' }, site: number, depth: number): ScalarPrinter {
    const element = this.memory(to.of, depth);
    const bytes = placeReader(to.length, depth);
    const { unit, max } = to;
    const header = headerBytes(to.of);
    return (c, s, lo, hi) => {
      const want = Math.min(bytes(c), max);
      if (want < header || !c.find(site, lo, hi) || c.length < want) {
        s.hex64(lo, hi);
        return;
      }
      const { at } = c;
      s.byte(91);
      let from = 0;
      while (want - from >= header) {
        if (from > 0) s.bytes(SEPARATOR);
        const size = unit === 8 ? c.u64(at + from) : unit === 4 ? c.u32(at + from) : c.u16(at + from);
        element(c, s, at + from, Math.min(Math.max(size, header), want - from));
        from += size < header ? header : Math.ceil(size / unit) * unit;
        if (size < header) break;
      }
      if (from < want) broken(s, lo, hi, from);
      s.byte(93);
    };
  }

  private foundZeroTerminated(to: R & { kind: 'zeroTerminated' }, site: number, depth: number): ScalarPrinter {
    const unit = to.of.bytes;
    const { style } = this;
    if (to.countOnly !== undefined && style.abbrev) {
      const one = label(` /* 1 ${to.countOnly}`);
      const many = label(` ${to.countOnly}s`);
      const open = label(' /* ');
      const unterminated = label(', unterminated */');
      const close = label(' */');
      return (c, s, lo, hi) => {
        s.hex64(lo, hi);
        if (!c.find(site, lo, hi)) return;
        const units = Math.floor(c.length / unit);
        if (c.aux === 0 && units === 0) return;
        const n = c.aux !== 0 ? units - 1 : units;
        if (n === 1) s.bytes(one);
        else {
          s.bytes(open);
          s.decimal(n);
          s.bytes(many);
        }
        s.bytes(c.aux !== 0 ? close : unterminated);
      };
    }
    const element = this.memory(to.of, depth);
    const most = elementLimit(style, undefined);
    return (c, s, lo, hi) => {
      if (!c.find(site, lo, hi)) {
        s.hex64(lo, hi);
        return;
      }
      const { at, aux, errno } = c;
      const units = Math.floor(c.length / unit);
      if (units === 0) {
        s.hex64(lo, hi);
        return;
      }
      const n = Math.min(aux !== 0 ? units - 1 : units, most);
      s.byte(91);
      for (let i = 0; i < n; i++) {
        if (i > 0) s.bytes(SEPARATOR);
        element(c, s, at + i * unit, unit);
      }
      if (aux === 0) {
        if (errno !== 0 && units <= most) broken(s, lo, hi, n * unit);
        else s.bytes(n > 0 ? MORE : MORE.subarray(2));
      }
      s.byte(93);
    };
  }
}

/** `old => new` of a field that the kernel wrote back, when the entering record `c` is shown and `after` is the exiting one. */
function rewritten(
  c: Cursor,
  after: Cursor,
  s: Sink,
  from: number,
  bytes: number,
  at: number,
  print: MemoryPrinter,
): void {
  print(c, s, from, bytes);
  const now = c.changedBase + (from - at);
  if (c.changedBase < 0 || same(c, from, after, now, bytes)) return;
  s.bytes(ARROW);
  print(after, s, now, bytes);
}

/** What is not followed is an address; an array without elements is known to be empty. */
function unfollowed(to: R, depth: number): ScalarPrinter {
  if (to.kind !== 'array') return printAddress;
  const count = placeReader(to.count, depth);
  return (c, s, lo, hi) => {
    if (count(c) === 0) s.bytes(BRACKETS);
    else s.hex64(lo, hi);
  };
}

/** `, ... /* 0x… *` + `/` where an array could not be read on. */
function broken(s: Sink, lo: number, hi: number, offset: number): void {
  s.bytes(MORE);
  s.text(' /* ');
  const sum = lo + offset;
  s.hex64(sum >>> 0, hi + (sum > 0xffffffff ? 1 : 0));
  s.text(' */');
}

/** What stands for an object that could not be read. */
type Miss = (s: Sink, lo: number, hi: number) => void;
const missed: Miss = (s, lo, hi) => s.hex64(lo, hi);
const boxed: Miss = (s, lo, hi) => {
  s.byte(91);
  s.hex64(lo, hi);
  s.byte(93);
};
const say = (text: string): Miss => {
  const bytes = label(text);
  return (s) => s.bytes(bytes);
};
function noBits(c: Cursor, from: number, [shift, width]: readonly [number, number]): boolean {
  return ((c.u32(from + (shift >> 3)) >>> (shift & 7)) & (width >= 32 ? 0xffffffff : 2 ** width - 1)) === 0;
}

function allZero(c: Cursor, from: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (c.bytes[from + i] !== 0) return false;
  return true;
}
