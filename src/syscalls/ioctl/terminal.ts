// Commands of terminals and of descriptors in general (ioctl_tty(2), ioctl(2)).
import { address, i32, input, output, struct, u16 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

const winsize = struct({ ws_row: u16, ws_col: u16, ws_xpixel: u16, ws_ypixel: u16 });

export const terminal: IoctlFamily = {
  types: [0x54],
  commands: (): Record<string, Declaration> => ({
    TCGETS: address,
    TCSETS: address,
    TCSETSW: address,
    TCSETSF: address,
    FIONREAD: output(i32),
    TIOCGSID: output(i32),
    TIOCGPGRP: output(i32),
    TIOCGPTN: output(i32),
    FIONBIO: input(i32),
    FIOASYNC: input(i32),
    TIOCSPGRP: input(i32),
    TIOCSPTLCK: input(i32),
    TIOCGWINSZ: output(winsize),
    TIOCSWINSZ: input(winsize),
    FIONCLEX: null,
    FIOCLEX: null,
    TIOCNOTTY: null,
  }),
};
