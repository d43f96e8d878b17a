// What a non-null pointer points to: finds the region, checks that it is whole, prints.
import { FD_SET_BITS, listLimit, PATH_BYTES } from '../capture/shape.js';
import type { R } from '../describe/resolve.js';
import { chooser } from './choose.js';
import { fdSetPrinter } from './descriptor.js';
import { arrayPrinter, chainPrinter, zeroTerminatedPrinter } from './found-arrays.js';
import { flexiblePrinter, listPrinter, versionedPrinter } from './found-structures.js';
import { missed, say } from './miss.js';
import type { Miss } from './miss.js';
import { placeReader } from './place.js';
import type { Printers } from './print.js';
import type { BytesPrinter, ScalarPrinter } from './printer.js';
import { quote } from './quote.js';
import { printAddress, stored } from './scalar.js';
import { structPrinter } from './structure.js';

/** `lost` is printed when the object cannot be read; its address when absent. */
export function foundPrinter(
  p: Printers,
  to: R,
  site: number,
  depth: number,
  bare: boolean,
  lost?: string | Miss,
): ScalarPrinter {
  const { style } = p;
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
      if (to.terminated) return terminatedPrinter(p, to, site, depth, miss);
      const counted = style.structured === true;
      // Where a NUL makes the whole string hexadecimal, it is shown.
      const trims = to.trimmed && (hex === 'none' || hex === 'non-ascii-chars');
      const key = to.as && style.verbose ? placeReader(to.as.on, depth) : undefined;
      let reader: BytesPrinter | undefined;
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
        if (n === 0) {
          quote(s, c.bytes, 0, 0, 'none', false);
          return;
        }
        const read = key ? key(c) : 0;
        if (!c.find(site, lo, hi) || (read === 0 && c.length < Math.min(n, needed))) miss(s, lo, hi);
        else if (to.as && read !== 0) (reader ??= to.as.reader(style))(c, s, read, n, lo, hi);
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
      if (to.versioned) return versionedPrinter(p, to, to.versioned, site, depth, miss);
      if (to.linked) return listPrinter(p, to, to.linked.next, listLimit(style), site, depth);
      if (to.flexible) return flexiblePrinter(p, to, to.flexible, site, depth);
      const length = to.length && placeReader(to.length, depth);
      const { readable } = to;
      const print = structPrinter(p, to, depth);
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
      const all = p.found(to.node, site, depth, bare);
      const short = to.short ? p.found(to.short, site, depth, bare) : printAddress;
      const length = to.length ? placeReader(to.length, depth) : () => Infinity;
      const { least, most } = to;
      return (c, s, lo, hi) => {
        const n = length(c);
        (n >= least && n <= most ? all : short)(c, s, lo, hi);
      };
    }
    case 'chain':
      return chainPrinter(p, to, site, depth);
    case 'array':
      return arrayPrinter(p, to, site, depth, miss);
    case 'zeroTerminated':
      return zeroTerminatedPrinter(p, to, site, depth);
    case 'blob': {
      const print = to.render(p.context(0, depth));
      const length = placeReader(to.length, depth);
      const { least } = to;
      return (c, s, lo, hi) => {
        const given = length(c);
        const want = Math.min(given, to.max);
        if (want < to.minimum || (least > 0 && (given < least || given > to.max))) miss(s, lo, hi);
        else if (!c.find(site, lo, hi)) {
          if (want === 0 || to.partial === 'none') print(c, s, 0, 0);
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
        const { late } = p;
        return (c, s, lo, hi) => (made ??= p.timed(late, () => p.found(r, site, depth, bare, lost)))(c, s, lo, hi);
      };
      const choose = chooser(to, depth, lazy);
      return (c, s, lo, hi) => choose(c)(c, s, lo, hi);
    }
    default: {
      const value = stored(p.scalar(to, depth), to.bytes);
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
function terminatedPrinter(
  p: Printers,
  to: R & { kind: 'bytes' },
  site: number,
  depth: number,
  miss: Miss,
): ScalarPrinter {
  const length = placeReader(to.length, depth);
  const limit = p.style.stringLimit;
  const hex = to.hex ? 'all' : p.style.hex;
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
