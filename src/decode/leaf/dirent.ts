// Directory entries of getdents(2) and getdents64(2).
import { dirent_types } from '../../constants/generated/file.js';
import type { Renderer } from '../printer.js';
import { quote } from '../quote.js';
import { constantText } from '../xlat.js';

/** Offset of the name behind the fixed part, by entry format. */
const NAME_64 = 19;

/** Abbreviated: an address and a count; else every entry with its fields. */
export const printDirents =
  (is64: boolean): Renderer =>
  ({ style }) => {
    const word = is64 ? 8 : style.abi.word;
    const nameAt = is64 ? NAME_64 : 2 * word + 2;
    return (c, s, at, length) => {
      let count = 0;
      if (!style.abbrev) s.byte(91);
      for (let from = at; from + nameAt <= at + length;) {
        const recordLength = c.u16(from + 2 * word);
        if (recordLength < nameAt || from + recordLength > at + length) break;
        if (!style.abbrev) {
          if (count) s.text(', ');
          s.text('{d_ino=');
          if (word === 8) s.decimal64(c.u32(from), c.u32(from + 4));
          else s.decimal(c.u32(from));
          s.text(', d_off=');
          if (word === 8) s.signed64(c.u32(from + word), c.u32(from + word + 4));
          else s.decimal(c.u32(from + word));
          s.text(`, d_reclen=${recordLength}`);
          const type = constantText(
            dirent_types,
            style.abi,
            style.constants,
            is64 ? c.bytes[from + 18] : c.bytes[from + recordLength - 1],
            0,
            1,
          );
          if (is64) s.text(`, d_type=${type}`);
          s.text(', d_name=');
          const room = is64 ? recordLength - nameAt : recordLength - nameAt - 1;
          let n = 0;
          while (n < room && c.bytes[from + nameAt + n] !== 0) n++;
          quote(s, c.bytes, from + nameAt, n, style.hex, n === room);
          if (!is64) s.text(`, d_type=${type}`);
          s.byte(125);
        }
        count++;
        from += recordLength;
      }
      if (style.abbrev) {
        // The address stands in the second argument of both calls.
        s.hex64(c.argLo(1), c.argHi(1));
        s.text(` /* ${count} entries */`);
      } else s.byte(93);
    };
  };
