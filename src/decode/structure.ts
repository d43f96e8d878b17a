// Structures: their fields between braces, inlined ones, and fields that the kernel changed.
import type { R, RField, RStruct } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { allZero, noBits, same } from './compare.js';
import { excessPrinter } from './excess.js';
import type { Tail } from './excess.js';
import { placeReader, testReader, wordReader } from './place.js';
import type { Printers } from './print.js';
import type { MemoryPrinter, RenderContext } from './printer.js';
import { quote } from './quote.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';

const ARROW = label(' => ');
const SEPARATOR = label(', ');
const SHORT_END = label(', ...}');

/** Prints fields with separators between them; `first`: none stands before. Returns whether that still holds. */
type FieldsPrinter = (c: Cursor, s: Sink, at: number, length: number, first: boolean) => boolean;

/** Whether a field is itself a structure, or may be one. */
const isNested = (node: R): boolean => node.kind === 'struct' || node.kind === 'match';

/** Stands where nothing is printed, or the fields of a union member instead. */
const unprinted: MemoryPrinter = () => undefined;

/** The printer of a structure; `tail` is filled in before a versioned structure is printed. */
export function structPrinter(p: Printers, node: RStruct, depth: number, tail?: Tail): MemoryPrinter {
  const { style } = p;
  const inner = depth + 1;
  const short = node.shortened && style.abbrev;
  const makers = members(p, node, inner);
  const labels = node.fields.map((f) => label((node.spread && !style.argNames) || f.bare ? '' : f.label + '='));
  const body = fieldsPrinter(p, node, depth, makers, labels);
  const end = tail && excessPrinter(node, tail, style, depth);
  const omitted = short ? omissions(node, inner) : undefined;
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
    ...p.context(node.bytes, inner),
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

/** The printer of each field's value. */
function members(p: Printers, node: RStruct, depth: number): MemoryPrinter[] {
  const { link } = p;
  return node.fields.map((f) => {
    if (f === link?.field) return link.print;
    const { bits } = f;
    if (f.behind >= 0) {
      const print = p.found(f.node, f.behind, depth, false, f.lost);
      const outer = depth - 1;
      const { offset } = f;
      return (c, s) => {
        const lo = c.addressLo[outer] + offset;
        print(c, s, lo >>> 0, (c.addressHi[outer] + (lo > 0xffffffff ? 1 : 0)) >>> 0);
      };
    }
    if (!bits) return f.inline ? unprinted : p.memory(f.node, depth);
    const print = p.scalar(f.node, depth);
    const [shift, width] = bits;
    const mask = width >= 32 ? 0xffffffff : 2 ** width - 1;
    return (c, s, at) => print(c, s, (c.u32(at + (shift >> 3)) >>> (shift & 7)) & mask, 0);
  });
}

/** Whether abbreviation leaves something out: fields that it does not show, and that would be shown without it. */
function omissions(node: RStruct, depth: number): (c: Cursor, at: number) => boolean {
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

/** What stands between the braces of a structure. */
function fieldsPrinter(
  p: Printers,
  node: RStruct,
  depth: number,
  makers: readonly MemoryPrinter[],
  labels: readonly Uint8Array[],
): FieldsPrinter {
  const inner = depth + 1;
  const short = node.shortened && p.style.abbrev;
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
      inline: f.inline ? inlined(p, f.node, inner) : undefined,
      joint: f.arrow === false ? SEPARATOR : ARROW,
      former: f.arrow === 'structure' ? { field: node.fields[i - 1], print: makers[i - 1], depth } : undefined,
      upTo: f.upTo && placeReader(f.upTo, inner),
      remark: f.remark?.(p.context(f.node.bytes, inner)),
    }));
  return (c, s, at, length, first) => {
    const frame = c.frames[depth];
    c.frames[depth] = at;
    for (const { f, i, print, joint, former, test, inline, whole, nested, upTo, remark } of shown) {
      const from = at + f.offset;
      const { bytes } = f.node;
      if (f.ifThere > 0 && f.offset + f.ifThere > length) continue;
      if (f.rest && f.offset >= length) continue;
      if (f.beyond !== undefined && f.beyond >= length) continue;
      // The first part ended here, though the field may not be shown now.
      if (f.fresh === true && c.part === 2 && !c.cut) {
        c.cut = true;
        s.rewind(c.mark);
      }
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
      if (former && !wasStructure(c, s, former)) continue;
      const start = s.pos;
      if (first) first = false;
      else s.bytes(joint);
      const value = s.pos;
      s.bytes(labels[i]);
      if (cuts && !c.cut) {
        c.cut = true;
        if (c.part === 1) {
          if (f.changed) print(c, s, from, bytes);
          break;
        }
        s.rewind(c.mark);
        if (f.changed) {
          const name = f.changed === 'named' ? labels[i] : undefined;
          if (f.changed === true || !c.failed) printChange(c, s, from, bytes, at, print, true, name);
        } else print(c, s, from, upTo ? Math.min(bytes, upTo(c)) : bytes);
      } else if (f.changed && c.entry !== null) printChange(c, s, from, bytes, at, print, false);
      else if (f.changed && c.after !== null) rewritten(c, c.after, s, from, bytes, at, print);
      else if (bytes === 0 && f.behind < 0)
        print(c, s, from, upTo ? Math.min(length - f.offset, upTo(c)) : length - f.offset);
      else if (nested && c.changedBase >= 0) {
        c.changedBase += f.offset;
        const there = Math.min(bytes, length - f.offset);
        print(c, s, from, upTo ? Math.min(there, upTo(c)) : there);
        c.changedBase -= f.offset;
      } else if (f.cut && f.offset + bytes > length) quote(s, c.bytes, from, length - f.offset, 'all', false);
      else {
        const there = f.rest ? length - f.offset : whole ? bytes : Math.min(bytes, length - f.offset);
        print(c, s, from, upTo ? Math.min(there, upTo(c)) : there);
      }
      if (remark) remark(c, s, at, length);
      if (f.arrow !== false && s.pos === value) s.rewind(start);
      if (c.part === 1 && c.cut) break;
    }
    c.frames[depth] = frame;
    return first;
  };
}

