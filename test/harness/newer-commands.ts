// ioctl lines that strace 7.2 prints otherwise than the installed 6.1: names of commands that came or went between Linux 6.1
// and 7.2, and arguments that are decoded since. All of them stand in recorded 7.2 output.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `+NAME`: only 7.2 has it; `-NAME`: only 6.1. */
const list = readFileSync(fileURLToPath(new URL('newer-commands.txt', import.meta.url)), 'utf8').split('\n');
const came = new Set(list.filter((line) => line.startsWith('+')).map((line) => line.slice(1)));
const went = new Set(list.filter((line) => line.startsWith('-')).map((line) => line.slice(1)));

/** Commands whose argument, a null pointer here, 7.2 prints otherwise. */
const decoded: readonly (readonly [command: RegExp, reason: string])[] = [
  [/^VIDIOC_(QUERYBUF|QBUF|DQBUF|PREPARE_BUF)_TIME32$/, 'decoded as the commands that they were'],
  [/^VIDIOC_(EXPBUF|QUERYMENU)$/, 'decoded since 6.1 and 7.0'],
  [/^UDMABUF_CREATE(_LIST)?$/, 'decoded since 7.0'],
  [/^UFFDIO_(WRITEPROTECT|CONTINUE|POISON)$/, 'decoded since 6.6'],
  [/^WDIOC_(GETSUPPORT|SETOPTIONS)$/, 'decoded since 6.11'],
  [/^_IOC\(_IOC_READ, 0xb7, 0x[abc], /, 'NS_MNT_GET_*: structures of other sizes begin with what is known'],
  [/^_IOC\(_IOC_READ\|_IOC_WRITE, 0xff, 0xb, /, 'PIDFD_GET_INFO: likewise'],
  [/^(0xc4c03d(09|12)|PTP_(CLOCK_GETCAPS|SYS_OFFSET_EXTENDED)2?)$/, 'members in the place of reserved ones'],
  [/^UFFDIO_REGISTER$/, 'another placeholder'],
  [/^HDIO_/, 'decoded for i386, too'],
];

/** A number that 6.1 has no name for. */
const UNNAMED = /\b0x[0-9a-f]+(?=[|}\]),]| \/\* \w*\?\?\?)/;
/** Names joined with each other and with what is left. */
const NAMES = /0x[0-9a-f]+ \/\* \w*\?\?\? \*\/|(?:[A-Z]\w+|1<<\w+|0x[0-9a-f]+)(?:\|(?:[A-Z]\w+|1<<\w+|0x[0-9a-f]+))*/g;
/** Whether nothing differs but names, where 6.1 has numbers: flags that came since. */
const namedSince = (old: string, current: string): boolean =>
  UNNAMED.test(old) && old.replace(NAMES, 'N') === current.replace(NAMES, 'N');

/** A number that the kernel left as it was stands there once. */
const SAME = /(?<==)(\w+) => \1(?=[,}])/g;

/** With -v the bytes of commands that are not decoded are shown since 6.11; so is the address twice of what is changed. */
const BYTES = /^, ("\\x|0x\w+ => )/;

interface Parts {
  readonly fd: string;
  readonly names: readonly string[];
  readonly rest: string;
}

function parts(line: string): Parts | undefined {
  const m = /^ioctl\((-?\d+(?:<[^>]*>)?), ((?:\w+\([^)]*\)|[^,()]+)(?: or (?:\w+\([^)]*\)|[^,()]+))*)(.*)$/.exec(line);
  return m ? { fd: m[1], names: m[2].split(' or '), rest: m[3] } : undefined;
}

const numbered = (names: readonly string[]): boolean => names[0].startsWith('_IOC(');

/** Whether two lines of one ioctl call (6.1's and 7.2's) differ by what is listed only. */
export function newerCommand(old: string, current: string): boolean {
  const [a, b] = [parts(old), parts(current)];
  if (!a || !b || a.fd !== b.fd) return false;
  // On a terminal the names of sound devices for the number are left out since 6.2.
  const gone = a.names.filter((n) => !b.names.includes(n) && !/^_IOC\(|^SNDCTL_TMR_/.test(n));
  const added = b.names.filter((n) => !a.names.includes(n) && !n.startsWith('_IOC('));
  if (!gone.every((n) => went.has(n)) || !added.every((n) => came.has(n))) return false;
  if (numbered(a.names) && numbered(b.names) && a.names[0] !== b.names[0]) return false;
  // The argument of a command without a name is a number.
  return (
    a.rest === b.rest ||
    namedSince(a.rest, b.rest) ||
    a.rest.replace(SAME, '$1') === b.rest ||
    (/^, 0x/.test(a.rest) && BYTES.test(b.rest)) ||
    numbered(a.names) ||
    added.length > 0 ||
    decoded.some(([c]) => b.names.some((n) => c.test(n)))
  );
}
