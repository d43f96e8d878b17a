// Control messages of sendmsg(2) and recvmsg(2) (cmsg(3)).
import { socket_levels } from '../../constants/generated/network.js';
import type { Renderer } from '../printer.js';
import { quote } from '../quote.js';
import { constantText } from '../xlat.js';

const SOL_SOCKET = 1;
const SCM_RIGHTS = 1;
const SCM_CREDENTIALS = 2;

const scmNames: Readonly<Record<number, string>> = {
  1: 'SCM_RIGHTS',
  2: 'SCM_CREDENTIALS',
  3: 'SCM_SECURITY',
  4: 'SCM_PIDFD',
};

/** `[{cmsg_len=20, cmsg_level=SOL_SOCKET, cmsg_type=SCM_RIGHTS, cmsg_data=[3]}]` */
export const printControl: Renderer = ({ style }) => {
  const word = style.abi.word;
  const header = word + 8;
  const align = (n: number): number => (n + word - 1) & ~(word - 1);
  return (c, s, at, length) => {
    const end = at + length;
    s.byte(91);
    for (let from = at, first = true; from + header <= end; first = false) {
      const size = word === 8 ? c.u64(from) : c.u32(from);
      const level = c.u32(from + word);
      const type = c.u32(from + word + 4);
      if (!first) s.text(', ');
      const name =
        level === SOL_SOCKET ? (scmNames[type] ?? `0x${type.toString(16)} /* SCM_??? */`) : `0x${type.toString(16)}`;
      s.text(
        `{cmsg_len=${size}, cmsg_level=${constantText(socket_levels, style.abi, style.constants, level, 0, 4)}, cmsg_type=${name}`,
      );
      const dataLength = Math.min(size, end - from) - header;
      const data = from + header;
      if (dataLength > 0) {
        s.text(', cmsg_data=');
        if (level === SOL_SOCKET && type === SCM_RIGHTS && dataLength >= 4) {
          s.byte(91);
          for (let i = 0; i + 4 <= dataLength; i += 4) s.text(`${i ? ', ' : ''}${c.i32(data + i)}`);
          s.byte(93);
        } else if (level === SOL_SOCKET && type === SCM_CREDENTIALS && dataLength >= 12)
          s.text(`{pid=${c.i32(data)}, uid=${c.i32(data + 4)}, gid=${c.i32(data + 8)}}`);
        else quote(s, c.bytes, data, dataLength, style.hex, false);
      }
      s.byte(125);
      if (size < header) break;
      from += align(size);
    }
    s.byte(93);
  };
};
