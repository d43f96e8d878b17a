// The package is replaced, or removed, while a trace goes on: what has not been loaded yet can be all the same.
import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from '../harness/group.js';
import { ROOT } from '../harness/run.js';

let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-replaced-'));
  for (const part of ['bin', 'dist', 'package.json']) cpSync(join(ROOT, part), join(dir, part), { recursive: true });
  mkdirSync(join(dir, 'native'));
  cpSync(join(ROOT, 'native', 'build'), join(dir, 'native', 'build'), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

test('calls that occur when the package is gone are decoded', async () => {
  const [trace, ready, go] = ['trace', 'ready', 'go'].map((name) => join(dir, name));
  const script = `: >'${ready}'; until [ -e '${go}' ]; do sleep 0.05; done; nice true; trap '' USR1; kill -USR1 $$`;
  const tracer = spawn(join(dir, 'bin', 'tstrace'), ['-f', '-y', '-o', trace, 'sh', '-c', script], { stdio: 'ignore' });
  const ended = new Promise((resolve) => tracer.on('exit', (status, signal) => resolve(status ?? signal)));
  await until('the program to run', () => existsSync(ready));
  rmSync(join(dir, 'dist'), { recursive: true });
  rmSync(join(dir, 'node_modules'));
  writeFileSync(go, '');
  expect(await ended).toBe(0);
  const text = readFileSync(trace, 'latin1');
  expect(text).toMatch(/^\d+ +kill\(\d+, SIGUSR1\) += 0$/m);
  expect(text).toMatch(/^\d+ +setpriority\(PRIO_PROCESS, 0, 10\) += 0$/m);
  expect(text).toMatch(/\n\d+ +\+\+\+ exited with 0 \+\+\+\n$/);
});
