// Printers of values that stand in a register or a field: numbers, addresses, descriptors; and how fields are read.
import type { Base } from '../describe/node.js';
import type { R } from '../describe/resolve.js';
import { fdPrinter } from './descriptor.js';
import type { MemoryPrinter, ScalarPrinter } from './printer.js';
import { withComm } from './process-id.js';
import { label } from './sink.js';
import type { Style } from './style.js';
import { xlatPrinter } from './xlat.js';

const NULL = label('NULL');

/** `NULL`, or the address in hexadecimal. */
export const printAddress: ScalarPrinter = (_c, s, lo, hi) => {
  if ((lo | hi) === 0) s.bytes(NULL);
  else s.hex64(lo, hi);
};

/** A plain number of `size` bytes. */
export function intPrinter(base: Base, size: number): ScalarPrinter {
  switch (base) {
    case 'd':
      if (size === 8) return (_c, s, lo, hi) => s.signed64(lo, hi);
      if (size === 4) return (_c, s, lo) => s.signed(lo);
      if (size === 2) return (_c, s, lo) => s.signed((lo << 16) >> 16);
      return (_c, s, lo) => s.signed((lo << 24) >> 24);
    case 'u':
      if (size === 8) return (_c, s, lo, hi) => s.decimal64(lo, hi);
      if (size === 4) return (_c, s, lo) => s.decimal(lo);
      if (size === 2) return (_c, s, lo) => s.decimal(lo & 0xffff);
      return (_c, s, lo) => s.decimal(lo & 0xff);
    case 'x':
      if (size === 8) return (_c, s, lo, hi) => s.hex64(lo, hi);
      if (size === 4) return (_c, s, lo) => s.hex(lo);
      if (size === 2) return (_c, s, lo) => s.hex(lo & 0xffff);
      return (_c, s, lo) => s.hex(lo & 0xff);
    case 'o':
      return size === 2 ? (_c, s, lo) => s.octal(lo & 0xffff) : (_c, s, lo) => s.octal(lo);
    case 'mode':
      if (size === 8) return (_c, s, lo, hi) => s.mode64(lo, hi);
      return size === 2 ? (_c, s, lo) => s.mode(lo & 0xffff) : (_c, s, lo) => s.mode(lo);
  }
}

/** The printer of a resolved scalar; undefined when the node is none. */
export function scalarPrinter(node: R, style: Style): ScalarPrinter | undefined {
  switch (node.kind) {
    case 'int':
      return intPrinter(style.constants === 'raw' && node.base === 'mode' ? 'mode' : node.base, node.bytes);
    case 'address':
      return printAddress;
    case 'xlat':
      return xlatPrinter(
        node.table,
        node.annotated && style.constants === 'abbrev' ? { ...style, constants: 'verbose' } : style,
        node.bytes,
        node.base,
      );
    case 'format':
      return node.site >= 0
        ? withComm(node.format(style, node.bytes), node.site, style)
        : node.format(style, node.bytes);
    case 'fd':
      return fdPrinter(style, node.at, node.site, node.names);
    default:
      return undefined;
  }
}

/** A scalar in memory: reads `bytes` at the place and prints the value. */
export function stored(print: ScalarPrinter, bytes: number): MemoryPrinter {
  switch (bytes) {
    case 1:
      return (c, s, at) => print(c, s, c.bytes[at], 0);
    case 2:
      return (c, s, at) => print(c, s, c.u16(at), 0);
    case 4:
      return (c, s, at) => print(c, s, c.u32(at), 0);
    default:
      return (c, s, at) => print(c, s, c.u32(at), c.u32(at + 4));
  }
}
