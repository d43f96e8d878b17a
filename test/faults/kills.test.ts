// kill -9 at random moments, of a tracee, one of its threads, the tracer, the reader of the trace: nothing hangs, nothing
// stays stopped, nobody is left, the status is right, and what was printed is whole.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Group, members, pool, until } from '../harness/group.js';
import { compile, TSTRACE } from '../harness/run.js';

const MOMENTS = Number(process.env.MOMENTS ?? 40);
const WIDTH = 4;
const LATEST_MS = 80;
/** How long an end may take on a machine that has much else to do. */
const LATE_MS = 15_000;

let storm = '';
let dir = '';
beforeAll(() => {
  storm = compile('native-storm.c', ['-pthread']);
  dir = mkdtempSync(join(tmpdir(), 'tstrace-kills-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Different moments in every run, told when one fails. */
const seed = Date.now() % 1_000_000;
const moment = (i: number): number => ((seed + i * 7919) * 2654435761) % LATEST_MS;

interface Running {
  readonly group: Group;
  /** The traced program, by threads and forks busy for ever. */
  readonly tracee: number;
  readonly trace: string;
}

/** Starts the tracer on a busy program; resolves when that runs. */
async function start(name: string, options: readonly string[]): Promise<Running> {
  const pidFile = join(dir, `${name}.pid`);
  const trace = join(dir, `${name}.trace`);
  const group = new Group(TSTRACE, [
    ...(options.includes('-o') ? [] : ['-o', trace]),
    ...options,
    'sh',
    '-c',
    `echo $$ >'${pidFile}'; exec '${storm}' forever 3`,
  ]);
  try {
    const tracee = await until(`${name}: pid of the command`, () => {
      try {
        const pid = Number(readFileSync(pidFile, 'latin1'));
        return pid > 0 && readdirSync(`/proc/${pid}/task`).length === 4 && pid;
      } catch {
        return false;
      }
    });
    return { group, tracee, trace };
  } catch (error) {
    group.clear();
    throw error;
  }
}

/** Nobody of the group is there any more. */
async function gone(group: Group): Promise<void> {
  await until('the end of the whole group', () => members(group.pid).length === 0).catch((error: unknown) => {
    throw new Error(`${String(error)}: ${JSON.stringify(members(group.pid))}`);
  });
}

const LINE =
  /^\d+ +(\w+\(.*(= (-?\w|\?).*|<unfinished \.\.\.>)|<\.\.\. \w+ resumed>.*(= (-?\w|\?).*)|--- .* ---|\+\+\+ .* \+\+\+|\[ Process .* \])$/;

/** Every line is whole, and every task has its end. */
function expectWhole(trace: string, ends: boolean): void {
  const lines = readFileSync(trace, 'latin1').split('\n');
  const last = lines.pop();
  // The line of a call that is under way has no newline yet; a tracer that ends by itself closes it.
  if (ends) expect(last).toBe('');
  if (ends) expect(lines.length).toBeGreaterThan(5);
  const open = new Set<string>();
  const broken: string[] = [];
  for (const line of lines) {
    if (!LINE.test(line)) broken.push(line);
    const pid = line.slice(0, line.indexOf(' '));
    if (/\+\+\+ (exited|killed)/.test(line)) open.delete(pid);
    else open.add(pid);
  }
  expect(broken.slice(0, 5), 'broken lines').toEqual([]);
  if (ends) expect([...open], 'tasks without an end').toEqual([]);
}

async function each(
  name: string,
  options: readonly string[],
  job: (r: Running, i: number) => Promise<void>,
): Promise<void> {
  await pool(MOMENTS, WIDTH, async (i) => {
    const running = await start(`${name}-${i}`, options);
    try {
      await sleep(moment(i));
      await job(running, i);
    } catch (error) {
      throw new Error(`${name}, run ${i}, seed ${seed}: ${String(error)}`, { cause: error });
    } finally {
      running.group.clear();
      rmSync(running.trace, { force: true });
    }
  });
}

test('the tracee', async () => {
  await each('tracee', ['-f'], async ({ group, tracee, trace }) => {
    process.kill(tracee, 'SIGKILL');
    expect(await group.end(LATE_MS)).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    await gone(group);
    expectWhole(trace, true);
  });
}, 300_000);

test('a thread of the tracee', async () => {
  await each('thread', ['-f'], async ({ group, tracee, trace }, i) => {
    const threads = readdirSync(`/proc/${tracee}/task`).map(Number);
    process.kill(threads[1 + (i % (threads.length - 1))], 'SIGKILL');
    expect(await group.end(LATE_MS)).toMatchObject({ signal: 'SIGKILL', stderr: '' });
    await gone(group);
    expectWhole(trace, true);
  });
}, 300_000);

test('the tracer: what it traced runs on', async () => {
  await each('tracer', ['-f'], async ({ group, tracee, trace }) => {
    process.kill(group.pid, 'SIGKILL');
    expect(await group.end(LATE_MS)).toMatchObject({ signal: 'SIGKILL' });
    await until('the tracee to run', () => {
      const found = members(group.pid).find((m) => m.pid === tracee);
      return found !== undefined && /^[RSD]{4}$/.test(found.states);
    });
    // Children that the program makes come and go; none stays stopped.
    await until('no process stopped', () => members(group.pid).every((m) => !/[tT]/.test(m.states)));
    group.clear();
    await gone(group);
    expectWhole(trace, false);
  });
}, 300_000);

test('the tracer under the filter: nothing outlives it', async () => {
  await each('filter', ['-n', '-f', '-e', 'trace=write,exit_group'], async ({ group }) => {
    process.kill(group.pid, 'SIGKILL');
    expect(await group.end(LATE_MS)).toMatchObject({ signal: 'SIGKILL' });
    await gone(group);
  });
}, 300_000);

test('the reader of the trace: the tracee runs on, and the tracer tells', async () => {
  const reader = join(dir, 'reader');
  // One at a time: the reader's pid is told through one file.
  await pool(MOMENTS, 1, async (i) => {
    rmSync(reader, { force: true });
    const { group, tracee } = await start(`reader-${i}`, ['-f', '-o', `|echo $$ >'${reader}'; exec cat >/dev/null`]);
    try {
      const pid = await until('the reader', () => {
        try {
          return Number(readFileSync(reader, 'latin1')) || false;
        } catch {
          return false;
        }
      });
      await sleep(moment(i) / 4);
      process.kill(pid, 'SIGKILL');
      await sleep(40);
      expect(members(group.pid).find((m) => m.pid === tracee)?.states).toHaveLength(4);
      process.kill(tracee, 'SIGTERM');
      const ended = await group.end(LATE_MS);
      expect(ended).toMatchObject({ signal: 'SIGTERM' });
      expect(ended.stderr).toMatch(/^tstrace: \|echo .*: Broken pipe\n$/);
      await gone(group);
    } finally {
      group.clear();
    }
  });
}, 300_000);
