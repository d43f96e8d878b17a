// Whatever becomes of the host, no task stays held and no process of ours stays.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { afterEach, test } from 'vitest';
import { until } from '../harness/group.js';
import { ROOT } from '../harness/run.js';
import { isGone, runsFree, storm } from './sessions.js';

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

test.each(['exit', 'throw', 'worker', 'kill'])('the host ends: %s', async (how) => {
  const victim = spawn(storm(), ['forever', '1'], { stdio: 'ignore' });
  children.push(victim);
  const library = join(ROOT, 'dist', 'library.mjs');
  const host = spawn(
    process.execPath,
    [join(ROOT, 'test', 'library', 'host.mjs'), library, how === 'kill' ? 'wait' : how, storm(), String(victim.pid)],
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  children.push(host);
  let out = '';
  host.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  await until('the sessions', () => /^\d+ [1-9]\d* [1-9]\d*\n/.test(out), 30_000);
  const [command, ...sessions] = out.split('\n', 1)[0].split(' ').map(Number);
  if (how === 'kill') host.kill('SIGKILL');
  await until('the end of the command', () => isGone(command));
  await until('letting go', () => runsFree(victim.pid!));
  await until('the end of the sessions', () => sessions.every((pid) => isGone(pid)));
});
