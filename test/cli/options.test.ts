// What command lines come to: defaults, counting options, replacement, clashes beyond the recorded cases.
import { describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/options.js';
import { WarnedUsageError } from '../../src/errors.js';
import type { TraceOptions } from '../../src/cli/trace-options.js';

function options(line: string, name: 'tstrace' | 'strace' = 'tstrace'): TraceOptions {
  const parsed = parseCommandLine(line.split(' '), name);
  if (parsed.kind !== 'trace') throw new Error(parsed.kind);
  return parsed.options;
}

test('defaults', () => {
  const o = options('ls -la');
  expect(o).toMatchObject({
    command: ['ls', '-la'],
    columns: 40,
    stringLimit: 32,
    interruptible: 2,
    follow: false,
    seccomp: false,
    signals: 'all',
    constants: 'abbrev',
    hex: 'none',
    stack: 'none',
    stackFrames: 256,
    color: 'auto',
    outputFormat: 'text',
    warnings: [],
    daemonize: 0,
    syscallLimit: 0,
    absolute: { format: 'none' },
  });
  expect(o.trace.complete && o.abbrev.complete && o.verbose.complete).toBe(true);
  expect(o.statuses.size).toBe(5);
  expect(o.quiet.size + o.readFds.size + o.writeFds.size + o.injections.length).toBe(0);
  expect(o.summary.columns).toEqual(['time-percent', 'total-time', 'avg-time', 'calls', 'errors', 'name']);
  expect(Object.isFrozen(o)).toBe(true);
});

test('--pin', () => {
  expect(['ls', '--pin ls', '--pin=1 ls', '--pin=none ls'].map((line) => options(line).pin)).toEqual([
    undefined,
    0,
    1,
    'none',
  ]);
  expect(() => options('--pin=some ls')).toThrow("invalid --pin argument: 'some'");
});

test('options that count', () => {
  expect([...options('-qq ls').quiet].sort()).toEqual(['attach', 'exit', 'personality']);
  expect(options('-qqqq ls').quiet.size).toBe(5);
  expect([1, 2, 3, 4].map((n) => options(`-${'t'.repeat(n)} ls`).absolute)).toEqual([
    { format: 'time', precision: 's' },
    { format: 'time', precision: 'us' },
    { format: 'unix', precision: 'us' },
    { format: 'unix', precision: 'us' },
  ]);
  expect([options('-x ls').hex, options('-xx ls').hex]).toEqual(['non-ascii', 'all']);
  expect([options('-y ls').fds.socket, options('-yy ls').fds.socket]).toEqual([false, true]);
  expect([options('-k ls').stack, options('-kk ls').stack]).toEqual(['symbol', 'source']);
  expect(
    [options('-D ls'), options('-DDD ls'), options('--daemonize=pgrp ls')].map((o) => [o.daemonize, o.interruptible]),
  ).toEqual([
    [1, 4],
    [3, 4],
    [2, 4],
  ]);
  expect([
    options('-ff -o x ls').separate,
    options('-ff ls').separate,
    options('--follow-forks --follow-forks -o x ls').separate,
  ]).toEqual([true, false, false]);
});

test('long forms with values', () => {
  expect([...options('--quiet ls').quiet]).toEqual(['attach', 'personality']);
  expect(options('--decode-fds ls').fds).toMatchObject({ path: true, socket: false });
  expect(options('--decode-fds=!path ls').fds).toMatchObject({ path: false, signalfd: true });
  expect(options('--timestamps=ns --absolute-timestamps=unix ls').absolute).toEqual({
    format: 'unix',
    precision: 'ns',
  });
  expect([options('-r ls').relative, options('--relative-timestamps=ns -r ls').relative]).toEqual(['us', 'ns']);
  expect(options('-O 1.5ms -c ls').summary).toMatchObject({ mode: 'only', overhead: 1_500_000 });
  expect(options('-C -w -S longest -U count,time_max ls').summary).toEqual({
    mode: 'also',
    wallClock: true,
    sortBy: 'max-time',
    columns: ['calls', 'max-time', 'name'],
    overhead: 0,
  });
  expect(options('-E A=b=c -E D -E A ls').environment).toEqual([
    { name: 'A', value: 'b=c' },
    { name: 'D', value: undefined },
    { name: 'A', value: undefined },
  ]);
  expect(options('-p 11,12 -p 13 ls').attach).toEqual([11, 12, 13]);
  expect(options('--json ls').outputFormat).toBe('json');
});

test.each([
  ['--report=x ls', 'none'],
  ['-f --report x ls', 'none'],
  ['--report=x -o y ls', 'text'],
  ['--report=x -c ls', 'text'],
  ['--report=x -C ls', 'text'],
  ['--report=x --json ls', 'json'],
  ['--report=x --output-format=text ls', 'text'],
  ['--report=x --output-format=none -o y ls', 'none'],
])('a report takes the place of the trace unless that is asked for: %s', (line, format) => {
  const { outputFormat, report, quiet } = options(line);
  expect([outputFormat, report]).toEqual([format, 'x']);
  if (format === 'none') expect(quiet.has('attach')).toBe(true);
});

test('the last expression of a qualifier counts; -v, -z and -Y are expressions', () => {
  expect(options('-e trace=write -e t=read ls').trace.has('x86_64', 1)).toBe(false);
  expect([options('-v -e abbrev=all ls').abbrev.complete, options('-e a=all -v ls').abbrev.complete]).toEqual([
    true,
    false,
  ]);
  expect([...options('-z -e status=failed ls').statuses, ...options('-e status=failed -z ls').statuses]).toEqual([
    'failed',
    'successful',
  ]);
  expect([options('-Y --decode-pids=none ls').comm, options('--decode-pids=none -Y ls').comm]).toEqual([false, true]);
  expect(options('-e inject=chdir:error=1 -e fault=read ls').injections.map((r) => r.error)).toEqual([1, 38]);
});

test('where a trace goes changes what is said and who may interrupt it', () => {
  expect([...options('-o x ls').quiet]).toEqual(['attach', 'personality']);
  expect(options('-o x -p 11 ls').quiet.size).toBe(0);
  expect([
    options('-o x ls').interruptible,
    options('-o x -p 11').interruptible,
    options('-o x -I1 ls').interruptible,
  ]).toEqual([3, 2, 1]);
});

describe('the filter', () => {
  test('-n implies -f, and says so', () => {
    expect(options('-n ls')).toMatchObject({
      seccomp: true,
      follow: true,
      warnings: ['-n/--seccomp-bpf implies -f/--follow-forks'],
    });
    expect(options('-n -f ls').warnings).toEqual([]);
  });
  test("strace's --seccomp-bpf needs -f", () => {
    expect(options('--seccomp-bpf ls', 'strace')).toMatchObject({
      seccomp: false,
      follow: false,
      warnings: ['--seccomp-bpf cannot be used without -f/--follow-forks, disabling'],
    });
  });
  test.each([
    ['-n -f -b execve ls', '--seccomp-bpf is not enabled because it is not compatible with -b'],
    ['-n -f --syscall-limit=3 ls', '--seccomp-bpf is not enabled because it is not compatible with --syscall-limit'],
    ['-n -f -p 11', '--seccomp-bpf is not enabled for processes attached with -p'],
  ])('%s', (line, warning) => expect(options(line)).toMatchObject({ seccomp: false, warnings: [warning] }));
});

test('warnings come in their order, and survive a mistake that is found after them', () => {
  expect(options('-F -f -A -z -Z ls').warnings).toEqual([
    'deprecated option -F ignored',
    '-A/--output-append-mode has no effect without -o/--output',
    'Only the last of -z/--successful-only/-Z/--failed-only options will take effect. See status qualifier for more complex filters.',
  ]);
  try {
    options('-F -q --quiet ls');
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(WarnedUsageError);
    expect(error).toMatchObject({
      message: '-q and -e quiet/--quiet cannot be provided simultaneously',
      warnings: ['option -F is deprecated, please use -f/--follow-forks instead'],
    });
  }
});

test('files for each process', () => {
  expect(options('--output-separately -o x ls')).toMatchObject({ separate: true, follow: false, warnings: [] });
  // As in strace 6.1: -f says all there is to say.
  expect(options('-f --output-separately -o x ls').separate).toBe(false);
  expect(options('--follow-forks --output-separately -o x ls').separate).toBe(true);
  expect(options('--output-separately ls').warnings).toEqual(['--output-separately has no effect without -o/--output']);
});

test.each([
  ['-f --follow-forks ls', '-f and --follow-forks cannot be provided simultaneously'],
  ['-ff --output-separately ls', '-ff and --output-separately cannot be provided simultaneously'],
  ['-s x -g', "invalid -s argument: 'x'"],
  ['-c -C -g', '-c/--summary-only and -C/--summary are mutually exclusive'],
  ['-t --timestamps -D --daemonize ls', '-D and --daemonize cannot be provided simultaneously'],
  ['-x --strings-in-hex -y --decode-fds ls', '-x and --strings-in-hex cannot be provided simultaneously'],
  ['-y --decode-fds -q --quiet ls', '-y and --decode-fds cannot be provided simultaneously'],
  [
    '-c -U calls,calls,name ls',
    "call summary column has been provided more than once: 'calls' (-U option residual: 'calls,name')",
  ],
  ['--output-format=xml ls', "invalid --output-format argument: 'xml'"],
  [`-p ${process.pid}`, "I'm sorry, I can't let you do that, Dave."],
])('%s', (line, message) => expect(() => options(line)).toThrow(message));

test('help is given at once, the version only to a command line without mistakes', () => {
  expect(parseCommandLine(['-h', '-g'], 'tstrace').kind).toBe('help');
  expect(parseCommandLine(['-V'], 'tstrace').kind).toBe('version');
  expect(() => parseCommandLine(['-V', '-g'], 'tstrace')).toThrow("invalid option -- 'g'");
});

test('tips need no command', () => {
  expect(parseCommandLine(['--tips=id:3,full'], 'tstrace').kind).toBe('tip');
  expect(options('--tips=full,id:3,compact ls').tips).toEqual({ id: 3, format: 'compact' });
  expect(() => options('--tips=none')).toThrow('must have PROG');
});
