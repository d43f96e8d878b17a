// Arrays that a pointer leads to: counted ones, records of their own lengths, ones that a zero ends.
import { budgetOf, elementLimit, headerBytes } from '../capture/shape.js';
import type { R } from '../describe/resolve.js';
import type { Miss } from './miss.js';
import { placeReader } from './place.js';
import type { Printers } from './print.js';
import type { ScalarPrinter } from './printer.js';
import { printAddress } from './scalar.js';
import { label } from './sink.js';
import type { Sink } from './sink.js';
import { xlatPrinter } from './xlat.js';

const SEPARATOR = label(', ');
const MORE = label(', ...');
const BRACKETS = label('[]');
const INDEX_END = label(']=');
/** Bytes that 64-bit addresses reach. */
const ADDRESS_SPACE = 2 ** 64;

/** Counted elements. */
export function arrayPrinter(
  p: Printers,
  to: R & { kind: 'array' },
  site: number,
  depth: number,
  miss: Miss,
): ScalarPrinter {
  const element = p.memory(to.of, depth);
  const stride = to.of.bytes;
  const count = placeReader(to.count, depth);
  const most = elementLimit(p.style, to.limit, to.cap);
  const within = budgetOf(to.of);
  const budget = within && placeReader(within, depth);
  const own = to.render?.({ ...p.context(0, depth), element });
  const { whole, least, most: bound } = to;
  const nameIndex = to.indices && xlatPrinter(to.indices, p.style, 4, 'd');
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
    if (readable < n || (n < all && there === n && n !== to.cap)) broken(s, lo, hi, readable * stride);
    else if (n < all) s.bytes(n > 0 ? MORE : MORE.subarray(2));
    s.byte(93);
  };
}

/** Records one behind the other: `[{…}, {…}]`; what is left behind a broken one is an address. */
export function chainPrinter(p: Printers, to: R & { kind: 'chain' }, site: number, depth: number): ScalarPrinter {
  const element = p.memory(to.of, depth);
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

/** Elements up to a zero. */
export function zeroTerminatedPrinter(
  p: Printers,
  to: R & { kind: 'zeroTerminated' },
  site: number,
  depth: number,
): ScalarPrinter {
  const unit = to.of.bytes;
  const { style } = p;
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
  const element = p.memory(to.of, depth);
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

/** What is not followed is an address; an array without elements is known to be empty. */
export function unfollowed(to: R, depth: number): ScalarPrinter {
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
