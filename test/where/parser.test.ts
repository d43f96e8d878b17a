// The language of --where: what is read as what, and what is said about mistakes.
import { describe, expect, it } from 'vitest';
import { ABIS } from '../../src/abi/abi.js';
import { syscallNumbers } from '../../src/abi/syscalls.js';
import type { Constant, Expression, Value } from '../../src/where/ast.js';
import { parseWhere } from '../../src/where/parser.js';
import { globPattern } from '../../src/where/pattern.js';
import { where } from '../../src/where/where.js';
import { plainStyle } from './style.js';

const isCall = (name: string): boolean => ABIS.some((abi) => syscallNumbers(abi.name, name).length > 0);

function constantText(c: Constant): string {
  switch (c.kind) {
    case 'number':
      return String(c.value);
    case 'name':
      return c.name;
    case 'negative':
      return `-${constantText(c.of)}`;
    default:
      return `[${constantText(c.left)} ${c.kind} ${constantText(c.right)}]`;
  }
}

function valueText(value: Value): string {
  if (value.kind === 'constant') return constantText(value.of);
  if (value.kind === 'string') return JSON.stringify(value.bytes.toString('latin1'));
  const { call, name, steps } = value.path;
  const path = [call, name].filter((part) => part !== undefined).join('::');
  const rest = steps.map((step) => (step.kind === 'field' ? `.${step.name}` : `[${step.at}]`)).join('');
  return value.mask ? `(${path}${rest} & ${constantText(value.mask)})` : path + rest;
}

function text(e: Expression): string {
  switch (e.kind) {
    case 'and':
    case 'or':
      return `(${e.of.map(text).join(e.kind === 'and' ? ' && ' : ' || ')})`;
    case 'not':
      return `!${text(e.of)}`;
    case 'compare':
      return `${valueText(e.left)} ${e.op} ${valueText(e.right)}`;
    case 'match':
      return `${valueText({ kind: 'path', path: e.path, mask: undefined })} ~ ${e.pattern.source}`;
    case 'truth':
      return `${valueText(e.of)}?`;
  }
}

