// Structures that a pointer leads to and that are more than their fields: of a size that the caller tells, in lists, with an array behind.
import type { RStruct, RVersioned } from '../describe/resolve.js';
import type { Tail } from './excess.js';
import type { Miss } from './miss.js';
import { placeReader } from './place.js';
import type { Printers } from './print.js';
import type { MemoryPrinter, ScalarPrinter } from './printer.js';
import { label } from './sink.js';
import { structPrinter } from './structure.js';

const NULL = label('NULL');
const UNREAD = label(', ???');

/** A structure whose size the caller tells. */
export function versionedPrinter(
  p: Printers,
  to: RStruct,
  how: RVersioned,
  site: number,
  depth: number,
  miss: Miss,
): ScalarPrinter {
  const tail: Tail = { how, lo: 0, hi: 0, size: 0 };
  const print = structPrinter(p, to, depth, tail);
  const { own, head, minimum, zeroMeans, showSize } = how;
  const maximum = how.maximum ?? Infinity;
  const told = how.size && placeReader(how.size, depth);
  const sizeLabel = own && label(`{${to.fields[own.index].name}=`);
  const sizePrinter = own && p.memory(to.fields[own.index].node, depth + 1);
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
export function listPrinter(
  p: Printers,
  to: RStruct,
  next: number,
  limit: number,
  site: number,
  depth: number,
): ScalarPrinter {
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
  p.link = { field: to.fields[next], print: follow };
  const print = structPrinter(p, to, depth);
  p.link = undefined;
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
export function flexiblePrinter(
  p: Printers,
  to: RStruct,
  { count, stride }: NonNullable<RStruct['flexible']>,
  site: number,
  depth: number,
): ScalarPrinter {
  const print = structPrinter(p, to, depth);
  const elements = placeReader(count, depth);
  return (c, s, lo, hi) => {
    const want = to.bytes + elements(c) * stride;
    if (!c.find(site, lo, hi) || c.length < want) s.hex64(lo, hi);
    else print(c, s, c.at, c.length);
  };
}
