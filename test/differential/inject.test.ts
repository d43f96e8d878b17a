// Tampering: what the installed strace does to a program by -e inject= and -e fault=, we do, to the same calls.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

const CALLS = 'trace=chdir,read,write,umask,lseek,execve';
let program = '';
let compat = '';
beforeAll(() => {
  program = compile('inject.c', ['-pthread']);
  compat = compile('inject.c', ['-pthread', '-m32']);
});

/** The tasks take turns by themselves: they are compared one by one, in their own order. */
function lines(text: string, old: boolean): string {
  return normalise(text, { old, grouped: true }).replace(/(poke_tcb: .* process )\d+/g, '$1P');
}

function compare(own: readonly string[], command: string, theirs = own): void {
  const ours = trace(TSTRACE, ['-f', ...own], [command]);
  const reference = trace('strace', ['-f', ...theirs], [command]);
  expect(ours.status, ours.stderr).toBe(reference.status);
  expect(ours.signal).toBe(reference.signal);
  const found = difference(lines(reference.trace, true), lines(ours.trace, false));
  expect(found, found).toBeUndefined();
}

const ACTIONS = [
  'inject=chdir:error=EPERM',
  'inject=chdir:error=4000',
  'inject=chdir:retval=0:when=2',
  'inject=chdir,umask,lseek:retval=0xfffffffffffffe00',
  'inject=chdir,umask:retval=0x8000000000000000',
  'inject=read:retval=3',
  'inject=chdir:signal=USR1:when=2+',
  'inject=chdir:signal=37:error=EIO:when=1+2',
  'inject=write,umask:signal=9:when=1',
  'inject=chdir:syscall=getuid:retval=5',
  'inject=chdir:syscall=getpid:error=ENOENT:when=2..3',
  'inject=chdir:syscall=getpid:signal=USR1:when=1',
  'inject=chdir:delay_enter=200',
  'inject=chdir:delay_enter=0',
  'inject=chdir:delay_exit=0',
  'inject=read,write:delay_exit=100us:when=1',
  'inject=chdir:delay_enter=50:delay_exit=3ns:error=EBUSY:when=2+2',
  'inject=chdir:poke_enter=@arg1=2f00',
  'inject=read:poke_exit=@arg2=4142',
  'inject=read:poke_exit=@arg2=4142:retval=2',
  'inject=write:poke_enter=@arg2=58,@arg1=00',
  'inject=chdir:when=2:retval=9',
  'inject=execve:error=EACCES',
  'inject=exit_group:error=EPERM:when=1',
  'fault=chdir',
  'fault=%file:error=EBUSY:when=3+',
  'fault=all:when=4',
  'fault=!chdir:when=2',
  'fault=/^(ch|um):error=EXDEV:when=2..4+2',
];

describe.each([
  ['64-bit', (): string => program, true],
  ['32-bit', (): string => compat, RUNS_I386],
] as const)('%s', (_, command, runs) => {
  test.skipIf(!runs).each(ACTIONS)('%s', (action) => compare(['-e', CALLS, '-e', action], command()));
});

