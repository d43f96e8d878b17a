// Sessions: what they yield, how they end, that nothing is lost and nobody is held up.
import { spawn, spawnSync } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { attach, OptionError, SessionError, SpawnError, trace, TstraceError } from '../../src/library/index.js';
import type { TraceEvent, TraceOptions } from '../../src/library/index.js';
import { AttachError } from '../../src/library/index.js';
import { until } from '../harness/group.js';
import { collect, failure, isGone, processState, runsFree, storm } from './sessions.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** A process that is no business of the library's, until it is attached to. */
function start(command: string, ...args: string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(command, args, { stdio: 'ignore' });
  children.push(child);
  return child as ChildProcess & { pid: number };
}

const names = (events: readonly TraceEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'syscall' ? [event.syscall] : []));
const count = (events: readonly TraceEvent[], name: string): number => names(events).filter((n) => n === name).length;

describe('events', () => {
  test('of a command: typed arguments, in order, and its exit status', async () => {
    const session = trace(['sh', '-c', 'read line </etc/hostname; exit 3'], { stdio: 'ignore', describe: true });
    const events = await collect(session);
    expect(events[0]).toMatchObject({ type: 'attached', origin: 'command' });
    expect(events.at(-1)).toMatchObject({ type: 'exited', status: 3 });
    const opened = events.find(
      (e) => e.type === 'syscall' && e.syscall === 'openat' && e.args.pathname?.str === '/etc/hostname',
    );
    expect(opened).toMatchObject({
      args: { dirfd: { path: process.cwd() }, flags: { num: 0, names: ['O_RDONLY'] } },
      personality: 'x86_64',
      ret: 3,
      result: '3</etc/hostname>',
    });
    expect(await session.ended).toEqual({ status: 3, signal: null });
  });

  test('children are followed, unless it is said not to', async () => {
    const command = ['sh', '-c', '/bin/true; /bin/true'];
    const followed = await collect(trace(command, { stdio: 'ignore' }));
    expect(followed.filter((e) => e.type === 'exited')).toHaveLength(3);
    const alone = await collect(trace(command, { stdio: 'ignore', follow: false }));
    expect(alone.filter((e) => e.type === 'exited')).toHaveLength(1);
  });

  test('a command that a signal kills', async () => {
    const session = trace(['sh', '-c', 'kill -SEGV $$'], { stdio: 'ignore', signals: ['SIGSEGV'] });
    const events = await collect(session);
    expect(events.filter((e) => e.type === 'signal').map((e) => e.signal)).toEqual(['SIGSEGV']);
    expect(events.at(-1)).toMatchObject({ type: 'killed', signal: 'SIGSEGV', number: 11 });
    expect(await session.ended).toEqual({ status: null, signal: 'SIGSEGV' });
  });

  test.each<[string, TraceOptions, string[]]>([
    ['names', { calls: ['execve', 'exit_group'] }, ['execve', 'exit_group']],
    ['a class and a pattern', { calls: ['%process', /^arch_/] }, ['execve', 'arch_prctl', 'exit_group']],
    ['a pattern with flags', { calls: [/^EXIT/gi] }, ['exit_group']],
    ['all but some', { calls: { except: [/^(?!exit)/] } }, ['exit_group']],
    ['a filter', { calls: ['exit_group'], useFilter: true }, ['exit_group']],
    ['an expression', { where: 'status == 0' }, ['exit_group']],
    ['no calls at all', { calls: [] }, []],
  ])('calls selected by %s', async (_, options, expected) => {
    const got = new Set(names(await collect(trace(['/bin/true'], { stdio: 'ignore', ...options }))));
    expect([...got].filter((name) => expected.includes(name)).sort()).toEqual([...expected].sort());
    if (!options.calls || !JSON.stringify(options).includes('%'))
      expect([...got].filter((name) => name !== 'execve').every((name) => expected.includes(name))).toBe(true);
  });

  test('statuses, strings, structures, registers, descriptors, paths', async () => {
    const run = (options: TraceOptions): Promise<TraceEvent[]> =>
      collect(trace(['cat', '/etc/passwd', '/nowhere'], { stdio: 'ignore', ...options }));
    const failed = await run({ statuses: ['failed'], calls: ['openat'] });
    expect(failed.some((e) => e.type === 'syscall' && e.error?.name === 'ENOENT')).toBe(true);
    expect(failed.every((e) => e.type !== 'syscall' || e.ret === -1)).toBe(true);
    const read = (await run({ stringLimit: 5, paths: ['/etc/passwd'], calls: ['read'] })).filter(
      (e) => e.type === 'syscall',
    );
    expect(read[0]).toMatchObject({ syscall: 'read', args: { buf: { str: 'root:', cut: true } } });
    const raw = (await run({ raw: ['openat'], calls: ['openat'] })).find((e) => e.type === 'syscall');
    expect(raw?.args).toMatchObject({ dirfd: { num: 0xffffff9c } });
    const onTwo = (await run({ descriptors: [2] })).filter((e) => e.type === 'syscall');
    expect(onTwo.length).toBeGreaterThan(0);
    expect(onTwo.every((e) => JSON.stringify(e.args).includes('{"num":2}'))).toBe(true);
    const stat = async (verbose: boolean): Promise<number> => {
      const found = (await run({ verbose, calls: ['fstat', 'newfstatat'] })).find((e) => e.type === 'syscall');
      return Object.keys((found?.args as { statbuf?: { struct?: object } }).statbuf?.struct ?? {}).length;
    };
    expect(await stat(true)).toBeGreaterThan(await stat(false));
  });

  test('calls are tampered with', async () => {
    const session = trace(['cat', '/etc/passwd'], {
      stdio: 'ignore',
      calls: ['openat', 'read'],
      inject: [
        { calls: ['openat'], error: 'EACCES', when: { first: 3 } },
        { calls: ['read'], delayEntry: 300 },
      ],
    });
    const events = (await collect(session)).filter((e) => e.type === 'syscall');
    expect(events.filter((e) => e.injected).every((e) => e.error?.name === 'EACCES')).toBe(true);
    // The first call of its kind waits for its plan, too, and its time counts from there.
    expect(events.filter((e) => e.syscall === 'read').every((e) => e.delayed && (e.duration ?? 0) > 0.2)).toBe(true);
    expect(events.some((e) => e.injected) && events.some((e) => e.delayed)).toBe(true);
    expect(await session.ended).toMatchObject({ status: 1 });
  });

  test('only calls that a path selects are tampered with', async () => {
    const session = trace(['cat', '/etc/passwd', '/etc/group'], {
      stdio: 'ignore',
      paths: ['/etc/passwd'],
      inject: [{ calls: ['openat'], error: 'EMFILE' }],
    });
    const calls = (await collect(session)).filter((e) => e.type === 'syscall');
    expect(calls.map((e) => [e.syscall, e.error?.name, e.injected])).toEqual([['openat', 'EMFILE', true]]);
    expect(await session.ended).toMatchObject({ status: 1 });
  });

  test('standard streams, environment, argument 0, directory', async () => {
    const session = trace(['sh', '-c', 'cat; echo "$0 $WORD" "$(pwd)" >&2; echo three >&3'], {
      argv0: 'sh',
      stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
      env: { PATH: process.env.PATH, WORD: 'wörd' },
      cwd: '/usr',
    });
    session.stdin?.end('given');
    const text = async (stream: unknown): Promise<string> => {
      let all = '';
      for await (const chunk of stream as AsyncIterable<Buffer>) all += chunk.toString();
      return all;
    };
    const [out, err, three] = await Promise.all([
      text(session.stdout),
      text(session.stderr),
      text(session.stdio[3]),
      collect(session),
    ]);
    expect([out, err, three]).toEqual(['given', 'sh wörd /usr\n', 'three\n']);
  });

  test('the command has what any child would have: no descriptor of ours, every signal as by default', async () => {
    const script = 'ls /proc/self/fd; grep SigIgn /proc/self/status; grep SigBlk /proc/self/status';
    const session = trace(['sh', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'], calls: [] });
    let out = '';
    session.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()));
    await collect(session);
    // Whoever runs the tests may hand on descriptors.
    const { stdout } = spawnSync('sh', ['-c', script], { encoding: 'utf8' });
    expect(out).toBe(stdout);
    expect(out).toMatch(/SigIgn:\t0+\nSigBlk:\t0+\n$/);
  });
});

