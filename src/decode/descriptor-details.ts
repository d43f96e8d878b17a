// What is said about a descriptor beside its path (-yy, --decode-fds): devices, sockets, eventfds, signalfds, pidfds.
import { netlink_protocols } from '../constants/generated/network.js';
import type { Cursor } from '../record/cursor.js';
import { printBetweenBrackets } from './brackets.js';
import { kernelSigset } from './leaf/sigset.js';
import type { ScalarPrinter } from './printer.js';
import { quote } from './quote.js';
import { label, type Sink } from './sink.js';
import type { Style } from './style.js';
import { choiceName } from './xlat.js';

/** Keys of the lines behind a path: those of /proc/PID/fdinfo, and the ones that native/descriptor.c and native/socket.c add. */
const DEVICE = label('device:');
const SOCKET = label('socket:');
const PROTOCOL = label('protocol:');
const PORTID = label('portid:');
const NAME = label('name:');
const TTY_INDEX = label('tty-index:');
const EVENTFD_COUNT = label('eventfd-count:');
const EVENTFD_ID = label('eventfd-id:');
const EVENTFD_SEMAPHORE = label('eventfd-semaphore:');
const SIGMASK = label('sigmask:');
const PID = label('Pid:');
const COMM = label('comm:');
const EXISTS = label('exists:');

const NEWLINE = 10;
const TAB = 9;
const SPACE = 32;
const LESS = 60;
const GREATER = 62;
const ZERO = 48;
const AT = 64;

/** The value of the line that begins with `key`: where it begins, or -1; it ends at the end of its line. */
function valueOf(bytes: Uint8Array, from: number, to: number, key: Uint8Array): number {
  for (let i = from; i < to; i++) {
    let n = 0;
    while (n < key.length && bytes[i + n] === key[n]) n++;
    if (n === key.length) {
      i += n;
      while (bytes[i] === SPACE || bytes[i] === TAB) i++;
      return i;
    }
    while (i < to && bytes[i] !== NEWLINE) i++;
  }
  return -1;
}

function endOf(bytes: Uint8Array, from: number): number {
  let end = from;
  while (bytes[end] !== NEWLINE) end++;
  return end;
}

function copy(s: Sink, bytes: Uint8Array, from: number): void {
  for (let i = from; bytes[i] !== NEWLINE; i++) s.byte(bytes[i]);
}

/** Whether a path that ends in ` (deleted)` is the name of a file; the lines stand from `from` to `to`. */
export const exists = (bytes: Uint8Array, from: number, to: number): boolean => valueOf(bytes, from, to, EXISTS) >= 0;

/** Half of a number of 16 hexadecimal digits. */
function word(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let i = at; i < at + 8; i++) value = value * 16 + parseInt(String.fromCharCode(bytes[i]), 16);
  return value;
}

/** `TCP:[127.0.0.1:1->127.0.0.1:2]`, `NETLINK:[ROUTE:7]`, `UNIX:[7->8,"name"]`, in brackets. */
function printSocket(c: Cursor, s: Sink, socket: number, from: number, to: number, style: Style): void {
  const { bytes } = c;
  s.byte(LESS);
  copy(s, bytes, socket);
  const protocol = valueOf(bytes, from, to, PROTOCOL);
  const portid = valueOf(bytes, from, to, PORTID);
  if (protocol >= 0 && portid >= 0) {
    let number = 0;
    for (let i = protocol; bytes[i] !== NEWLINE; i++) number = number * 10 + bytes[i] - ZERO;
    const name = choiceName(netlink_protocols.entries(style.abi.name), number, 0, 4);
    s.text(name === undefined ? String(number) : name.slice('NETLINK_'.length));
    s.byte(58);
    copy(s, bytes, portid);
  }
  const name = valueOf(bytes, from, to, NAME);
  if (name >= 0) {
    s.byte(44);
    if (bytes[name] === AT) s.byte(AT);
    quote(s, bytes, name + 1, bytes.indexOf(0, name) - name - 1, style.hex, false);
  }
  s.text(']>');
}

/**
 * Prints `<…>` for a descriptor whose path stands at `at` and whose lines stand from `from` to `to`; false when there is
 * nothing to be said but the path.
 */
export type DetailPrinter = (c: Cursor, s: Sink, at: number, from: number, to: number) => boolean;

/** The printer of details that this style asks for; undefined when it asks for none. */
export function detailPrinter(style: Style): DetailPrinter | undefined {
  const { devices, sockets, eventfds, signalfds, pidfds } = style;
  if (!devices && !sockets && !eventfds && !signalfds && !pidfds) return undefined;
  let sigset: ScalarPrinter | undefined;
  return (c, s, at, from, to) => {
    const { bytes } = c;
    const pathEnd = from - 1;
    let value: number;
    if (devices && (value = valueOf(bytes, from, to, DEVICE)) >= 0) {
      s.byte(LESS);
      printBetweenBrackets(s, bytes, at, pathEnd - at, style);
      s.byte(LESS);
      copy(s, bytes, value);
      if ((value = valueOf(bytes, from, to, TTY_INDEX)) >= 0) {
        s.text(' @/dev/pts/');
        copy(s, bytes, value);
      }
      s.text('>>');
      return true;
    }
    if (sockets && (value = valueOf(bytes, from, to, SOCKET)) >= 0) {
      printSocket(c, s, value, from, to, style);
      return true;
    }
    if (eventfds && (value = valueOf(bytes, from, to, EVENTFD_COUNT)) >= 0) {
      s.text('<{eventfd-count=');
      if (bytes[value] !== ZERO) s.text('0x');
      copy(s, bytes, value);
      if ((value = valueOf(bytes, from, to, EVENTFD_ID)) >= 0) {
        s.text(', eventfd-id=');
        copy(s, bytes, value);
      }
      if ((value = valueOf(bytes, from, to, EVENTFD_SEMAPHORE)) >= 0) {
        s.text(', eventfd-semaphore=');
        copy(s, bytes, value);
      }
      s.text('}>');
      return true;
    }
    if (signalfds && (value = valueOf(bytes, from, to, SIGMASK)) >= 0) {
      s.text('<signalfd:');
      sigset ??= kernelSigset.format(style, 8);
      sigset(c, s, word(bytes, value + 8), word(bytes, value));
      s.byte(GREATER);
      return true;
    }
    if (pidfds && (value = valueOf(bytes, from, to, PID)) >= 0) {
      s.byte(LESS);
      // 0: in no namespace that is seen from here; -1: it is gone.
      if (bytes[value] === ZERO || bytes[value] === 45) for (let i = at; i < pathEnd; i++) s.byte(bytes[i]);
      else {
        s.text('pid:');
        copy(s, bytes, value);
        const comm = valueOf(bytes, from, to, COMM);
        if (comm >= 0) {
          s.byte(LESS);
          printBetweenBrackets(s, bytes, comm, endOf(bytes, comm) - comm, style);
          s.byte(GREATER);
        }
      }
      s.byte(GREATER);
      return true;
    }
    return false;
  };
}
