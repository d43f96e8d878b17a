// What the tracer thread does with signals of its process: none is its business, and none that it refuses wakes another.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { once } from 'node:events';
import { expect, test } from 'vitest';

const tstrace = new URL('../../bin/tstrace', import.meta.url).pathname;
const SIGINT = 2;
const SIGTERM = 15;
const SIGCHLD = 17;

const field = (path: string, name: string): string =>
  new RegExp(`^${name}:\\s+(\\S+)`, 'm').exec(readFileSync(path, 'latin1'))?.[1] ?? '';

test('exits of tracees wake no thread: SIGCHLD is dropped where it arrives', async () => {
  // A blocked signal is kept, even one that nobody handles, and given to another thread.
  const tracer = spawn(tstrace, ['-f', '-o', '/dev/null', 'sh', '-c', 'echo $$; exec sleep 20'], { stdio: 'pipe' });
  const exited = once(tracer, 'exit');
  const [said] = (await once(tracer.stdout, 'data')) as [Buffer];
  const pid = Number(said.toString());
  try {
    for (let i = 0; i < 200 && readFileSync(`/proc/${pid}/comm`, 'latin1') !== 'sleep\n'; i++) await sleep(20);
    const thread = field(`/proc/${pid}/status`, 'TracerPid');
    const status = `/proc/${tracer.pid}/task/${thread}/status`;
    const blocks = BigInt(`0x${field(status, 'SigBlk')}`);
    const blocked = (signal: number): boolean => ((blocks >> BigInt(signal - 1)) & 1n) === 1n;
    expect([SIGINT, SIGTERM].map(blocked)).toEqual([true, true]);
    expect(blocked(SIGCHLD), 'blocked by the tracer thread').toBe(false);
    const handled = BigInt(`0x${field(status, 'SigCgt')}`);
    expect((handled >> BigInt(SIGCHLD - 1)) & 1n, 'handled').toBe(0n);
  } finally {
    process.kill(pid, 'SIGTERM');
    await exited;
  }
});

test('a tracee does not inherit what the tracer thread blocks', () => {
  const grep = ['grep', '-E', '^Sig(Blk|Ign|Cgt)', '/proc/self/status'];
  const plain = spawnSync(grep[0], grep.slice(1), { encoding: 'utf8' });
  const traced = spawnSync(tstrace, ['-o', '/dev/null', ...grep], { encoding: 'utf8' });
  expect(plain.stdout).toContain('SigBlk');
  expect(traced.stdout).toBe(plain.stdout);
});