describe('attaching', () => {
  test('to a child of ours: its events, then it goes on', async () => {
    const child = start(storm(), 'forever', '1');
    const session = attach(child.pid, { calls: ['write'] });
    let n = 0;
    for await (const event of session) if (event.type === 'syscall' && ++n === 500) break;
    expect(n).toBe(500);
    expect(runsFree(child.pid)).toBe(true);
    expect(await session.ended).toEqual({ status: null, signal: null });
  });

  test('to several, and what they become; our own waits for children take no stop away', async () => {
    const one = start('sh', '-c', 'sleep 3; exit 5');
    const two = start('sleep', '3');
    const exit = new Promise((resolve) => one.once('exit', (status) => resolve(status)));
    const noise = setInterval(() => start('/bin/true'), 15);
    await sleep(100);
    const session = attach([one.pid, two.pid]);
    const events = await collect(session);
    clearInterval(noise);
    const ends = events.filter((e) => e.type === 'exited' && (e.pid === one.pid || e.pid === two.pid));
    expect(ends.map((e) => 'status' in e && e.status).sort()).toEqual([0, 5]);
    expect(await exit).toBe(5);
  });

  test('is refused', async () => {
    const gone = await failure(attach(0x3ffffffe));
    expect(gone).toBeInstanceOf(AttachError);
    expect(gone).toMatchObject({ code: 'ATTACH_REFUSED', errno: 3, errorName: 'ESRCH', pid: 0x3ffffffe, tracer: 0 });
    const child = start('sleep', '60');
    const first = attach(child.pid);
    await first.next();
    const { tracer } = processState(child.pid)!;
    const second = await failure(attach(child.pid));
    expect(second).toMatchObject({ code: 'ATTACH_REFUSED', errno: 1, errorName: 'EPERM', tracer });
    await first.return();
    expect(runsFree(child.pid)).toBe(true);
  });

  test('one of several is refused: a message, and the others are traced', async () => {
    const child = start('sleep', '3');
    const events = await collect(attach([child.pid, 0x3ffffffe]));
    expect(events.find((e) => e.type === 'message')?.line).toMatch(/PTRACE_SEIZE, 1073741822.*No such process/);
    expect(events.at(-1)).toMatchObject({ type: 'exited', status: 0 });
  });
});

