// Values that attributes of many families have.
import type { ConstantTable } from '../../../constants/table.js';
import { hardwareAddressBytes } from '../../../decode/leaf/hardware-address.js';
import { ipv4Text, ipv6Text, printMac, quoteHex } from '../../../decode/leaf/inet.js';
import { interfaceIndex } from '../../../decode/leaf/interface.js';
import type { MemoryPrinter } from '../../../decode/printer.js';
import { quotedText } from '../../../decode/quote.js';
import { label } from '../../../decode/sink.js';
import { constantText, memoised, xlatPrinter } from '../../../decode/xlat.js';
import type { FieldSpec } from '../../../describe/combinators.js';
import { choice, format, struct } from '../../../describe/combinators.js';
import type { FormatNode, MemoryNode, Node, ScalarNode } from '../../../describe/node.js';
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

/** One decoder or another, by what the scope says when the value is printed; bytes in hexadecimal where there is none. */
export const by =
  <K extends string | number>(key: (n: Compiler) => K, cases: Readonly<Partial<Record<K, Decoder>>>): Decoder =>
  (n) => {
    const printers = new Map<K, MemoryPrinter>();
    for (const name of Object.keys(cases)) {
      const decoder = cases[name as K];
      if (decoder) printers.set((Number.isNaN(Number(name)) ? name : Number(name)) as K, n.lazy(decoder));
    }
    return (c, s, at, length) => (printers.get(key(n)) ?? n.hex)(c, s, at, length);
  };
/** By the address family of the message's header. */
export const byFamily = (cases: Readonly<Record<number, Decoder>>): Decoder => by((n) => n.scope.family, cases);
/** By the last `kind`. */
export const byKind = (cases: Readonly<Record<string, Decoder>>): Decoder => by((n) => n.scope.kind, cases);

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

/** At least `least` bytes, and those readable; fewer are bytes in hexadecimal. */
const guarded = (n: Compiler, least: number, print: MemoryPrinter): MemoryPrinter => {
  return (c, s, at, length) => {
    if (length < least) n.hex(c, s, at, length);
    else if (n.readable(at, least)) print(c, s, at, length);
    else n.address(s, at);
  };
};

/** An IPv4 address: `inet_addr("127.0.0.1")`. */
export const inet4: Decoder = (n) => {
  const { constants, hex: style } = n.style;
  return guarded(n, 4, (c, s, at) => {
    if (constants !== 'abbrev') quoteHex(c, s, at, 4);
    const text = `inet_addr(${quotedText(ipv4Text(c.u32(at)), style)})`;
    if (constants !== 'raw') s.text(constants === 'verbose' ? ` /* ${text} */` : text);
  });
};
/** An IPv6 address: `inet_pton(AF_INET6, "::1")`. */
export const inet6: Decoder = (n) => {
  const { constants, hex: style } = n.style;
  return guarded(n, 16, (c, s, at) => {
    if (constants !== 'abbrev') quoteHex(c, s, at, 16);
    const text = `inet_pton(AF_INET6, ${quotedText(ipv6Text(c, at), style)})`;
    if (constants !== 'raw') s.text(constants === 'verbose' ? ` /* ${text} */` : text);
  });
};
/** An address of the message's family. */
export const internetAddress: Decoder = byFamily({ [AF_INET]: inet4, [AF_INET6]: inet6 });
/** The same where the family is known otherwise. */
export const addressOf: Readonly<Record<number, Decoder>> = { [AF_INET]: inet4, [AF_INET6]: inet6 };

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

/**
 * A named value in as many bytes as there are, from `least` up to eight, of which `shown` count (default: all). `beside`: with the
 * name in a comment, whatever `-X` says but raw.
 */
export const named =
  (table: ConstantTable, least: number, shown = WORD, beside = false): Decoder =>
  (n) => {
    const { abi, constants } = n.style;
    const style = beside && constants === 'abbrev' ? 'verbose' : constants;
    const print = memoised((lo, hi) => constantText(table, abi, style, lo, hi, WORD));
    return (c, s, at, length) => {
      const size = Math.min(length, shown);
      if (length < least || length > WORD) n.hex(c, s, at, length);
      else if (!n.readable(at, size)) n.address(s, at);
      else {
        print(c, s, word(c.bytes, at, Math.min(size, 4)), size > 4 ? word(c.bytes, at + 4, size - 4) : 0);
      }
    };
  };

/** More than eight bytes are bytes in hexadecimal, too: a number of a varying size. */
export const upToWord =
  (value: Decoder): Decoder =>
  (n) => {
    const print = n.compile(value);
    return (c, s, at, length) => (length > WORD ? n.hex : print)(c, s, at, length);
  };

/** A time in units of which `perSecond` (a power of ten) make a second, in up to eight bytes: `513 /* 5.13 s *` + `/`. */
const duration =
  (perSecond: number): Decoder =>
  (n) => {
    const digits = Math.round(Math.log10(perSecond));
    const print = memoised((lo, hi) => {
      const value = (BigInt(hi) << 32n) | BigInt(lo);
      if (value === 0n || n.style.constants === 'raw') return String(value);
      const unit = BigInt(perSecond);
      return `${value} /* ${value / unit}.${String(value % unit).padStart(digits, '0')} s */`;
    });
    return (c, s, at, length) => {
      if (length > WORD) n.hex(c, s, at, length);
      else if (!n.readable(at, length)) n.address(s, at);
      else print(c, s, word(c.bytes, at, Math.min(length, 4)), length > 4 ? word(c.bytes, at + 4, length - 4) : 0);
    };
  };
/** clock_t: ticks of USER_HZ (100), as the kernel gives times to programs. */
export const ticks = duration(100);
export const milliseconds = duration(1000);

const swap16 = (v: number): number => ((v & 255) << 8) | ((v >>> 8) & 255);
const swap32 = (v: number): number => ((swap16(v & 0xffff) << 16) | swap16(v >>> 16)) >>> 0;
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
export const netLong64: Decoder = (n) => {
  return guarded(n, 8, (c, s, at) => {
    const swapped = (from: number): number =>
      ((c.bytes[from] << 24) | (c.bytes[from + 1] << 16) | (c.bytes[from + 2] << 8) | c.bytes[from + 3]) >>> 0;
    s.text('htobe64(');
    s.decimal64(swapped(at + 4), swapped(at));
    s.byte(41);
  });
};

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
