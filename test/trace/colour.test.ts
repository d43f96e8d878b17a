// --color: lines as strace 7.2 colours them (recorded), and that nothing but colours is added.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { Sink } from '../../src/decode/sink.js';
import { Painter } from '../../src/trace/colour/painter.js';
import { isColoured, readScheme } from '../../src/trace/colour/scheme.js';
import { compile, trace, TSTRACE } from '../harness/run.js';

/** Escape sequences as `^[33m` without what all have. */
const seen = (text: string): string => text.replaceAll('\x1b[', '^').replace(/(\^\d+)m/g, '$1:');
const strip = (text: string): string => text.replace(/\x1b\[\d*m/g, '');

/** A whole line, in the parts in which it is printed. */
function paint(entry: string, exit: string, result: string, time = '', scheme = ''): string {
  const sink = new Sink();
  const painter = new Painter(readScheme(scheme));
  sink.text(entry);
  painter.opening(sink, 0);
  let from = sink.pos;
  sink.text(exit);
  painter.closing(sink, from, entry.slice(0, entry.indexOf('(')), 40);
  expect(sink.column).toBe(Math.max(entry.length + exit.length + 3, 41));
  from = sink.pos;
  sink.text(result);
  painter.result(sink, from);
  from = sink.pos;
  sink.text(time);
  painter.time(sink, from);
  painter.reset(sink);
  return seen(Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1'));
}

describe('recorded lines', () => {
  test.each([
    [['getuid(', '', '0'], '^33:getuid^0:(^35:^0:^0:)^0:                                ^0:=^0:^0: ^32:0^0:^0:'],
    [
      ['chdir("@first"', '', '-1 EPERM (Operation not permitted) (INJECTED)'],
      '^33:chdir^0:(^35:"@first"^0:^0:)^0:                         ^0:=^0:^0: ^32:-1^0: ^31:EPERM^0: ^31:(Operation not permitted)^0: ^32:(INJECTED)^0:^0:',
    ],
    [
      ['open("sample", O_RDONLY|O_APPEND|0x80000000', '', '4'],
      '^33:open^0:(^35:"sample"^0:, ^35:^34:O_RDONLY|O_APPEND|0x80000000^35:^0:^0:)^0: ^0:=^0:^0: ^32:4^0:^0:',
    ],
    [
      ['read(3', ', "plain text\\n"..., 50', '50'],
      '^33:read^0:(^35:3^0:^0:, ^35:"plain text\\n"^0:...^35:^0:, ^35:50^0:)^0:          ^0:=^0:^0: ^32:50^0:^0:',
    ],
    [
      ['lseek(3, -1, 0x63 /* SEEK_??? */', '', '-1 EINVAL (Invalid argument)'],
      '^33:lseek^0:(^35:3^0:, ^35:-1^0:, ^35:0x63^36: /* SEEK_???^36: */^35:^0:^0:)^0:       ^0:=^0:^0: ^32:-1^0: ^31:EINVAL^0: ^31:(Invalid argument)^0:^0:',
    ],
    [
      ['poll([{fd=3, events=POLLIN|POLLOUT}, {fd=-1}], 2, 0', '', '1 ([{fd=3, revents=POLLIN}])'],
      '^33:poll^0:(^35:^0:[^35:^0:{^35:^39:fd^0:=^35:3^0:, ^35:^39:events^0:=^35:^34:POLLIN^35:^0:|^35:^34:POLLOUT^35:^0:}^35:^0:, ^35:^0:{^35:^39:fd^0:=^35:-1^0:}^35:^0:]^35:^0:, ^35:2^0:, ^35:0^0:^0:)^0: ^0:=^0:^0: ^32:1^0: ^32:([{fd=3, revents=POLLIN}])^0:^0:',
    ],
    [
      ['rt_sigaction(SIGUSR1, {sa_handler=0x10, sa_mask=[], sa_flags=SA_RESTORER, sa_restorer=0x60}', ', NULL, 8', '0'],
      '^33:rt_sigaction^0:(^35:SIGUSR1^0:, ^35:^0:{^35:^39:sa_handler^0:=^35:0x10^0:, ^35:^39:sa_mask^0:=^35:[]^0:, ^35:^39:sa_flags^0:=^35:^34:SA_RESTORER^35:^0:, ^35:^39:sa_restorer^0:=^35:0x60^0:}^35:^0:^0:, ^35:NULL^0:, ^35:8^0:)^0: ^0:=^0:^0: ^32:0^0:^0:',
    ],
    [
      ['wait4(5', ', [{WIFEXITED(s) && WEXITSTATUS(s) == 3}], __WALL, NULL', '5'],
      '^33:wait4^0:(^35:5^0:^0:, ^35:^0:[^35:{WIFEXITED(s) && WEXITSTATUS(s) == 3}^0:]^35:^0:, ^35:^34:__WALL^35:^0:, ^35:NULL^0:)^0: ^0:=^0:^0: ^32:5^0:^0:',
    ],
  ] as readonly (readonly [parts: readonly [string, string, string], line: string])[])('%j', (parts, line) =>
    expect(paint(...parts)).toBe(line),
  );

  test('with a time', () =>
    expect(paint('getuid(', '', '0', ' <0.000012>')).toBe(
      '^33:getuid^0:(^35:^0:^0:)^0:                                ^0:=^0:^0: ^32:0^0: ^32:^0:<^35:0.000012^0:>^35:^0:^0:',
    ));
});

describe('a whole trace', () => {
  let program = '';
  beforeAll(() => {
    program = compile('descriptors.c', ['-w']);
  });
  test.each([[[]], [['-yy', '-v']], [['-X', 'verbose', '-N', '-i', '-T']], [['-X', 'raw', '-s', '3', '-xx']]])(
    '%j: only colours are added',
    (options) => {
      const still = [...options, '-e', 'trace=!mmap,munmap,brk,mprotect'];
      const same = (text: string): string =>
        text
          .replace(/\b0x[0-9a-f]{6,}\b|\b\d{3,}\b|<\d\.\d{6}>|\[[0-9a-f]{16}\]/g, 'N')
          .replace(/\) +=/g, ') =')
          // A child's signal comes when it comes.
          .split('\n')
          .sort()
          .join('\n');
      const run = (when: string): string =>
        trace(TSTRACE, [`--color=${when}`, ...still], [program, '/tmp'], false).trace;
      const coloured = run('always');
      expect(coloured).toContain('\x1b[33m');
      expect(same(strip(coloured))).toBe(same(run('never')));
    },
  );
  test('a file is not coloured by itself', () =>
    expect(trace(TSTRACE, ['--color=auto'], ['/bin/true']).trace).not.toContain('\x1b'));
});

describe('what decides', () => {
  test.each([
    ['auto', true, { TERM: 'xterm' }, true],
    ['auto', false, { TERM: 'xterm' }, false],
    ['auto', true, { TERM: 'dumb' }, false],
    ['auto', true, {}, false],
    ['auto', true, { TERM: 'xterm', NO_COLOR: '1' }, false],
    ['auto', true, { TERM: 'xterm', NO_COLOR: '' }, true],
    ['always', false, { TERM: 'dumb', NO_COLOR: '1' }, true],
    ['never', true, { TERM: 'xterm' }, false],
  ] as const)('%s, terminal %s, %j: %s', (when, terminal, environment, expected) =>
    expect(isColoured(when, terminal, environment)).toBe(expected),
  );

  test('STRACE_COLORS', () => {
    expect(paint('close(3', '', '0', '', 'syscall=1;4:argval=:nonsense=3:retval=92:punct=x')).toBe(
      '^1;4m' + 'close^0:(^35:3^0:^0:)^0:                                ^0:=^0:^0: ^92:0^0:^0:',
    );
    const { stderr } = spawnSync(TSTRACE, ['--color=always', '-e', 'trace=exit_group', '/bin/true'], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, STRACE_COLORS: 'syscall=96' },
    });
    expect(stderr).toContain('\x1b[96mexit_group\x1b[0m(');
  });

  test('a terminal', () => {
    const script = `'${TSTRACE}' -e trace=exit_group /bin/true`;
    const run = (env: Record<string, string>): string =>
      spawnSync('script', ['-qec', script, '/dev/null'], {
        encoding: 'utf8',
        env: { PATH: process.env.PATH, ...env },
      }).stdout;
    expect(run({ TERM: 'xterm' })).toContain('\x1b[33mexit_group');
    expect(run({ TERM: 'xterm', NO_COLOR: '1' })).toMatch(/^exit_group\(0\)/m);
    expect(run({ TERM: 'dumb' })).toMatch(/^exit_group\(0\)/m);
  });
});
