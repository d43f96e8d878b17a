// File modes and device numbers, as stat(2) and mknod(2) have them.
import { file_types } from '../../constants/generated/file.js';
import type { ScalarFormat } from '../printer.js';
import { choiceName, hexText, memoised } from '../xlat.js';

const octal3 = (n: number): string => {
  const digits = n.toString(8);
  return n === 0 ? '000' : digits.length < 2 ? '00' + digits : '0' + digits;
};

/** `S_IFREG|0644`; special bits by name. A type without a name leaves the whole number as it is. */
export const fileMode: ScalarFormat = (style) =>
  memoised((lo) => {
    const number = octal3(lo);
    const type = choiceName(file_types.entries(style.abi.name), lo & 0xf000, 0, 4);
    if (style.constants === 'raw' || (type === undefined && (lo & 0xf000) !== 0)) return number;
    const parts: string[] = [];
    if (type !== undefined) parts.push(type);
    if (lo & 0o4000) parts.push('S_ISUID');
    if (lo & 0o2000) parts.push('S_ISGID');
    if (lo & 0o1000) parts.push('S_ISVTX');
    parts.push(octal3((lo & ~0o177000) >>> 0));
    const text = parts.join('|');
    return style.constants === 'verbose' ? `${number} /* ${text} */` : text;
  });

/** `makedev(0x8, 0x1)` of the kernel's huge encoding (stat, statx) or the old 32-bit one (mknod). */
export const device: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    const major = ((lo >>> 8) & 0xfff) | (hi & 0xfffff000);
    const minor = (lo & 0xff) | (((lo >>> 12) | (hi << 20)) & 0xffffff00);
    const text = `makedev(${hexText(major >>> 0, 0)}, ${hexText(minor >>> 0, 0)})`;
    if (style.constants === 'raw') return hexText(lo, hi);
    return style.constants === 'verbose' ? `${hexText(lo, hi)} /* ${text} */` : text;
  });
