// Sessions on programs that are hard to trace: storms, exec from a thread, signals, stops, deaths at any moment, endings.
import type { ChildProcess } from 'node:child_process';
import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ConfigFlag, Tracer } from '../../src/binding/tracer.js';
import { Cursor } from '../../src/record/cursor.js';
import { Event, RecordFlag } from '../../src/record/layout.js';
import type { Driven, DriveOptions, Seen } from './drive.js';
import { command, drive, show } from './drive.js';

const root = new URL('../..', import.meta.url).pathname;
const FOLLOW = ConfigFlag.Follow;
const WRITE = 1;
const EXECVE = 59;
let dir = '';
let storm = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-session-'));
  storm = join(dir, 'storm');
  execFileSync('cc', ['-O1', '-pthread', '-o', storm, join(root, 'test/fixtures/native-storm.c')]);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(mode: string, n: number, options: DriveOptions = {}): Driven {
  return drive({ flags: FOLLOW, command: command(storm, mode, String(n)), ...options });
}

function count(seen: readonly Seen[], event: number, nr?: number): number {
  return seen.filter((s) => s.event === event && (nr === undefined || s.nr === nr)).length;
}

/** Every task's records: announced first, entries and exits in turn, one end, nothing behind it. */
function expectOrder(seen: readonly Seen[]): void {
  const state = new Map<number, { open: number; ended: boolean }>();
  for (const s of seen) {
    if (s.event === Event.Message) continue;
    if (s.event === Event.Task) {
      expect(state.get(s.tid)?.ended ?? true, `task ${s.tid} announced twice`).toBe(true);
      state.set(s.tid, { open: -1, ended: false });
      continue;
    }
    if (s.event === Event.Superseded) {
      const former = state.get(s.args[0]);
      expect(former?.ended).toBe(false);
      if (former) state.set(s.tid, former);
      state.delete(s.args[0]);
      continue;
    }
    const task = state.get(s.tid);
    expect(task, `record of unknown task ${s.tid}`).toBeDefined();
    if (!task) continue;
    expect(task.ended, `record of ${s.tid} behind its end: ${show(s)}`).toBe(false);
    if (s.event === Event.Enter) {
      expect(task.open).toBe(-1);
      task.open = s.nr;
    } else if (s.event === Event.Exit) {
      expect(task.open).toBe(s.nr);
      task.open = -1;
    } else if ([Event.Exited, Event.Killed, Event.Detached, Event.Lost].includes(s.event)) task.ended = true;
  }
  for (const [tid, task] of state) expect(task.ended, `task ${tid} has no end`).toBe(true);
}

/** Kills a task that may have gone by now. */
function kill(tid: number): void {
  try {
    process.kill(tid, 'SIGKILL');
  } catch {
    // It has.
  }
}

