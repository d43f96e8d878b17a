// Attributes: type, length, value (netlink(7), struct nlattr), one behind the other, one inside the other.
import { nla_flags } from '../../../constants/generated/netlink.js';
import type { ConstantTable } from '../../../constants/table.js';
import { label } from '../../../decode/sink.js';
import type { Sink } from '../../../decode/sink.js';
import { constantText, hexText, memoised } from '../../../decode/xlat.js';
import type { Cursor } from '../../../record/cursor.js';
import type { Compiler, Decoder } from './compiler.js';

/** sizeof(struct nlattr), and the alignment of attributes. */
const HEADER = 4;
const TYPE_MASK = 0x3fff;
/** NLA_F_NESTED, NLA_F_NET_BYTEORDER. */
const FLAGS = [0x8000, 0x4000];

const SEPARATOR = label(', ');
const MORE = label('...');
const LEN = label('{nla_len=');
const TYPE = label(', nla_type=');

/** Values by attribute type; what is not in it is `otherwise`, or bytes in hexadecimal. */
export type Values = Readonly<Record<number, Decoder>>;

/** How records of a chain are laid out and printed. */
export interface Records {
  /** Bytes of a record's header. */
  readonly header: number;
  /** What a record says of its length, header included; it is not trusted. */
  length(c: Cursor, at: number): number;
  /** One record of which `length` bytes are given. */
  print(c: Cursor, s: Sink, at: number, length: number): void;
}

/** Prints records, each of which begins at a multiple of four bytes; `[a, b]` where there are several. */
export function printRecords(n: Compiler, records: Records, c: Cursor, s: Sink, at: number, length: number): void {
  const { header } = records;
  let left = length;
  let from = at;
  let several = false;
  for (let count = 0; ; count++) {
    if (count > 0) s.bytes(SEPARATOR);
    if (left < header) {
      n.hex(c, s, from, left);
      break;
    }
    if (!n.readable(from, header)) {
      if (count > 0) n.broken(s, from);
      else n.address(s, from);
      break;
    }
    const told = records.length(c, from);
    const step = told < header ? left : Math.min(left, Math.ceil(told / 4) * 4);
    if (count === 0 && step < left) {
      several = true;
      s.byte(91);
    }
    if (count >= n.limit) {
      s.bytes(MORE);
      break;
    }
    records.print(c, s, from, told < header ? header : Math.min(told, left));
    from += step;
    left -= step;
    if (left === 0) break;
  }
  if (several) s.byte(93);
}

/** The printer of attribute types: flags, then the name. Without a table a number. */
function typePrinter(n: Compiler, table: ConstantTable | undefined) {
  const { abi, constants } = n.style;
  return memoised((lo) => {
    const type = lo & TYPE_MASK;
    const name = table ? constantText(table, abi, constants, type, 0, 4) : hexText(type, 0);
    const parts = FLAGS.filter((flag) => (lo & flag) !== 0).map((flag) =>
      constantText(nla_flags, abi, constants, flag, 0, 4),
    );
    return [...parts, name].join('|');
  });
}

/**
 * A list of attributes: `[{nla_len=8, nla_type=NAME}, value]`, or several in brackets. `values` is asked for when the first list
 * of this kind is printed. `table`: names of the types; undefined: they are plain numbers.
 */
export const attributes =
  (table: ConstantTable | undefined, values: () => Values = () => ({}), otherwise?: Decoder): Decoder =>
  (n) => {
    const type = typePrinter(n, table);
    const rest = otherwise ? n.lazy(otherwise) : n.hex;
    const printer = n.lookup(values());
    const records: Records = {
      header: HEADER,
      length: (c, at) => c.u16(at),
      print: (c, s, at, length) => {
        const whole = length > HEADER;
        if (whole) s.byte(91);
        s.bytes(LEN);
        s.decimal(c.u16(at));
        s.bytes(TYPE);
        const told = c.u16(at + 2);
        type(c, s, told, 0);
        s.byte(125);
        if (!whole) return;
        s.bytes(SEPARATOR);
        (printer(told & TYPE_MASK) ?? rest)(c, s, at + HEADER, length - HEADER);
        s.byte(93);
      },
    };
    return (c, s, at, length) => printRecords(n, records, c, s, at, length);
  };

/** Attributes that are elements of an array: their types are indices, each value the same. */
export const indexed = (value: Decoder): Decoder => attributes(undefined, undefined, value);
