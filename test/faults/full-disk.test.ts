// A disk that is full for a while, or for good: a small tmpfs in a mount namespace of its own.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TSTRACE } from '../harness/run.js';

/** Lines of the trace that are whole; its calls go to /dev/null only. */
const WHOLE = /^\d+ +(\w+\(.*\) += |\+\+\+ exited|--- SIGCHLD )/;
const TOLD = 'tstrace: trace: No space left on device\n';

let dir = '';
beforeAll(() => void (dir = mkdtempSync(join(tmpdir(), 'tstrace-disk-'))));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Traces a script, with less room than its lines take; the trace as it is in the end, and what was told. */
function traced(script: string): { lines: readonly string[]; whole: boolean; status: number | null; told: string } {
  const inside = `
    mount -t tmpfs -o size=2m tmpfs "$PWD"
    cd "$PWD"
    head -c 2000000 /dev/zero >ballast
    "$1" -f -o trace -e trace=openat -P /dev/null sh -c "$2"
    status=$?
    cat trace
    exit $status`;
  const options = ['--map-root-user', '--mount', 'sh', '-c', inside, 'sh', TSTRACE, script];
  const done = spawnSync('unshare', options, { cwd: dir, encoding: 'latin1', maxBuffer: 1 << 26 });
  const lines = done.stdout.split('\n');
  const whole = lines.at(-1) === '';
  return { lines: lines.slice(0, -1), whole, status: done.status, told: done.stderr };
}

/** So many calls, a line for each. */
const opens = (count: number): string => `i=0; while [ $i -lt ${count} ]; do : </dev/null; i=$((i+1)); done`;

test('what a full disk does not take is written when there is room again', () => {
  const { lines, whole, status, told } = traced(
    `${opens(6000)}; sleep 0.3; rm ballast; sleep 0.3; ${opens(100)}; exit 7`,
  );
  expect(lines.filter((line) => !WHOLE.test(line))).toEqual([]);
  expect(lines.filter((line) => line.includes('"/dev/null"'))).toHaveLength(6100);
  expect({ whole, status, told }).toEqual({ whole: true, status: 7, told: TOLD });
});

test('beyond what is kept, whole lines are lost, and the tracee goes on', () => {
  const { lines, whole, status, told } = traced(`${opens(40_000)}; rm ballast; sleep 0.3; ${opens(10)}; exit 7`);
  expect(lines.filter((line) => !WHOLE.test(line))).toEqual([]);
  expect(lines.at(-1)).toMatch(/^\d+ +\+\+\+ exited with 7 \+\+\+$/);
  expect(lines.length).toBeLessThan(40_000);
  expect({ whole, status, told }).toEqual({ whole: true, status: 7, told: TOLD });
});
