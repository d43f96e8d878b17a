// Job control under a tracer: a shell on a terminal, its jobs stopped by ^Z, sent to the background, brought back and
// ended by ^C, with the shell traced or the tracer as the shell's job. What the person sees, and the states that the
// jobs are in, are those of strace.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { ROOT, TSTRACE } from '../harness/run.js';

const SHELL = ['bash', '--norc', '-i'];

/** The steps' lines (see the fixture); `tracer` has the shell under it, `job` is put before the first job. */
async function session(tracer: readonly string[], job: readonly string[]): Promise<string[]> {
  const command = [`${ROOT}test/fixtures/job-control.py`, ...tracer, ...SHELL];
  const { stdout } = await promisify(execFile)('python3', command, {
    env: { ...process.env, JOB: job.join(' ') },
    timeout: 120_000,
  }).catch((error: unknown) => error as { stdout: string; stderr: string });
  return stdout.trimEnd().split('\n');
}

/** What a shell without a tracer does; strace changes none of it. */
const UNDISTURBED = [
  'started S foreground True',
  '[1]+ Stopped T foreground False',
  'background S foreground False',
  'stopped T',
  'continued S',
  'foreground True',
  'interrupted gone gone',
  'status 130',
  '[1]+ Stopped',
  'read by it',
  'shell ended with 7',
];

const OUT = ['-o', '/dev/null'];

describe('the shell is traced', () => {
  test.each([['-f'], ['-f -n -e trace=write'], ['-f -D']].map((o) => [o[0], o[0].split(' ')] as const))(
    '%s',
    async (_, options) => {
      expect(await session([TSTRACE, ...options, ...OUT], [])).toEqual(UNDISTURBED);
    },
    120_000,
  );
});

describe('the tracer is a job', () => {
  test.each([['-f'], ['-I1'], ['-I2'], ['-D'], ['-n -f -e trace=exit_group']])(
    '%s',
    async (text) => {
      expect(await session([], [TSTRACE, ...text.split(' '), ...OUT])).toEqual(UNDISTURBED);
    },
    120_000,
  );
  test('the shell by itself is the measure', async () => {
    expect(await session([], [])).toEqual(UNDISTURBED);
  }, 120_000);
});
