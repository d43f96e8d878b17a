// Values that attributes of many families have.
import type { ConstantTable } from '../../../constants/table.js';
import { hardwareAddressBytes } from '../../../decode/leaf/hardware-address.js';
import { inet6Alone, inetAddress, printMac, swap16, swap32 } from '../../../decode/leaf/inet.js';
import { interfaceIndex } from '../../../decode/leaf/interface.js';
import { secondsText } from '../../../decode/leaf/time.js';
import type { MemoryPrinter, ScalarPrinter } from '../../../decode/printer.js';
import { label } from '../../../decode/sink.js';
import { constantText, decimalText, memoised, xlatPrinter } from '../../../decode/xlat.js';
import type { FieldSpec } from '../../../describe/combinators.js';
import { choice, format, struct } from '../../../describe/combinators.js';
import type { FormatNode, MemoryNode, Node, ScalarNode } from '../../../describe/node.js';
import type { Cursor } from '../../../record/cursor.js';
import type { Compiler, Decoder } from './compiler.js';

const SEPARATOR = label(', ');
const MORE = label('...');
const AF_INET = 2;
const AF_INET6 = 10;

/** A string that ends at its NUL; cut when it has none. */
export const terminated: Decoder = (n) => n.terminated;
/** Bytes in hexadecimal. */
export const hex: Decoder = (n) => n.hex;
/** An interface by its index. */
export const device = format(interfaceIndex);

/** A string that chooses how later attributes are read: it becomes the scope's kind. */
export const kindShown =
  (shown: (n: Compiler) => MemoryPrinter): Decoder =>
  (n) => {
    const print = shown(n);
    return (c, s, at, length) => {
      let end = 0;
      while (end < length && n.readable(at + end, 1) && c.bytes[at + end] !== 0) end++;
      n.scope.kind = Buffer.from(c.bytes.subarray(at, at + end)).toString('latin1');
      print(c, s, at, length);
    };
  };
export const kind = kindShown((n) => n.name);

/** One decoder or another, by what is known when the value is printed; `otherwise`: where there is none. */
export const by =
  (
    key: (n: Compiler, c: Cursor, at: number) => string | number,
    cases: Readonly<Partial<Record<string | number, Decoder>>>,
    otherwise: Decoder = hex,
  ): Decoder =>
  (n) => {
    const printer = n.lookup(cases);
    const other = n.lazy(otherwise);
    return (c, s, at, length) => (printer(key(n, c, at)) ?? other)(c, s, at, length);
  };
/** By the address family of the message's header. */
export const byFamily = (cases: Readonly<Record<number, Decoder>>, otherwise?: Decoder): Decoder =>
  by((n) => n.scope.family, cases, otherwise);
/** By the last `kind`. */
export const byKind = (cases: Readonly<Record<string, Decoder>>, otherwise?: Decoder): Decoder =>
  by((n) => n.scope.kind, cases, otherwise);
/** By the first byte, where it can be read. */
export const byFirst = (cases: Readonly<Record<number, Decoder>>, otherwise: Decoder): Decoder =>
  by((n, c, at) => (n.readable(at, 1) ? c.bytes[at] : -1), cases, otherwise);

/** Starts without a kind: kinds outside do not count inside. */
export const withoutKind =
  (inside: Decoder): Decoder =>
  (n) => {
    const print = n.compile(inside);
    return (c, s, at, length) => {
      n.scope.kind = '';
      print(c, s, at, length);
    };
  };

/** Addresses by family. */
export const addressOf: Readonly<Record<number, Decoder>> = { [AF_INET]: inetAddress, [AF_INET6]: inet6Alone };
/** An address of the message's family. */
export const internetAddress: Decoder = byFamily(addressOf);

/** Most bytes of a hardware address (MAX_ADDR_LEN of the kernel). */
const HARDWARE_MAX = 32;
/** A hardware address; `type`: of an interface of this type (ARPHRD_), if it is known. */
export const hardwareAddress =
  (type?: (n: Compiler) => number): Decoder =>
  (n) =>
  (c, s, at, length) => {
    if (length > HARDWARE_MAX) n.hex(c, s, at, length);
    else if (!n.readable(at, length)) n.address(s, at);
    else printMac(c, s, at, Math.min((type && hardwareAddressBytes(type(n))) ?? length, length), n.style, length);
  };

/** Bytes that an unsigned number of a varying size may take. */
const WORD = 8;
/** A little-endian number of up to eight bytes, as halves. */
const word = (bytesOf: Uint8Array, from: number, size: number): number => {
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + bytesOf[from + i];
  return value;
};
/** A number in as many bytes as there are, from `least` up to eight, of which `shown` count. */
const sized =
  (n: Compiler, least: number, shown: number, print: ScalarPrinter): MemoryPrinter =>
  (c, s, at, length) => {
    const size = Math.min(length, shown);
    if (length < least || length > WORD) n.hex(c, s, at, length);
    else if (!n.readable(at, size)) n.address(s, at);
    else print(c, s, word(c.bytes, at, Math.min(size, 4)), size > 4 ? word(c.bytes, at + 4, size - 4) : 0);
  };

/** A named value of a varying size (default: all of it counts). `beside`: with the name in a comment, whatever `-X` says but raw. */
export const named =
  (table: ConstantTable, least: number, shown = WORD, beside = false): Decoder =>
  (n) => {
    const { abi, constants } = n.style;
    const style = beside && constants === 'abbrev' ? 'verbose' : constants;
    return sized(
      n,
      least,
      shown,
      memoised((lo, hi) => constantText(table, abi, style, lo, hi, WORD)),
    );
  };