describe('ending', () => {
  test('leaving the loop kills the command, and what it made', async () => {
    const session = trace(['sh', '-c', `${storm()} forever 1 & ${storm()} forever 1`], { stdio: 'ignore' });
    const pids = new Set<number>();
    let n = 0;
    for await (const event of session) {
      if ('pid' in event) pids.add(event.pid);
      if (++n > 1000 && pids.size > 3) break;
    }
    expect(await session.ended).toEqual({ status: null, signal: 'SIGKILL' });
    await until('the end of the command', () => [...pids].every(isGone));
  });

  test('or lets it go on', async () => {
    const session = trace(['sleep', '30'], { stdio: 'ignore', whenStopped: 'let-go' });
    let pid = 0;
    for await (const event of session)
      if (event.type === 'syscall' && event.syscall === 'brk') {
        ({ pid } = event);
        break;
      }
    expect(await session.ended).toEqual({ status: null, signal: null });
    expect(runsFree(pid)).toBe(true);
    process.kill(pid, 'SIGKILL');
  });

  test('a consumer that is still busy when all is over gets every event', async () => {
    // More than one read takes, less than the pipe and the stream hold: the session's process does not wait for us.
    const argv = [storm(), 'writes', '250'] as const;
    const whole = (await collect(trace(argv))).length;
    for (const at of [1, 20, 120, 200]) {
      const session = trace(argv);
      let n = 0;
      let last: TraceEvent | undefined;
      for await (const event of session) {
        last = event;
        if (++n === at) await sleep(700);
      }
      expect([at, n, last?.type]).toEqual([at, whole, 'exited']);
    }
  });

  test('stop(): the iteration goes on to the last event, though its consumer is slow', async () => {
    const session = trace([storm(), 'forever', '1'], { stdio: 'ignore' });
    let n = 0;
    let last: TraceEvent | undefined;
    for await (const event of session) {
      last = event;
      if (++n === 2000) session.stop();
      if (n < 2100 && n % 100 === 0) await sleep(20);
    }
    expect(last?.type).toMatch(/detached|killed/);
    expect(await session.ended).toEqual({ status: null, signal: 'SIGKILL' });
  });

  test('an abort at any moment: its reason is thrown, no task is held', async () => {
    const victims = [start(storm(), 'forever', '1'), start(storm(), 'forever', '1')];
    for (const delay of [0, 1, 20, 60, 120, 250, 400]) {
      const abort = new AbortController();
      const reason = new Error(`after ${delay} ms`);
      setTimeout(() => abort.abort(reason), delay);
      const seen = new Set<number>();
      const command = trace([storm(), 'forever', '1'], { stdio: 'ignore', signal: abort.signal });
      const attached = attach(
        victims.map(({ pid }) => pid),
        { signal: abort.signal },
      );
      const watch = async (): Promise<void> => {
        for await (const event of command) if ('pid' in event) seen.add(event.pid);
      };
      const results = await Promise.allSettled([watch(), collect(attached)]);
      for (const result of results) expect(result).toMatchObject({ status: 'rejected', reason });
      for (const { pid } of victims) expect([delay, runsFree(pid)]).toEqual([delay, true]);
      await until('the end of all processes', () => [...seen].every(isGone));
    }
  });

  test('an abort while the consumer does something else', async () => {
    const victim = start(storm(), 'forever', '1');
    const abort = new AbortController();
    const session = attach(victim.pid, { signal: abort.signal });
    await session.next();
    await sleep(300);
    abort.abort();
    await session.ended;
    expect(runsFree(victim.pid)).toBe(true);
    await expect(session.next()).rejects.toMatchObject({ name: 'AbortError' });
    expect(await session.next()).toEqual({ done: true, value: undefined });
  });

  test('an abort that came before anything was begun', () => {
    expect(() => trace(['/bin/true'], { signal: AbortSignal.abort() })).toThrow(/aborted/);
  });

  test('the command is killed from elsewhere', async () => {
    const session = trace([storm(), 'forever', '1'], { stdio: 'ignore' });
    let pid = 0;
    let killed = false;
    const ends: TraceEvent[] = [];
    for await (const event of session) {
      if (event.type === 'attached' && event.origin === 'command') ({ pid } = event);
      if (!killed && event.type === 'syscall' && event.syscall === 'write') killed = process.kill(pid, 'SIGKILL');
      if (event.type === 'killed' && event.tid === pid) ends.push(event);
    }
    expect(ends).toMatchObject([{ signal: 'SIGKILL', number: 9, core: false }]);
    expect(await session.ended).toEqual({ status: null, signal: 'SIGKILL' });
  });

  test("the session's process is killed: an error, and tasks that were attached to run on", async () => {
    const victim = start(storm(), 'forever', '1');
    const session = attach(victim.pid);
    await session.next();
    const { tracer } = processState(victim.pid)!;
    expect(tracer).toBeGreaterThan(0);
    process.kill(tracer, 'SIGKILL');
    expect(await failure(session)).toBeInstanceOf(SessionError);
    await expect(session.ended).rejects.toThrow(/before its time: SIGKILL/);
    await until('letting go', () => runsFree(victim.pid));
  });
});