/** A field as it was at the entry, its printer, and the number of structures around it. */
interface Former {
  readonly field: RField;
  readonly print: MemoryPrinter;
  readonly depth: number;
}

/** Whether a pointer was shown as the structure that it leads to when the call was entered. */
function wasStructure(c: Cursor, s: Sink, { field, print, depth }: Former): boolean {
  const { entry, changedBase } = c;
  if (entry === null || changedBase < 0) return false;
  const start = s.pos;
  const frame = entry.frames[depth];
  entry.frames[depth] = changedBase;
  print(entry, s, changedBase + field.offset, field.node.bytes);
  entry.frames[depth] = frame;
  const shown = s.buf[start] === 123;
  s.rewind(start);
  return shown;
}

/** The fields of a structure that stands in another one without braces of its own. */
function inlined(p: Printers, node: R, depth: number): FieldsPrinter {
  const other = (): FieldsPrinter => {
    const print = p.memory(node, depth);
    return (c, s, at, length, first) => {
      if (!first) s.bytes(SEPARATOR);
      print(c, s, at, length);
      return false;
    };
  };
  switch (node.kind) {
    case 'struct':
      if (node.render) return other();
      return fieldsPrinter(
        p,
        node,
        depth,
        members(p, node, depth + 1),
        node.fields.map((f) => label(f.bare ? '' : f.label + '=')),
      );
    case 'match': {
      const on = wordReader(node.on, depth);
      const { mask } = node;
      const lazy = (r: R): FieldsPrinter => {
        let made: FieldsPrinter | undefined;
        return (c, s, at, length, first) => (made ??= inlined(p, r, depth))(c, s, at, length, first);
      };
      const cases = new Map(node.cases.map(([key, r]) => [key, lazy(r)] as const));
      const otherwise = lazy(node.otherwise);
      return (c, s, at, length, first) => (cases.get((on(c) & mask) >>> 0) ?? otherwise)(c, s, at, length, first);
    }
    case 'whole': {
      const all = inlined(p, node.node, depth);
      const short = inlined(p, node.short ?? node.node, depth);
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
function printChange(
  c: Cursor,
  s: Sink,
  from: number,
  bytes: number,
  at: number,
  print: MemoryPrinter,
  shown: boolean,
  name?: Uint8Array,
): void {
  const { entry } = c;
  const before = c.changedBase + (from - at);
  const differs = entry !== null && c.changedBase >= 0 && !same(c, from, entry, before, bytes);
  if (shown && !differs) return;
  if (entry && differs) {
    if (!shown) print(entry, s, before, bytes);
    s.bytes(ARROW);
    if (name) s.bytes(name);
  }
  print(c, s, from, bytes);
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
