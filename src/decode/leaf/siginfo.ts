// siginfo_t, of a delivered signal or of a system call's argument (sigaction(2), asm-generic/siginfo.h).
import { errnoName } from '../../abi/errno.js';
import { signalName } from '../../abi/signal.js';
import { syscallName } from '../../abi/syscalls.js';
import type { AbiName } from '../../abi/abi.js';
import {
  audit_archs,
  si_codes,
  si_codes_bus,
  si_codes_chld,
  si_codes_fpe,
  si_codes_ill,
  si_codes_poll,
  si_codes_segv,
  si_codes_sys,
  si_codes_trap,
} from '../../constants/generated/signal.js';
import type { ConstantTable } from '../../constants/table.js';
import type { Cursor } from '../../record/cursor.js';
import { printAddress } from '../scalar.js';
import type { Sink } from '../sink.js';
import type { Style } from '../style.js';
import { choiceName, constantText } from '../xlat.js';

const SIGILL = 4;
const SIGTRAP = 5;
const SIGBUS = 7;
const SIGFPE = 8;
const SIGSEGV = 11;
const SIGCHLD = 17;
const SIGIO = 29;
const SIGSYS = 31;

const CODES: Readonly<Record<number, ConstantTable>> = {
  [SIGILL]: si_codes_ill,
  [SIGTRAP]: si_codes_trap,
  [SIGBUS]: si_codes_bus,
  [SIGFPE]: si_codes_fpe,
  [SIGSEGV]: si_codes_segv,
  [SIGCHLD]: si_codes_chld,
  [SIGIO]: si_codes_poll,
  [SIGSYS]: si_codes_sys,
};

/** Clock ticks of si_utime and si_stime (USER_HZ). */
const TICKS = 100;

/** A signal number in a style. */
export function signalText(signal: number, style: Style): string {
  const name = signalName(signal);
  if (style.constants === 'raw') return String(signal);
  return style.constants === 'verbose' && name !== String(signal) ? `${signal} /* ${name} */` : name;
}

function codeText(signal: number, code: number, style: Style): string {
  const lo = code >>> 0;
  const own = CODES[signal];
  const { name } = style.abi;
  if (own && choiceName(own.entries(name), lo, 0, 4) !== undefined)
    return constantText(own, style.abi, style.constants, lo, 0, 4);
  if (choiceName(si_codes.entries(name), lo, 0, 4) !== undefined || !own)
    return constantText(si_codes, style.abi, style.constants, lo, 0, 4);
  return constantText(own, style.abi, style.constants, lo, 0, 4);
}

/** Prints the structure at `at`; `compat`: the layout of 32-bit programs (a system call's own memory). */
export function printSiginfo(c: Cursor, s: Sink, at: number, style: Style, compat: boolean): void {
  const signal = c.i32(at);
  const error = c.i32(at + 4);
  const code = c.i32(at + 8);
  const union = at + (compat ? 12 : 16);
  const word = compat ? 4 : 8;
  const number = (name: string, value: number): void => s.text(`, ${name}=${value}`);
  const pointer = (name: string, from: number): void => {
    s.text(`, ${name}=`);
    printAddress(c, s, c.u32(from), compat ? 0 : c.u32(from + 4));
  };
  const sender = (): void => {
    number('si_pid', c.i32(union));
    s.text(`, si_uid=${c.i32(union + 4)}`);
  };
  const value = (from: number): void => {
    number('si_int', c.i32(from));
    pointer('si_ptr', from);
  };
  s.text(`{si_signo=${signalText(signal, style)}, si_code=${codeText(signal, code, style)}`);
  if (error !== 0) s.text(`, si_errno=${errnoName(error) ?? error}`);
  if (code <= 0) {
    if (code === -2) {
      s.text(`, si_timerid=${c.i32(union).toString(10)}`);
      number('si_overrun', c.i32(union + 4));
      value(union + 8);
    } else {
      sender();
      if (code !== 0 && code !== -6 && (code === -1 || hasBytes(c, union + 8, word))) value(union + 8);
    }
  } else
    switch (signal) {
      case SIGCHLD:
        sender();
        if (code === 1) number('si_status', c.i32(union + 8));
        else s.text(`, si_status=${signalText(c.i32(union + 8), style)}`);
        ticks(c, s, 'si_utime', compat ? union + 12 : union + 16, compat);
        ticks(c, s, 'si_stime', compat ? union + 16 : union + 24, compat);
        break;
      case SIGILL:
      case SIGFPE:
      case SIGSEGV:
      case SIGBUS:
        pointer('si_addr', union);
        if (signal === SIGSEGV && code === 3) {
          pointer('si_lower', union + 2 * word);
          pointer('si_upper', union + 3 * word);
        } else if (signal === SIGSEGV && code === 4) number('si_pkey', c.u32(union + 2 * word));
        break;
      case SIGIO:
        s.text(`, si_band=${bandText(c.u32(union), style)}`);
        number('si_fd', c.i32(union + word));
        break;
      case SIGSYS: {
        pointer('si_call_addr', union);
        const nr = c.u32(union + word);
        const arch = c.u32(union + word + 4);
        const abi: AbiName = arch === 0x40000003 ? 'i386' : nr & 0x40000000 ? 'x32' : 'x86_64';
        const name = syscallName(abi, nr & ~0x40000000);
        const known = name === undefined ? undefined : `__NR_${name}`;
        s.text(`, si_syscall=`);
        s.text(
          style.constants === 'raw' || known === undefined
            ? hexOf(nr)
            : style.constants === 'verbose'
              ? `${hexOf(nr)} /* ${known} */`
              : known,
        );
        s.text(`, si_arch=${constantText(audit_archs, style.abi, style.constants, arch, 0, 4)}`);
        break;
      }
      default:
        if (hasBytes(c, union, 8)) sender();
        if (hasBytes(c, union + 8, word)) value(union + 8);
    }
  s.byte(125);
}

const hexOf = (n: number): string => (n === 0 ? '0' : '0x' + n.toString(16));

function hasBytes(c: Cursor, at: number, n: number): boolean {
  for (let i = 0; i < n; i++) if (c.bytes[at + i] !== 0) return true;
  return false;
}

function ticks(c: Cursor, s: Sink, name: string, at: number, compat: boolean): void {
  const lo = c.u32(at);
  s.text(`, ${name}=`);
  if (compat) s.signed(lo);
  else s.signed64(lo, c.u32(at + 4));
  if (lo !== 0) s.text(` /* ${trimmed(lo / TICKS)} s */`);
}

const trimmed = (seconds: number): string => String(Number(seconds.toFixed(2)));

/** poll bits, in poll.h's order. */
const BANDS: readonly (readonly [number, string])[] = [
  [1, 'POLLIN'],
  [2, 'POLLPRI'],
  [4, 'POLLOUT'],
  [0x40, 'POLLRDNORM'],
  [0x80, 'POLLRDBAND'],
  [0x100, 'POLLWRNORM'],
  [0x200, 'POLLWRBAND'],
  [0x400, 'POLLMSG'],
  [8, 'POLLERR'],
  [0x10, 'POLLHUP'],
  [0x20, 'POLLNVAL'],
];

function bandText(value: number, style: Style): string {
  if (style.constants === 'raw') return hexOf(value);
  const names = BANDS.filter(([bit]) => value & bit).map(([, name]) => name);
  const rest = BANDS.reduce((v, [bit]) => v & ~bit, value);
  if (rest) names.push(hexOf(rest >>> 0));
  const text = names.join('|') || '0';
  return style.constants === 'verbose' && value ? `${hexOf(value)} /* ${text} */` : text;
}