describe('errors', () => {
  test.each<[string, string[], TraceOptions, object]>([
    ['no such program', ['tstrace-nowhere'], {}, { errno: 2, errorName: 'ENOENT', path: 'tstrace-nowhere' }],
    ['no such file', ['/nowhere/program'], {}, { errno: 2, path: '/nowhere/program' }],
    ['not to be executed', ['/etc/passwd'], {}, { errno: 13, errorName: 'EACCES', path: '/etc/passwd' }],
    ['a directory that is none', ['/bin/true'], { cwd: '/etc/passwd' }, { errno: 20, errorName: 'ENOTDIR' }],
  ])('SpawnError: %s', async (_, command, options, expected) => {
    let error: unknown;
    try {
      error = await failure(trace(command, { stdio: 'ignore', ...options }));
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(SpawnError);
    expect(error).toBeInstanceOf(TstraceError);
    expect(error).toMatchObject({ name: 'SpawnError', code: 'SPAWN_FAILED', ...expected });
  });

  /** What JavaScript may give. */
  const wrong = (options: unknown): TraceOptions => options as TraceOptions;
  test.each<[string, TraceOptions]>([
    ['stringLimt', wrong({ stringLimt: 1 })],
    ['stringLimit', wrong({ stringLimit: '1' })],
    ['stringLimit', { stringLimit: -1 }],
    ['calls', wrong({ calls: 'open' })],
    ['calls', wrong({ calls: { but: [] } })],
    ['descriptors', { descriptors: [1.5] }],
    ['describe', wrong({ describe: ['all'] })],
    ['statuses', wrong({ statuses: ['good'] })],
    ['env', wrong({ env: { A: 1 } })],
    ['cwd', { cwd: 'a\0b' }],
    ['stdio', { stdio: 'ipc' as 'pipe' }],
    ['signal', wrong({ signal: 'SIGINT' })],
    ['whenStopped', wrong({ whenStopped: 'leave' })],
    ['useFilter', { useFilter: true, whenStopped: 'let-go' }],
    ['useFilter', { useFilter: true, follow: false }],
    ['inject', { inject: [{ calls: ['open'] }] }],
    ['inject', { inject: [{ calls: ['open'], error: 'ENOENT', result: 1 }] }],
  ])('OptionError at once: %s', (option, options) => {
    let error: unknown;
    try {
      trace(['/bin/true'], options);
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(OptionError);
    expect(error).toMatchObject({ code: 'BAD_OPTION', option });
  });

  test.each<[string, TraceOptions]>([
    ['calls', wrong({ calls: ['opened'] })],
    ['calls', wrong({ calls: ['open,close'] })],
    ['calls', { calls: [/^nothing$/] }],
    ['raw', wrong({ raw: ['!open'] })],
    ['signals', wrong({ signals: ['INT'] })],
    ['where', { where: 'fd ==' }],
    ['inject', { inject: [{ calls: ['open'], error: 'ENOTHING' }] }],
    ['user', { user: 'no-such-user' }],
  ])('OptionError when names are looked up: %s', async (option, options) => {
    const session = trace(['/bin/true'], { stdio: 'ignore', ...options });
    expect(await failure(session)).toMatchObject({ name: 'OptionError', option });
    await expect(session.ended).rejects.toBeInstanceOf(OptionError);
  });

  test.each([[[]], [['']], ['ls'], [[1]], [['a\0']]])('no command: %j', (command) => {
    expect(() => trace(command as string[])).toThrow(OptionError);
  });
  test.each([[0], [-1], ['1'], [[]], [[1.5]]])('no process: %j', (pid) => {
    expect(() => attach(pid as number)).toThrow(OptionError);
  });
});

describe('the host', () => {
  test('several sessions at a time, each with calls of its own', async () => {
    const program = storm();
    const [a, b, c] = await Promise.all([
      collect(trace([program, 'writes', '3000'], { stdio: 'ignore', calls: ['write'] })),
      collect(trace([program, 'forks', '30'], { stdio: 'ignore', calls: ['%process'] })),
      collect(trace(['ls', '/'], { stdio: 'ignore', calls: ['openat'], describe: true })),
    ]);
    expect(new Set(names(a))).toEqual(new Set(['write']));
    expect(count(a, 'write')).toBe(3000);
    expect(names(b)).not.toContain('write');
    expect(b.filter((e) => e.type === 'exited')).toHaveLength(61);
    expect(new Set(names(c))).toEqual(new Set(['openat']));
  });

  test('keeps its handlers of signals, and its loop turns', async () => {
    const listeners = (): unknown =>
      ['SIGINT', 'SIGTERM', 'SIGCHLD', 'SIGHUP', 'exit', 'uncaughtException', 'unhandledRejection'].map((name) =>
        process.listeners(name as 'SIGINT'),
      );
    const onInt = (): void => undefined;
    process.on('SIGINT', onInt);
    try {
      const before = listeners();
      const lag = monitorEventLoopDelay({ resolution: 5 });
      lag.enable();
      const session = trace([storm(), 'writes', '10000'], { stdio: 'ignore' });
      let n = 0;
      for await (const event of session) {
        if (++n === 100) expect(listeners()).toEqual(before);
        void event;
      }
      lag.disable();
      expect(n).toBeGreaterThan(10_000);
      expect(listeners()).toEqual(before);
      // Half a second of a machine that does other things, too: a loop that is blocked by the trace stands for as long as it.
      expect(lag.percentile(99) / 1e6).toBeLessThan(500);
    } finally {
      process.off('SIGINT', onInt);
    }
  });

  test(
    'a consumer that is slow slows the tracee; nothing is lost, nothing piles up',
    { timeout: 300_000 },
    async () => {
      const CALLS = 200_000;
      const session = trace([storm(), 'writes', String(CALLS)], { stdio: 'ignore', calls: ['write'] });
      let n = 0;
      let pid = 0;
      /** Bytes that the program has written. */
      const written = (): number => Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1]);
      /** Megabytes of this process, and of the one that traces. */
      const memory = (): number[] =>
        [process.pid, processState(pid)!.tracer].map(
          (id) => Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${id}/status`, 'utf8'))?.[1]) / 1024,
        );
      let before: number[] = [];
      let after: number[] = [];
      for await (const event of session) {
        if (event.type !== 'syscall') continue;
        ({ pid } = event);
        n++;
        if (n === 20_000) {
          // While the consumer sleeps, what is on its way fills the pipe and the ring; then the tracee waits.
          let at = -1;
          await until('the tracee to wait', () => at === (at = written()), 60_000, 10);
          await sleep(1000);
          expect(written()).toBe(at);
          expect(at / 32).toBeLessThan(CALLS / 2);
        }
        if (n === 60_000) before = memory();
        if (n === CALLS - 20_000) after = memory();
      }
      expect(n).toBe(CALLS);
      after.forEach((megabytes, i) => expect(megabytes).toBeLessThan(before[i] + 64));
    },
  );
});
