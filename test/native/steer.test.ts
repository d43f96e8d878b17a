// Tasks are kept with their tracer in the moment of a stop: what they see of the processors that they may use stays as it was.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { compile, TSTRACE } from '../harness/run.js';

let dir = '';
let affinity = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-steer-'));
  affinity = compile('affinity.c', ['-pthread']);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function traced(options: readonly string[], ...way: string[]): string {
  const run = spawnSync(TSTRACE, [...options, '-o', join(dir, 'trace'), affinity, ...way], { encoding: 'utf8' });
  return `${run.stdout}${run.stderr}`;
}

/** The processors that a process may use. */
function cpusOf(pid: string): number[] {
  const mask = /^Cpus_allowed:\t([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '';
  return [...Array(32).keys()].filter((cpu) => Math.floor(parseInt(mask, 16) / 2 ** cpu) % 2 === 1);
}

describe.each([
  ['all calls', ['-f']],
  ['one that stands between others', ['-f', '-n', '-e', 'trace=openat,clone,wait4']],
  ['children apart', []],
])('%s', (_, options) => {
  test('a program, its children and threads see what they would', () => {
    expect(traced(options, 'look', '3000')).toBe('same\n');
  });

  test('what it chooses itself stays', () => {
    expect(traced(options, 'own', '300')).toBe('same\n');
  });
});

test('what another process chooses while a task sleeps stays', async () => {
  const script = 'echo $$; read line; grep Cpus_allowed: /proc/$$/status';
  const child = spawn(TSTRACE, ['-f', '-o', join(dir, 'other'), 'sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (d: Buffer) => (text += d.toString()));
  const ended = new Promise((resolve) => child.once('close', resolve));
  await vi.waitFor(() => {
    expect(text).toMatch(/^\d+\n$/);
    expect(readFileSync(`/proc/${text.trim()}/wchan`, 'utf8'), 'it has not come to sleep').not.toMatch(/^0$|ptrace/);
  }, 10_000);
  const only = Math.max(...cpusOf(text.trim()));
  expect(spawnSync('taskset', ['-pc', String(only), text.trim()]).status).toBe(0);
  child.stdin.end('go on\n');
  await ended;
  expect(text.split('\n')[1]).toBe(`Cpus_allowed:\t${(2 ** only).toString(16)}`);
});

test('a processor that is not there cannot be chosen', () => {
  expect(traced(['--pin=1000'], 'look', '1')).toMatch(
    /^tstrace: .*--pin: CPU 1000 is not among those that may be used\n$/,
  );
});

// Where there is one processor, there is nothing to steer.
test.runIf(availableParallelism() > 1)('a task runs where its tracer runs', () => {
  const steered = Number(traced([], 'with', '300'));
  expect(steered, `${steered} of 300 times`).toBeGreaterThan(200);
});
