// Directory entries of getdents(2) and getdents64(2).
import { dirent_types } from '../../constants/generated/file.js';
import type { Cursor } from '../../record/cursor.js';
import type { Renderer } from '../printer.js';
import { quote } from '../quote.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';
import { constantText } from '../xlat.js';

/** Bytes before the name of struct linux_dirent64. */
const HEADER_64 = 19;

/** Prints something about the entry that starts at a position; `size` are its bytes, `there` those that could be read. */
type EntryPrinter = (c: Cursor, s: Sink, at: number, size: number, there: number) => void;

/** ` 19 bytes underflow`: a record that is shorter than its fixed part, or longer than what is left. */
const damage = (recordLength: number, header: number, rest: number): string =>
  recordLength < header
    ? `${header - recordLength} bytes underflow`
    : recordLength > rest
      ? `${recordLength - rest} bytes overflow`
      : '';

/** A name in so many bytes: ends at its NUL, or is cut before the last byte. */
function printName(c: Cursor, s: Sink, at: number, room: number, style: Style): void {
  let n = 0;
  while (n < room && c.bytes[at + n] !== 0) n++;
  quote(s, c.bytes, at, n === room ? room - 1 : n, style.hex, n === room);
}

/** Name and type of an entry: they stand in either order, in memory as on the line. */
const nameAndType =
  (style: Style, is64: boolean, header: number): EntryPrinter =>
  (c, s, at, size, there) => {
    const type = (from: number): void => {
      s.text(', d_type=');
      s.text(constantText(dirent_types, style.abi, style.constants, c.bytes[from], 0, 1));
    };
    if (is64) type(at + header - 1);
    const room = Math.min(is64 ? size : size - 1, there) - header;
    if (room > 0) {
      s.text(', d_name=');
      printName(c, s, at + header, room, style);
    }
    if (!is64 && size > header && size <= there) type(at + size - 1);
  };

/**
 * Abbreviated: an address and a count; else every entry with its fields. What the call returned are that many bytes of them,
 * of which `length` could be read.
 */
export const printDirents =
  (is64: boolean): Renderer =>
  ({ style }) => {
    const word = is64 ? 8 : style.abi.word;
    const header = is64 ? HEADER_64 : 2 * word + 2;
    const behindNumbers = nameAndType(style, is64, header);
    const entry = (c: Cursor, s: Sink, from: number, rest: number, there: number): void => {
      const recordLength = c.u16(from + 2 * word);
      s.text('{d_ino=');
      if (word === 8) s.decimal64(c.u32(from), c.u32(from + 4));
      else s.decimal(c.u32(from));
      s.text(', d_off=');
      if (word === 8) s.decimal64(c.u32(from + word), c.u32(from + word + 4));
      else s.decimal(c.u32(from + word));
      const wrong = damage(recordLength, header, rest);
      s.text(`, d_reclen=${recordLength}${wrong === '' ? '' : ` /* ${wrong} */`}`);
      behindNumbers(c, s, from, Math.max(header, Math.min(recordLength, rest)), there);
      s.byte(125);
    };
    /** Where the entry behind one is: undefined behind one that is damaged. */
    const next = (recordLength: number, from: number, total: number): number | undefined => {
      if (recordLength < header) return undefined;
      return Math.min(from + recordLength, total);
    };
    const address = (c: Cursor, s: Sink, offset: number): void => {
      // The address stands in the second argument of both calls.
      const lo = c.argLo(1) + offset;
      s.hex64(lo >>> 0, (c.argHi(1) + (lo > 0xffffffff ? 1 : 0)) >>> 0);
    };
    const counted: ReturnType<Renderer> = (c, s, at, length) => {
      const total = c.retLo;
      let count = 0;
      let from = 0;
      address(c, s, 0);
      while (total - from >= header && length - from >= header) {
        const recordLength = c.u16(at + from + 2 * word);
        const wrong = damage(recordLength, header, total - from);
        if (wrong !== '') s.text(` /* d_reclen ${wrong} */`);
        count++;
        const behind = next(recordLength, from, total);
        from = behind ?? from + header;
        if (behind === undefined) break;
      }
      s.text(` /* ${count}${from < total ? '+' : ''} entries */`);
    };
    if (style.abbrev) return counted;
    return (c, s, at, length) => {
      const total = c.retLo;
      let open = false;
      const item = (): void => {
        s.text(open ? ', ' : '[');
        open = true;
      };
      for (let from = 0; from < total;) {
        const rest = total - from;
        if (rest < header) {
          // Too few bytes for an entry are bytes.
          if (open) s.text(', ');
          if (length - from >= rest) quote(s, c.bytes, at + from, rest, 'all', false);
          else address(c, s, from);
          break;
        }
        if (length - from < header) {
          if (open) s.text(', ... /* ');
          address(c, s, from);
          if (open) s.text(' */');
          break;
        }
        item();
        entry(c, s, at + from, rest, length - from);
        const behind = next(c.u16(at + from + 2 * word), from, total);
        if (behind === undefined) break;
        from = behind;
      }
      if (open) s.byte(93);
    };
  };
