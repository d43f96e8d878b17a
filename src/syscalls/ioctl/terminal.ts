// Commands of terminals and of descriptors in general (ioctl_tty(2), ioctl(2)).
import { flow_actions, flush_queues, modem_lines } from '../../constants/generated/terminal.js';
import {
  arg,
  bytes,
  choice,
  constant,
  flags,
  format,
  i32,
  input,
  match,
  output,
  struct,
  terminal as isTerminal,
  u16,
  xsize,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';
import { command, terminalCommand } from './name.js';
import { kernelTermios, termio, termios2 } from './termios.js';

/** A command whose number sound devices have, too: on a terminal it has one name. */
const shared = (argument: Node): Declaration => ({
  op: match(isTerminal(arg('fd')), [[1, format(terminalCommand)]], format(command)),
  argument,
});

export const family: IoctlFamily = {
  // Of the others (tun devices have this type, too) not even -v shows bytes.
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const modes = kernelTermios();
    const modes2 = termios2();
    const old = termio();
    const winsize = struct({ ws_row: u16, ws_col: u16, ws_xpixel: u16, ws_ypixel: u16 });
    const lines = flags(modem_lines);
    const got = output(i32);
    const given = input(i32);
    return {
      TCGETS: output(modes),
      TIOCGLCKTRMIOS: output(modes),
      TCSETS: shared(input(modes)),
      TCSETSW: shared(input(modes)),
      TCSETSF: shared(input(modes)),
      TIOCSLCKTRMIOS: input(modes),
      TCGETS2: output(modes2),
      TCSETS2: input(modes2),
      TCSETSW2: input(modes2),
      TCSETSF2: input(modes2),
      TCGETA: output(old),
      TCSETA: input(old),
      TCSETAW: input(old),
      TCSETAF: input(old),
      TIOCGWINSZ: output(winsize),
      TIOCSWINSZ: input(winsize),
      TIOCMGET: output(lines),
      TIOCMBIS: input(lines),
      TIOCMBIC: input(lines),
      TIOCMSET: input(lines),
      TCXONC: choice(flow_actions, 'ptr'),
      TCFLSH: choice(flush_queues, 'ptr'),
      TCSBRK: i32,
      TCSBRKP: i32,
      TIOCSCTTY: i32,
      TIOCSTI: input(bytes(constant(1))),
      FIONREAD: got,
      TIOCOUTQ: got,
      TIOCGSID: got,
      TIOCGPGRP: got,
      TIOCGPTN: got,
      TIOCGETD: got,
      TIOCGEXCL: got,
      TIOCGDEV: got,
      TIOCGSOFTCAR: got,
      FIONBIO: given,
      FIOASYNC: given,
      TIOCSPGRP: given,
      TIOCSPTLCK: given,
      TIOCSETD: given,
      TIOCPKT: given,
      TIOCSSOFTCAR: given,
      TIOCLINUX: xsize,
      TIOCEXCL: null,
      TIOCNXCL: null,
      TIOCNOTTY: null,
      TIOCCONS: null,
      TIOCSBRK: null,
      TIOCCBRK: null,
      TIOCVHANGUP: null,
      TIOCSSERIAL: null,
      FIONCLEX: null,
      FIOCLEX: null,
    };
  },
};
