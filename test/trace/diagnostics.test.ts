// --log-level and --log-file: what tstrace says of itself, apart from the trace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TSTRACE } from '../harness/run.js';

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly [member: string]: unknown;
}

const dir = mkdtempSync(join(tmpdir(), 'tstrace-log-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const log = join(dir, 'log');
const out = join(dir, 'out');

const linesOf = (text: string): Line[] =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);

function run(...args: string[]): { status: number | null; stderr: string } {
  const { status, stderr } = spawnSync(TSTRACE, args, { encoding: 'utf8', timeout: 60_000 });
  return { status, stderr };
}

test('a session from start to end', () => {
  const run1 = run(
    '--log-level=debug',
    '--log-file',
    log,
    '-n',
    '-f',
    '-e',
    'trace=openat',
    '-o',
    out,
    'sh',
    '-c',
    'ls / >&2',
  );
  expect(run1.status).toBe(0);
  const lines = linesOf(readFileSync(log, 'utf8'));
  const found = (msg: string): Line | undefined => lines.find((line) => line.msg === msg);
  expect(lines[0]).toMatchObject({
    level: 30,
    name: 'tstrace',
    msg: 'session start',
    options: { command: ['sh', '-c', 'ls / >&2'], follow: true, seccomp: true },
  });
  expect(found('filter')?.instructions).toBeGreaterThan(5);
  expect(found('plan compiled')).toMatchObject({
    level: 20,
    syscall: 'openat',
    nr: 257,
    personality: 'x86_64',
    enter: 2,
  });
  expect(lines.filter((line) => line.msg === 'task attached').map((line) => line.origin)).toEqual(['command', 'child']);
  expect(lines.at(-1)).toMatchObject({ level: 30, msg: 'session end', status: 0, tasks: 2, interruptedBy: 0 });
  const opens = readFileSync(out, 'utf8')
    .split('\n')
    .filter((line) => line.includes('openat(')).length;
  expect(lines.at(-1)?.records).toBeGreaterThanOrEqual(2 * opens);
  expect(readFileSync(out, 'utf8')).not.toContain('session');
});

test('levels', () => {
  rmSync(log, { force: true });
  run('--log-file', log, '-o', out, 'true');
  expect(linesOf(readFileSync(log, 'utf8')).map((line) => line.msg)).toEqual(['session start', 'session end']);
  rmSync(log, { force: true });
  run('--log-level=warn', '--log-file', log, '-o', out, 'true');
  expect(readFileSync(log, 'utf8')).toBe('');
  run('--log-level=warn', '--log-file', log, '-o', out, '-p', '1073741824');
  expect(linesOf(readFileSync(log, 'utf8'))).toMatchObject([
    { level: 40, msg: expect.stringContaining('attach: ') as string },
  ]);
});

test('on standard error without a file; added to a file that is there', () => {
  expect(linesOf(run('--log-level=info', '-o', out, 'true').stderr).at(-1)?.msg).toBe('session end');
  rmSync(log, { force: true });
  for (let i = 0; i < 2; i++) run('--log-file', log, '-o', out, 'true');
  expect(linesOf(readFileSync(log, 'utf8')).length).toBe(4);
});

test('a ring that was full is told of', () => {
  rmSync(log, { force: true });
  const slow = join(dir, 'slow');
  // The reader sleeps while the command fills the ring.
  run('--log-file', log, '-o', `|sleep 1; cat >${slow}`, 'dd', 'if=/dev/zero', 'of=/dev/null', 'bs=1', 'count=20000');
  expect(linesOf(readFileSync(log, 'utf8')).map(({ level, msg }) => [level, msg])).toEqual([
    [30, 'session start'],
    [40, 'the ring was full: tracees had to wait for the output'],
    [30, 'session end'],
  ]);
  expect(
    readFileSync(slow, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('write(1, ')),
  ).toHaveLength(20000);
});

test('a replay', () => {
  rmSync(log, { force: true });
  const recording = join(dir, 'recording');
  run('--record', recording, 'true');
  run('--log-file', log, '--replay', recording, '-o', out);
  expect(linesOf(readFileSync(log, 'utf8')).at(-1)).toMatchObject({ msg: 'session end', exit: 0 });
});

test('mistakes', () => {
  expect(run('--log-level=loud', 'true')).toMatchObject({
    status: 1,
    stderr: "tstrace: invalid --log-level argument: 'loud'\nTry 'tstrace -h' for more information.\n",
  });
  expect(run('--log-file=/nowhere/log', 'true')).toEqual({
    status: 1,
    stderr: "tstrace: Can't fopen '/nowhere/log': No such file or directory\n",
  });
});