/** More than eight bytes are bytes in hexadecimal, too: a number of a varying size. */
export const upToWord =
  (value: Decoder): Decoder =>
  (n) => {
    const print = n.compile(value);
    return (c, s, at, length) => (length > WORD ? n.hex : print)(c, s, at, length);
  };

/** A time of a varying size in units of which a power of ten make a second: `513 /* 5.13 s *` + `/`. */
const duration =
  (digits: number): Decoder =>
  (n) =>
    sized(
      n,
      0,
      WORD,
      memoised((lo, hi) => secondsText(decimalText(lo, hi), digits, n.style.constants)),
    );
/** clock_t: ticks of USER_HZ (100), as the kernel gives times to programs. */
export const ticks = duration(2);
export const milliseconds = duration(3);

/** Numbers in network byte order, shown so whatever the style: `htons(80)`, `htonl(7)`. */
export const netShort = format(() => memoised((lo) => `htons(${swap16(lo)})`), 2);
export const netLong = format(() => memoised((lo) => `htonl(${swap32(lo)})`), 4);
/** The same of a named value: `htons(ETH_P_IP)`. */
export const netShortOf = (table: ConstantTable): FormatNode =>
  format(
    ({ abi, constants }) => memoised((lo) => `htons(${constantText(table, abi, constants, swap16(lo), 0, 2)})`),
    2,
  );
/** 64 bits in network byte order: `htobe64(7)`. */
export const netLong64 = format(() => memoised((lo, hi) => `htobe64(${decimalText(swap32(hi), swap32(lo))})`), 8);

/** Elements behind each other, as many as there is room for; bytes in hexadecimal where there is no whole one. */
export const list =
  (of: MemoryNode | ScalarNode, names?: ConstantTable): Decoder =>
  (n) => {
    const print = n.compile(of);
    const size = n.sizeOf(of);
    const name = names && xlatPrinter(names, n.style, 4, 'd');
    return (c, s, at, length) => {
      const count = Math.floor(length / size);
      if (count === 0) {
        n.hex(c, s, at, length);
        return;
      }
      if (!n.readable(at, size)) {
        n.address(s, at);
        return;
      }
      s.byte(91);
      for (let i = 0; i < count; i++) {
        if (i > 0) s.bytes(SEPARATOR);
        const from = at + i * size;
        if (i >= n.limit) {
          s.bytes(MORE);
          break;
        }
        if (!n.readable(from, size)) {
          n.broken(s, from);
          break;
        }
        if (name) {
          s.byte(91);
          name(c, s, i, 0);
          s.text(']=');
        }
        print(c, s, from, size);
      }
      s.byte(93);
    };
  };

/**
 * A structure that has grown, its versions from the shortest on: of the exact size of a version, or longer than the last one; bytes
 * in hexadecimal otherwise.
 */
export const grown =
  (...versions: readonly Node[]): Decoder =>
  (n) => {
    const printers = versions.map((version) => n.lazy(version));
    const sizes = versions.map((version) => n.sizeOf(version));
    return (c, s, at, length) => {
      const last = sizes.length - 1;
      const which = length >= sizes[last] ? last : sizes.indexOf(length);
      (which < 0 ? n.hex : printers[which])(c, s, at, length);
    };
  };

/** An object and what stands behind it, when there is more than it takes: `{…}, rest`. */
export const followed =
  (first: Node, rest: Decoder): Decoder =>
  (n) => {
    const print = n.compile(first);
    const size = n.sizeOf(first);
    const behind = n.lazy(rest);
    return (c, s, at, length) => {
      print(c, s, at, length);
      if (length <= size || !n.readable(at, size)) return;
      s.bytes(SEPARATOR);
      behind(c, s, at + size, length - size);
    };
  };

/**
 * What follows the header of a message: a structure that begins with an address family, which the scope learns, and attributes.
 * Fewer bytes than the structure takes show the family alone, `{ifi_family=AF_INET, ...}`.
 */
export const familyHeader =
  (families: ConstantTable, name: string, fields: FieldSpec, rest?: Decoder): Decoder =>
  (n) => {
    const whole = struct({ [name]: choice(families, 1), ...fields });
    const print = n.compile(whole);
    const size = n.sizeOf(whole);
    const family = xlatPrinter(families, n.style, 1);
    const attributes = rest && n.lazy(rest);
    const begin = Math.ceil(size / 4) * 4;
    return (c, s, at, length) => {
      if (!n.readable(at, 1)) {
        n.address(s, at);
        return;
      }
      n.scope.family = c.bytes[at];
      const there = n.readable(at, size);
      if (length >= size && there) print(c, s, at, size);
      else {
        s.text(`{${name}=`);
        family(c, s, c.bytes[at], 0);
        s.bytes(SEPARATOR);
        if (length < size) s.bytes(MORE);
        else n.address(s, at + 1);
        s.byte(125);
      }
      if (length <= begin || !there || !attributes) return;
      s.bytes(SEPARATOR);
      attributes(c, s, at + begin, length - begin);
    };
  };

/** A message of which nothing is known but that it begins with an address family: `{family=AF_INET, data="…"}`. */
export const familyAndData =
  (families: ConstantTable): Decoder =>
  (n) => {
    const family = xlatPrinter(families, n.style, 1);
    return (c, s, at, length) => {
      if (!n.readable(at, 1)) {
        n.address(s, at);
        return;
      }
      s.text('{family=');
      family(c, s, c.bytes[at], 0);
      if (length > 1) {
        s.text(', data=');
        n.hex(c, s, at + 1, length - 1);
      }
      s.byte(125);
    };
  };
