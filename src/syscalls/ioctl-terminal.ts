// ioctl(2): the commands of terminals and descriptors (ioctl_tty(2)); others by number.
import { address, arg, callBy, fd, format, i32, input, output, struct, u16 } from '../describe/combinators.js';
import type { ArgumentSpec } from '../describe/combinators.js';
import type { Call } from '../describe/node.js';
import type { ScalarFormat } from '../decode/printer.js';
import { memoised } from '../decode/xlat.js';

/** Names of the commands that ordinary programs make, by number. */
const NAMES: Readonly<Record<number, string>> = {
  0x5401: 'TCGETS',
  0x5402: 'TCSETS',
  0x5403: 'TCSETSW',
  0x5404: 'TCSETSF',
  0x540b: 'TCFLSH',
  0x540e: 'TIOCSCTTY',
  0x540f: 'TIOCGPGRP',
  0x5410: 'TIOCSPGRP',
  0x5413: 'TIOCGWINSZ',
  0x5414: 'TIOCSWINSZ',
  0x541b: 'FIONREAD',
  0x5421: 'FIONBIO',
  0x5422: 'TIOCNOTTY',
  0x5450: 'FIONCLEX',
  0x5451: 'FIOCLEX',
  0x5452: 'FIOASYNC',
  0x5429: 'TIOCGSID',
  0x80045430: 'TIOCGPTN',
  0x40045431: 'TIOCSPTLCK',
  0x40049409: 'BTRFS_IOC_CLONE or FICLONE',
  0x8910: 'SIOCGIFNAME',
  0x8933: 'SIOCGIFINDEX',
};

const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];
const hex = (n: number): string => (n === 0 ? '0' : '0x' + n.toString(16));

const command: ScalarFormat = (style) =>
  memoised((lo) => {
    const name =
      NAMES[lo] ??
      `_IOC(${DIRECTIONS[lo >>> 30]}, ${hex((lo >>> 8) & 0xff)}, ${hex(lo & 0xff)}, ${hex((lo >>> 16) & 0x3fff)})`;
    if (style.constants === 'raw') return hex(lo);
    return style.constants === 'verbose' ? `${hex(lo)} /* ${name} */` : name;
  });

const winsize = struct({ ws_row: u16, ws_col: u16, ws_xpixel: u16, ws_ypixel: u16 });

export const terminal = (): Call => {
  const other: ArgumentSpec = { argp: format(() => (_c, s, lo, hi) => s.hex64(lo, hi), 'ptr') };
  return callBy(
    { fd, op: format(command) },
    arg('op'),
    [
      [[0x5401, 0x5402, 0x5403, 0x5404], { argp: address }],
      [[0x541b, 0x5429, 0x540f, 0x80045430], { argp: output(i32) }],
      [[0x5421, 0x5452, 0x5410, 0x40045431], { argp: input(i32) }],
      [0x5413, { argp: output(winsize) }],
      [0x5414, { argp: input(winsize) }],
      [[0x5450, 0x5451, 0x5422], {}],
    ],
    other,
  );
};