describe('parseWhere', () => {
  it.each([
    ['fd == 2', 'fd eq 2'],
    ['write.fd == 1 || openat.flags & O_CREAT', '(write::fd eq 1 || (openat::flags & O_CREAT)?)'],
    ['flags & O_ACCMODE == O_RDWR', '(flags & O_ACCMODE) eq O_RDWR'],
    ['(flags & O_ACCMODE) == O_RDWR', '(flags & O_ACCMODE) eq O_RDWR'],
    ['O_CREAT & flags', '(flags & O_CREAT)?'],
    ['flags & (O_CREAT|O_EXCL) == O_CREAT|O_EXCL', '(flags & [O_CREAT or O_EXCL]) eq [O_CREAT or O_EXCL]'],
    ['!(fd == 1) && !fd', '(!fd eq 1 && !fd?)'],
    ['((a == 1) || b == 2) && c', '((a eq 1 || b eq 2) && c?)'],
    ['ret < -1 && errno != ENOENT', '(ret lt -1 && errno ne ENOENT)'],
    ['2 < fd', '2 lt fd'],
    ['read.ret < read.count', 'read::ret lt read::count'],
    ['mode == 0644 || x == 0x1F || y == 0b11 || z == 10UL', '(mode eq 420 || x eq 31 || y eq 3 || z eq 10)'],
    ['a == 1 << 4 | 1', 'a eq [[1 shift 4] or 1]'],
    ['execve.argv[1] == "-l"', 'execve::argv[1] eq "-l"'],
    ['poll.fds.events & POLLIN', '(poll::fds.events & POLLIN)?'],
    ['addr.sin_port == htons(80)', 'addr.sin_port eq 20480'],
    ['addr.sin_addr == inet_addr("127.0.0.1")', 'addr.sin_addr eq 16777343'],
    ['dev == makedev(0x8, 0x1)', 'dev eq 2049'],
    ['pathname ~ "/etc/*.c?nf"', 'pathname ~ ^\\/etc\\/[^]*\\.c[^]nf$'],
    ["buf =~ 'a.*\\d'", 'buf ~ a.*\\d'],
    ['buf == "a\\n\\x41\\"é"', 'buf eq "a\\nA\\"Ã©"'],
  ])('%s', (source, expected) => expect(text(parseWhere(source, isCall))).toBe(expected));

  it('says what is wrong, and where', () => {
    const wrong = (source: string): string => {
      try {
        where(source).check(plainStyle('x86_64'));
      } catch (error) {
        return (error as Error).message;
      }
      return 'no error';
    };
    expect(wrong('')).toBe("--where: expected a value at the end in ''");
    expect(wrong('fd ==')).toBe("--where: expected a value at the end in 'fd =='");
    expect(wrong('fd == 2 3')).toBe("--where: expected the end: '3' in 'fd == 2 3'");
    expect(wrong('(fd == 2')).toBe("--where: expected ')' at the end in '(fd == 2'");
    expect(wrong('fd = 2')).toBe("--where: unknown character: '=' in 'fd = 2'");
    expect(wrong('fd == 08')).toBe("--where: no number: '08' in 'fd == 08'");
    expect(wrong('"x')).toBe(`--where: a string does not end: '"x' in '"x'`);
    expect(wrong('"x"')).toBe(`--where: a string alone is no condition: '"x"' in '"x"'`);
    expect(wrong('1 == 1')).toBe("--where: nothing of a call is compared: '1 == 1' in '1 == 1'");
    expect(wrong('dev == makedev(8)')).toBe("--where: takes 2 numbers: 'makedev' in 'dev == makedev(8)'");
    expect(wrong('port == htons(1, 2)')).toBe("--where: takes one number: 'htons' in 'port == htons(1, 2)'");
    for (const text of ['fd == 18446744073709551616', 'fd == 0x10000000000000000', 'iov[18446744073709551616] == 1'])
      expect(wrong(text)).toMatch(/^--where: a number has 64 bits at most: /);
    expect(wrong('fd == toString(1)')).toBe("--where: unknown function: 'toString' in 'fd == toString(1)'");
    expect(wrong('fd == 1 << 64')).toBe("--where: a shift is by 0 to 63 bits: '1 << 64' in 'fd == 1 << 64'");
    expect(wrong('fd == 1 << -1')).toBe("--where: a shift is by 0 to 63 bits: '1 << -1' in 'fd == 1 << -1'");
    expect(wrong('fd == 1 << 63')).toBe('no error');
    for (const deep of ['!', '(', 'fd == (', 'fd == -']) {
      expect(wrong(deep + deep.slice(-1).repeat(50000))).toMatch(/^--where: nested too deeply/);
    }
    for (const sign of ['|', '&', '<<']) {
      expect(wrong(`fd == 1${`${sign}1`.repeat(30000)}`)).toMatch(/^--where: too many constants are joined/);
    }
    expect(wrong('nothing == 1')).toBe(
      "--where: no system call has an argument of this name: 'nothing' in 'nothing == 1'",
    );
    expect(wrong('openat.fd == 1')).toBe(
      "--where: openat has no such argument (it has dirfd, pathname, flags, mode): 'openat.fd' in 'openat.fd == 1'",
    );
    expect(wrong('flags == O_NOSUCH')).toBe(
      "--where: there is no constant of this name: 'O_NOSUCH' in 'flags == O_NOSUCH'",
    );
    expect(wrong('write.fd ~ "x"')).toBe(`--where: it holds no text: 'write.fd' in 'write.fd ~ "x"'`);
    expect(wrong('fd ~ 5')).toBe("--where: expected a string: '5' in 'fd ~ 5'");
    expect(wrong('pathname =~ "("')).toContain('--where: Invalid regular expression');
    expect(wrong('pathname < "x"')).toBe(`--where: strings are equal or not: 'pathname < "x"' in 'pathname < "x"'`);
    expect(wrong('fd | 1')).toBe("--where: only constants can be joined: '|' in 'fd | 1'");
    expect(wrong('fd == 2')).toBe('no error');
    expect(wrong('fstat.statbuf.st_size > 5 && ret == 0')).toBe('no error');
  });
});

describe('globPattern', () => {
  it.each([
    ['*', '', true],
    ['a*c', 'abbc', true],
    ['a*c', 'abd', false],
    ['/etc/*', '/etc/a/b', true],
    ['?', '\n', true],
    ['[a-c]x', 'bx', true],
    ['[!a-c]x', 'bx', false],
    ['[!a-c]x', 'dx', true],
    ['[]x]', ']', true],
    ['a.b', 'axb', false],
    ['\\*', '*', true],
    ['\\*', 'x', false],
    ['[', '[', true],
    ['(a|b)+', '(a|b)+', true],
  ])('%s and %s: %s', (glob, subject, expected) => expect(globPattern(glob).test(subject)).toBe(expected));
});