/** State letters of all threads of a process; empty when it has gone. */
function states(pid: number): string {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((tid) => /^State:\s+(\S)/m.exec(readFileSync(`/proc/${pid}/task/${tid}/status`, 'utf8'))?.[1] ?? '?')
      .join('');
  } catch {
    return '';
  }
}
const tracerOf = (pid: number): number =>
  Number(/^TracerPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

/** What a failed test may have left. */
const running = new Set<ChildProcess>();
afterEach(() => {
  for (const child of running) child.kill('SIGKILL');
  running.clear();
});

async function background(...args: string[]): Promise<ChildProcess & { pid: number }> {
  const child = spawn(storm, args, { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  child.stdout.resume();
  running.add(child);
  return child as unknown as ChildProcess & { pid: number };
}
async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

describe('sessions', () => {
  it('records every write, with its bytes, through a ring that wraps many times', () => {
    const { seen, status } = run('writes', 5000, { ringBytes: 65536 });
    expect(status).toBe(0);
    expect(count(seen, Event.Enter, WRITE)).toBe(5000);
    expect(count(seen, Event.Exit, WRITE)).toBe(5000);
    expect(
      seen
        .filter((s) => s.event === Event.Enter && s.nr === WRITE)
        .every((s) => s.text === '0123456789abcdef0123456789abcde\0'),
    ).toBe(true);
    expect(seen[1]).toMatchObject({ event: Event.Enter, nr: EXECVE, text: storm + '\0' });
    expectOrder(seen);
  });

  it('records only the calls asked for', () => {
    const { seen } = run('writes', 7, { traced: [WRITE] });
    expect(seen.map((s) => s.event)).toEqual([
      Event.Task,
      ...Array.from({ length: 14 }, (_, i) => (i % 2 ? Event.Exit : Event.Enter)),
      Event.Exited,
    ]);
  });

  it.each([
    ['forks', 100, 200],
    ['deep', 60, 60],
    ['threads', 300, 300],
  ])('%s %d: each task is announced and ends once', (mode, n, tasks) => {
    const { seen, status } = run(mode, n);
    expect(status).toBe(0);
    expect(count(seen, Event.Task)).toBe(tasks + 1);
    expect(count(seen, Event.Exited)).toBe(tasks + 1);
    expectOrder(seen);
  });

  it('exec in a thread supersedes the leader', () => {
    for (let i = 0; i < 10; i++) {
      const { seen, status } = run('exec-thread', 5);
      expect(status).toBe(0);
      expect(count(seen, Event.Superseded)).toBe(1);
      expect(count(seen, Event.Exit, EXECVE)).toBe(2);
      expect(count(seen, Event.Enter, WRITE)).toBe(5);
      expectOrder(seen);
    }
  });

  it('signals arrive once, unchanged, with their siginfo', () => {
    const { seen, status } = run('signals', 1000);
    expect(status).toBe(0);
    const signals = seen.filter((s) => s.event === Event.Signal);
    expect(signals.length).toBe(1000);
    expect(signals.every((s) => s.flags & RecordFlag.HasInfo && s.text?.length === 128)).toBe(true);
    // Real-time signals carry the number that they were queued with.
    const queued = signals.filter((s) => s.nr !== 10).map((s) => Buffer.from(s.text ?? '', 'latin1').readInt32LE(24));
    expect(queued).toEqual(Array.from({ length: 500 }, (_, i) => 2 * i));
  });

  it('group-stops last until the tracee is continued', () => {
    const { seen, status } = run('stops', 10);
    expect(status).toBe(0);
    expect(count(seen, Event.Stopped)).toBe(10);
    expectOrder(seen);
  });

  it('a program that cannot be executed ends with status 1 and a message', () => {
    const { seen, status } = drive({ command: command('/dev/null') });
    expect(status).toBe(256);
    expect(seen.find((s) => s.event === Event.Message)).toMatchObject({ nr: 2, ret: 13 });
    expect(seen.find((s) => s.event === Event.Exit)).toMatchObject({ nr: EXECVE, ret: -13 });
    expect(seen.at(-1)).toMatchObject({ event: Event.Exited, ret: 1 });
  });

  it('SIGKILL of the tracee at any moment', () => {
    for (let i = 0; i < 40; i++) {
      let n = 0;
      let tid = 0;
      const at = 60 + Math.floor(Math.random() * 2000);
      const { seen, status } = run('forever', 3, {
        on: (s) => {
          if (s.event === Event.Task && s.args[0] === 0) ({ tid } = s);
          if (++n === at) kill(tid);
          return undefined;
        },
      });
      expect(status & 0x7f).toBe(9);
      expect(seen.filter((s) => s.tid === tid && s.event === Event.Killed)).toHaveLength(1);
      expectOrder(seen);
    }
  });

  it('SIGKILL of a tracee before, in and after its exec', () => {
    for (let i = 0; i < 40; i++) {
      let n = 0;
      const { seen, status } = run('writes', 50, {
        on: (s) => (++n === 1 + (i % 20) ? (kill(s.tid), undefined) : undefined),
      });
      expect([0, 9]).toContain(status & 0x7f);
      expectOrder(seen);
    }
  });

  it('a synchronous session, with times, loses nothing', () => {
    const { seen, status } = run('threads', 50, {
      flags: FOLLOW | ConfigFlag.Sync | ConfigFlag.Times | ConfigFlag.SystemTime | ConfigFlag.Comm,
    });
    expect(status).toBe(0);
    expect(count(seen, Event.Enter, WRITE)).toBe(150);
    expect(seen.find((s) => s.event === Event.Exec)?.text).toBe('storm');
    expect(
      seen
        .filter((s) => s.event === Event.Task)
        .slice(1)
        .every((s) => s.text === 'storm'),
    ).toBe(true);
    expectOrder(seen);
  });

  it('-b execve: goes with the first exec, detaches at the next', () => {
    const { seen } = drive({
      flags: FOLLOW | ConfigFlag.DetachOnExec,
      command: command('/bin/sh', '-c', 'exec /bin/true'),
    });
    expect(seen.at(-1)).toMatchObject({ event: Event.Detached, args: [1, 0, 0, 0, 0, EXECVE] });
    expect(count(seen, Event.Enter, EXECVE)).toBe(2);
    expect(count(seen, Event.Exit, EXECVE)).toBe(1);
  });

  it('an interrupt ends the command by its signal, and the session at once', () => {
    let n = 0;
    const begun = Date.now();
    const { seen, status, interruptedBy } = run('forever', 4, { on: () => (++n === 3000 ? 15 : undefined) });
    expect(Date.now() - begun).toBeLessThan(5000);
    expect(interruptedBy).toBe(15);
    expect(status & 0x7f).toBe(15);
    expectOrder(seen);
  });

  it('detaches 500 tracees, and none stays stopped', () => {
    let at = 0;
    let written = false;
    const { seen } = run('sleepers', 500, {
      on: (s) => {
        if (s.event === Event.Task) at++;
        // A child's first stop may come later than its parent's next calls.
        written ||= s.event === Event.Enter && s.nr === WRITE;
        return written && at === 501 ? 0 : undefined;
      },
    });
    expect(at).toBe(501);
    const tids = seen.filter((s) => s.event === Event.Task).map((s) => s.tid);
    expect(count(seen, Event.Detached)).toBe(501);
    for (const tid of tids) expect(states(tid)).toMatch(/^[SR]$/);
    for (const tid of tids) process.kill(tid, 'SIGKILL');
  });

  it('a consumer that goes away with the ring full holds nobody up', () => {
    const tracer = new Tracer({ flags: FOLLOW, ringBytes: 65536, pinCpu: -1 });
    tracer.setTraced(new Uint8Array(3 * 1024).fill(1));
    for (let nr = 0; nr < 512; nr++) tracer.setPlan(0, nr, new Uint8Array(0), new Uint8Array(0));
    tracer.spawn(command(storm, 'forever', '3'));
    tracer.start();
    execFileSync('sleep', ['0.3']);
    // A producer that waits for room is reason enough to return.
    expect(tracer.next(0, 1 << 30, 10_000)).toBeGreaterThan(60000);
    const first = new Cursor(tracer.data);
    first.set(0);
    const { tid } = first;
    const begun = Date.now();
    tracer.destroy();
    expect(Date.now() - begun).toBeLessThan(1000);
    expect(states(tid)).toMatch(/^[RSD]{4}$/);
    kill(tid);
  });

  it('a consumer that is held up while the session ends holds nobody up, and gets every record', async () => {
    const child = await background('forever', '6');
    const pause = new Int32Array(new SharedArrayBuffer(4));
    let n = 0;
    const { seen } = drive({
      flags: FOLLOW,
      attach: [child.pid],
      ringBytes: 65536,
      on: () => {
        n++;
        // Time to fill the ring.
        if (n === 3000) Atomics.wait(pause, 0, 0, 300);
        if (n === 3001) {
          Atomics.wait(pause, 0, 0, 1500);
          expect(tracerOf(child.pid)).toBe(0);
          expect(states(child.pid)).toMatch(/^[RSD]{7}$/);
        }
        return n === 3000 ? 0 : undefined;
      },
    });
    expect(n).toBeGreaterThan(3001);
    expectOrder(seen);
    await end(child);
  });

  it('attaches to all threads of a process, and leaves it running', async () => {
    const child = await background('forever', '6');
    for (let i = 0; i < 5; i++) {
      let n = 0;
      const { seen } = drive({ flags: FOLLOW, attach: [child.pid], on: () => (++n === 1000 ? 0 : undefined) });
      expect(seen.find((s) => s.event === Event.Task)?.args.slice(0, 3)).toEqual([1, child.pid, 7]);
      expectOrder(seen);
      expect(tracerOf(child.pid)).toBe(0);
      expect(states(child.pid)).toMatch(/^[RSD]{7}$/);
    }
    await end(child);
  });

  it('names the call that restart_syscall goes on with', async () => {
    const child = await background('sleeping', '60');
    // It says that it is ready before it sleeps: proc_pid_syscall(5) tells when it does (230 is clock_nanosleep).
    await expect.poll(() => readFileSync(`/proc/${child.pid}/syscall`, 'latin1')).toMatch(/^230 /);
    let interrupted: Seen | undefined;
    drive({
      attach: [child.pid],
      on: (s) => {
        if (s.event !== Event.Enter) return undefined;
        interrupted = s;
        return 0;
      },
    });
    expect(interrupted).toMatchObject({ nr: 219 });
    expect(interrupted?.args[0]).toBe(1 + 230); // clock_nanosleep
    // It has been restarted, and has a few steps to go until it sleeps again.
    await expect.poll(() => states(child.pid)).toBe('S');
    await end(child);
  });

  it('says why it cannot attach', () => {
    const { seen } = drive({ attach: [4194304] });
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatchObject({ event: Event.Message, nr: 1, ret: 3, tid: 4194304 });
  });

  it('sessions follow each other in one process, descriptors and threads given back', () => {
    const before = [readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length];
    for (let i = 0; i < 20; i++) expect(run('threads', 20).status).toBe(0);
    expect([readdirSync('/proc/self/fd').length, readdirSync('/proc/self/task').length]).toEqual(before);
  });
});
