// Numbers of calls as pairs that compare exactly: the low 32 bits, and the rest (negative for negative numbers).
import type { ConstantTable } from '../constants/table.js';
import type { R } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import type { Comparison } from './ast.js';

/** How many bytes of a value count, and whether C takes them for a signed number. */
export interface NumberType {
  readonly bytes: 1 | 2 | 4 | 8;
  readonly signed: boolean;
  /** Where names for it are looked up first. */
  readonly tables: readonly ConstantTable[];
}

/** A test of a value in two halves, which may be garbage beyond the type's bytes. */
export type NumberTest = (c: Cursor, lo: number, hi: number) => boolean;

const BITS_16 = 16;
const BITS_24 = 24;

/** The type of a scalar node; undefined for everything else. */
export function typeOf(node: R): NumberType | undefined {
  const bytes = node.bytes === 1 || node.bytes === 2 || node.bytes === 4 || node.bytes === 8 ? node.bytes : undefined;
  if (bytes === undefined) return undefined;
  switch (node.kind) {
    case 'int':
      return { bytes, signed: node.base === 'd', tables: [] };
    case 'xlat':
      return { bytes, signed: node.base === 'd', tables: [node.table] };
    case 'fd':
      return { bytes, signed: true, tables: node.names ? [node.names] : [] };
    case 'format':
    case 'address':
    case 'pointer':
      return { bytes, signed: false, tables: [] };
    default:
      return undefined;
  }
}

/** The last value that was read: comparisons of two values need no objects. */
class Reading {
  lo = 0;
  /** What is above the low 32 bits, as a signed number: the value is top * 2^32 + lo. */
  top = 0;

  /** Takes a value of a type. */
  set(type: NumberType, lo: number, hi: number): void {
    if (type.bytes === 8) {
      this.lo = lo >>> 0;
      this.top = type.signed ? hi | 0 : hi >>> 0;
      return;
    }
    let value = lo | 0;
    if (type.bytes === 2) value = type.signed ? (lo << BITS_16) >> BITS_16 : lo & 0xffff;
    else if (type.bytes === 1) value = type.signed ? (lo << BITS_24) >> BITS_24 : lo & 0xff;
    this.lo = value >>> 0;
    this.top = type.signed && value < 0 ? -1 : 0;
  }

  /** Negative, 0 or positive, as the value is less than, equal to or greater than another. */
  compare(top: number, lo: number): number {
    return this.top - top || this.lo - lo;
  }
}

/** A constant that a value of a type is compared with: as C converts it, where it fits the type's bytes. */
export function convert(value: bigint, { bytes, signed }: NumberType): bigint {
  const bits = 8 * bytes;
  if (value >= 1n << BigInt(bits) || value < -(1n << BigInt(bits - 1))) return value;
  return signed ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

function holds(op: Comparison, order: number): boolean {
  switch (op) {
    case 'eq':
      return order === 0;
    case 'ne':
      return order !== 0;
    case 'lt':
      return order < 0;
    case 'le':
      return order <= 0;
    case 'gt':
      return order > 0;
    case 'ge':
      return order >= 0;
  }
}

const reading = new Reading();
const other = new Reading();

/** A comparison with a constant. */
export function compareConstant(op: Comparison, type: NumberType, value: bigint): NumberTest {
  const exact = convert(value, type);
  const lo = Number(BigInt.asUintN(32, exact));
  const top = Number(exact >> 32n);
  if (type.bytes === 4 && (op === 'eq' || op === 'ne')) {
    // The usual case, without the detour.
    const fits = type.signed ? top === (lo >>> 31 ? -1 : 0) : top === 0;
    if (op === 'eq') return fits ? (_c, word) => word >>> 0 === lo : () => false;
    return fits ? (_c, word) => word >>> 0 !== lo : () => true;
  }
  return (_c, low, high) => {
    reading.set(type, low, high);
    return holds(op, reading.compare(top, lo));
  };
}

/** A comparison of the bits under a mask with a constant. */
export function compareMasked(op: Comparison, type: NumberType, mask: bigint, value: bigint): NumberTest {
  const maskLo = Number(BigInt.asUintN(32, mask));
  const maskHi = Number(BigInt.asUintN(32, mask >> 32n));
  const test = compareConstant(op, { ...type, signed: false }, value);
  return (c, lo, hi) => test(c, (lo & maskLo) >>> 0, (hi & maskHi) >>> 0);
}

/** Keeps a value for `compareKept`, then goes on. */
export function keep(type: NumberType, mask: bigint | undefined, then: (c: Cursor) => boolean): NumberTest {
  const maskLo = mask === undefined ? -1 : Number(BigInt.asIntN(32, mask));
  const maskHi = mask === undefined ? -1 : Number(BigInt.asIntN(32, mask >> 32n));
  const read = mask === undefined ? type : { ...type, signed: false };
  return (c, lo, hi) => {
    other.set(read, lo & maskLo, hi & maskHi);
    return then(c);
  };
}

/** A comparison of the kept value (on the left) with this one. */
export function compareKept(op: Comparison, type: NumberType, mask: bigint | undefined): NumberTest {
  const maskLo = mask === undefined ? -1 : Number(BigInt.asIntN(32, mask));
  const maskHi = mask === undefined ? -1 : Number(BigInt.asIntN(32, mask >> 32n));
  const read = mask === undefined ? type : { ...type, signed: false };
  return (_c, lo, hi) => {
    reading.set(read, lo & maskLo, hi & maskHi);
    return holds(op, other.compare(reading.top, reading.lo));
  };
}