describe('with other options', () => {
  test.each([
    ['the last rule about a call counts', ['-e', 'inject=chdir:error=EPERM', '-e', 'inject=%file:error=EIO:when=2']],
    ['rules about different calls', ['-e', 'fault=chdir:when=2', '-e', 'inject=umask:retval=7']],
    ['only what is traced', ['-e', 'trace=umask', '-e', 'fault=chdir,umask']],
    ['-z', ['-z', '-e', 'fault=chdir:when=2']],
    ['-Z', ['-Z', '-e', 'fault=chdir:when=2']],
    ['-X raw', ['-X', 'raw', '-e', 'fault=chdir']],
    ['-e raw', ['-e', 'raw=chdir', '-e', 'fault=chdir']],
  ])('%s', (_, options) => compare(['-e', CALLS, ...options], program));

  test.each(['inject=chdir:error=EPERM:when=2', 'inject=umask:retval=3', 'fault=%file:error=EIO:when=3'])(
    'under a filter: %s',
    (action) => {
      compare(['-n', '-e', CALLS, '-e', action], program, ['--seccomp-bpf', '-e', CALLS, '-e', action]);
    },
  );

  // when= counts the calls that are wanted, and only them are tampered with.
  test.each([
    ['-P: a path', ['-P', '/', '-e', 'inject=chdir:error=EPERM']],
    ['-P: its second call', ['-P', '/', '-e', 'inject=chdir:error=EPERM:when=2+']],
    ['-P: a descriptor', ['-P', '/dev/null', '-e', 'inject=write,read:retval=3']],
    ['-P: several', ['-P', '/dev/null', '-P', 'nowhere', '-e', 'fault=all:when=1']],
    ['-P: a signal', ['-P', '/', '-e', 'inject=chdir:signal=USR1:when=2']],
    ['-P: a delay', ['-P', '/', '-e', 'inject=chdir:delay_exit=100']],
    ['-P under a filter', ['--seccomp-bpf', '-P', '/', '-e', 'fault=chdir:when=2']],
  ])('%s', (_, options) => compare(['-e', CALLS, ...options], program));

  test.each([
    ['--trace-fds', ['--trace-fds=4'], ['write(4']],
    ['--where by a number', ['--where', 'write.fd == 4'], ['write(4']],
    ['--where by a text', ['--where', 'chdir.path == "thread"'], ['chdir("thread"']],
    ['--where under a filter', ['-n', '--where', 'write.fd == 4'], ['write(4']],
  ])('%s: only calls that are wanted', (_, options, hit) => {
    const { trace: text, stderr } = trace(
      TSTRACE,
      ['-f', '-e', CALLS, ...options, '-e', 'inject=write,chdir,read:error=EXDEV'],
      [program],
    );
    const injected = text.split('\n').filter((line) => line.includes('(INJECTED)'));
    expect(stderr).not.toContain('--where');
    expect(injected.map((line) => /\w+\("?\w+"?/.exec(line)?.[0])).toEqual(hit);
    // Whatever is shown is wanted, and was therefore tampered with.
    expect(text.match(/(write|chdir|read)\(/g)).toHaveLength(injected.length);
  });

  test('--where by a result comes too late, and says so', () => {
    const { trace: text, stderr } = trace(
      TSTRACE,
      ['-e', 'trace=umask', '--where', 'ret == 022', '-e', 'inject=umask:retval=5'],
      [program],
    );
    expect(stderr).toContain('whether umask is wanted shows when it has ended, too late to tamper with it');
    expect(text).not.toContain('INJECTED');
  });

  test('a signal is delivered under a filter, too', () => {
    const { trace: text } = trace(
      TSTRACE,
      ['-n', '-e', 'trace=chdir', '-e', 'inject=chdir:signal=USR1:when=2'],
      [program],
    );
    // To the process, to its thread, and to its child.
    expect(text.match(/--- SIGUSR1 /g)).toHaveLength(3);
  });

  test('what cannot be written is told', () => {
    const options = ['-e', 'trace=read', '-e', 'inject=read:poke_exit=@arg1=00,@arg5=41'];
    const ours = trace(TSTRACE, options, [program]);
    const theirs = trace('strace', options, [program]);
    const told = (text: string): string => text.replace(/process \d+/g, 'process P').replace(/^t(?=strace: )/gm, '');
    expect(told(ours.stderr)).toBe(told(theirs.stderr));
    expect(ours.stderr).toContain("but system call 'read' has only 3 arguments");
  });

  test('-c counts injected failures as errors', () => {
    const errors = (tracer: string): (string | undefined)[] =>
      trace(tracer, ['-c', '-e', 'trace=chdir,umask', '-e', 'fault=chdir:when=1+2'], [program])
        .trace.split('\n')
        .map((line) => /(\d+) +(\d*) (chdir|umask)$/.exec(line)?.slice(1).join(' '));
    expect(errors(TSTRACE).filter(Boolean).sort()).toEqual(errors('strace').filter(Boolean).sort());
  });

  test('--json says so', () => {
    const run = spawnSync(TSTRACE, [
      '--json',
      '-e',
      'trace=chdir',
      '-e',
      'inject=chdir:error=EPERM:delay_exit=1:when=2',
      program,
    ]);
    const calls = run.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { type: string; injected?: true; delayed?: true; error?: { name: string } })
      .filter(({ type }) => type === 'syscall');
    expect(calls.map(({ injected }) => injected ?? false).indexOf(true)).toBe(1);
    expect(calls.filter(({ injected }) => injected)).toHaveLength(1);
    expect(calls[1]).toMatchObject({ injected: true, delayed: true, error: { name: 'EPERM' } });
  });
});

describe('under load', () => {
  // With TSTRACE_FAULTS=1000000 in the environment: a million calls.
  const calls = Number(process.env.TSTRACE_FAULTS ?? 60_000);
  const positions = (first: number, last: number, step: number): [count: number, sum: bigint] => {
    let [count, sum] = [0, 0n];
    for (let i = first; i <= Math.min(last, calls); i += step) [count, sum] = [count + 1, sum + BigInt(i)];
    return [count, sum];
  };

  test.each([
    ['1+', 1, Infinity, 1],
    ['3+7', 3, Infinity, 7],
    ['1000..50000+13', 1000, 50_000, 13],
  ])(
    'exactly the calls that when=%s names fail',
    (when, first, last, step) => {
      const options = [
        '--pin',
        '-o',
        '/dev/null',
        '-e',
        'trace=getppid',
        '-e',
        `fault=getppid:error=EPERM:when=${when}`,
      ];
      const { stdout, stderr } = spawnSync(TSTRACE, [...options, program, String(calls)], {
        encoding: 'utf8',
        timeout: 280_000,
      });
      const [count, sum] = positions(first, last, step);
      expect(stdout, stderr).toBe(`${count} ${sum}\n`);
    },
    300_000,
  );

  test('a delayed task holds up nobody else', () => {
    const options = ['-f', '-o', '/dev/null', '-e', 'trace=chdir', '-e', 'inject=chdir:delay_enter=400ms:when=1'];
    const start = process.hrtime.bigint();
    // Five processes, each delayed once.
    const command = `for i in 1 2 3 4 5; do ${program} & done; wait`;
    expect(spawnSync(TSTRACE, [...options, 'sh', '-c', command]).status).toBe(0);
    const milliseconds = Number(process.hrtime.bigint() - start) / 1e6;
    // Each has three tasks that are delayed one after the other; all fifteen in a row would take six seconds.
    expect(milliseconds).toBeGreaterThan(1200);
    expect(milliseconds).toBeLessThan(5500);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a trace whose task is delayed', (signal) => {
    const options = ['-f', '-I2', '-o', '/dev/null', '-e', 'trace=chdir', '-e', 'inject=chdir:delay_enter=60s'];
    const run = spawnSync('timeout', ['--foreground', `--signal=${signal}`, '1', TSTRACE, ...options, program], {
      timeout: 20_000,
    });
    expect(run.error).toBeUndefined();
    expect(spawnSync('pgrep', ['-f', program]).stdout.toString()).toBe('');
  });
});
