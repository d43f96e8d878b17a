// -p: a running program is traced, with -f all its threads, and let go by an interrupt; it runs on. Reasons for refusals.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, test } from 'vitest';
import { Group, members, until } from '../harness/group.js';
import { compile, TSTRACE } from '../harness/run.js';

let storm = '';
beforeAll(() => {
  storm = compile('native-storm.c', ['-pthread']);
});

const tracerOf = (tid: number): string =>
  /TracerPid:\t(\d+)/.exec(readFileSync(`/proc/${tid}/status`, 'latin1'))?.[1] ?? '';
const threadsOf = (pid: number): number[] => readdirSync(`/proc/${pid}/task`).map(Number);

/** A program of several busy threads. */
async function busy(threads: number): Promise<Group> {
  const group = new Group(storm, ['forever', String(threads)]);
  await until('all threads', () => threadsOf(group.pid).length === threads + 1);
  return group;
}

/** Lets a tracer work for a while, then interrupts it; resolves with what it said. */
async function interrupted(options: readonly string[], signal: NodeJS.Signals, attached: () => boolean) {
  const tracer = new Group(TSTRACE, options);
  try {
    await until('the tracer', attached);
    await sleep(60);
    const begun = Date.now();
    process.kill(tracer.pid, signal);
    const ended = await tracer.end(5000);
    return { ...ended, ms: Date.now() - begun };
  } finally {
    tracer.clear();
  }
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('%s', (signal) => {
  test('a threaded program attached with -f is let go, and runs on', async () => {
    const group = await busy(5);
    try {
      const { stderr, ms, ...end } = await interrupted(
        ['-f', '-p', String(group.pid), '-e', 'trace=chdir'],
        signal,
        () => threadsOf(group.pid).every((tid) => tracerOf(tid) !== '0'),
      );
      expect(end.signal).toBe(signal);
      expect(ms).toBeLessThan(1000);
      expect(stderr).toContain(`tstrace: Process ${group.pid} attached with 6 threads\n`);
      expect(stderr.match(/detached\n/g)?.length).toBeGreaterThanOrEqual(6);
      const found = members(group.pid).find((m) => m.pid === group.pid);
      expect(found?.states).toMatch(/^[RSD]{6}$/);
      expect(threadsOf(group.pid).map(tracerOf)).toEqual(Array(6).fill('0'));
      // It works on: its clock of CPU time moves.
      const ticks = (): number =>
        Number(readFileSync(`/proc/${group.pid}/stat`, 'latin1').split(') ')[1].split(' ')[11]);
      const before = ticks();
      await until('the program to run', () => ticks() > before);
    } finally {
      group.clear();
    }
  });

  test('500 processes are let go within a second or so, and run on', async () => {
    const group = new Group(storm, ['sleepers', '500']);
    try {
      await until('all processes', () => members(group.pid).length === 501);
      const pids = members(group.pid).map((m) => m.pid);
      const { ms, ...end } = await interrupted(['-q', '-o', '/dev/null', '-p', pids.join(' ')], signal, () =>
        pids.every((pid) => tracerOf(pid) !== '0'),
      );
      expect(end.signal).toBe(signal);
      expect(ms).toBeLessThan(1500);
      await until('all to run', () => members(group.pid).every((m) => /^[RSD]$/.test(m.states)));
      expect(members(group.pid)).toHaveLength(501);
      expect(pids.every((pid) => tracerOf(pid) === '0')).toBe(true);
    } finally {
      group.clear();
    }
  });
});

test('lists of processes: commas, blanks, newlines, repeated options', async () => {
  const group = new Group(storm, ['sleepers', '4']);
  try {
    await until('all processes', () => members(group.pid).length === 5);
    const [a, b, c, d, e] = members(group.pid).map((m) => m.pid);
    const { stderr } = await interrupted(
      ['-e', 'trace=none', '-p', `${a},${b} ${c}\n`, '-p', `${d}\t${e}`],
      'SIGINT',
      () => [a, b, c, d, e].every((pid) => tracerOf(pid) !== '0'),
    );
    for (const word of ['attached', 'detached'])
      for (const pid of [a, b, c, d, e]) expect(stderr).toContain(`tstrace: Process ${pid} ${word}\n`);
  } finally {
    group.clear();
  }
});

describe('refusals', () => {
  const refused = (...options: string[]): string => {
    const run = spawnSync(TSTRACE, options, { encoding: 'latin1', timeout: 20_000 });
    expect(run.status).toBe(1);
    return run.stderr;
  };

  test('no such process', () => {
    expect(refused('-p', '4194303')).toBe('tstrace: attach: ptrace(PTRACE_SEIZE, 4194303): No such process\n');
  });

  test('a process that is traced already, by whom', async () => {
    const group = await busy(1);
    const tracer = new Group(TSTRACE, ['-q', '-o', '/dev/null', '-p', String(group.pid)]);
    try {
      const by = await until('the first tracer', () => tracerOf(group.pid) !== '0' && tracerOf(group.pid));
      expect(refused('-p', String(group.pid))).toBe(
        `tstrace: attach: ptrace(PTRACE_SEIZE, ${group.pid}): Operation not permitted\n` +
          `tstrace: Process ${group.pid} is already being traced by pid ${by}\n`,
      );
    } finally {
      tracer.clear();
      group.clear();
    }
  });

  test('a kernel thread', () => {
    expect(refused('-p', '2')).toBe(
      'tstrace: attach: ptrace(PTRACE_SEIZE, 2): Operation not permitted\ntstrace: Process 2 is a kernel thread\n',
    );
  });

  test('ourselves', () => {
    const run = spawnSync('sh', ['-c', `exec '${TSTRACE}' -p $$`], { encoding: 'latin1' });
    expect(run.stderr).toBe("tstrace: I'm sorry, I can't let you do that, Dave.\n");
    expect(run.status).toBe(1);
  });
});
