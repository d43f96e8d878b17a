// How a trace of a command ends: by signals in every mode of -I, by a limit, by exec, with a reader that is gone or a
// disk that is full; as strace ends it.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Group, members, until } from '../harness/group.js';
import { compile, TSTRACE } from '../harness/run.js';

let storm = '';
let dir = '';
beforeAll(() => {
  storm = compile('native-storm.c', ['-pthread']);
  dir = mkdtempSync(join(tmpdir(), 'tstrace-ending-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Outcome {
  /** The tracer's end; undefined while it lives on. */
  readonly signal: NodeJS.Signals | null | undefined;
  /** How many of the command and its child live on. */
  readonly alive: number;
  /** Whether one of them is stopped. */
  readonly stopped: boolean;
}

/** Interrupts a tracer that has a command and one child of it. */
async function interrupt(tracer: string, options: readonly string[], signal: NodeJS.Signals): Promise<Outcome> {
  const group = new Group(tracer, ['-f', '-o', '/dev/null', ...options, storm, 'sleepers', '1']);
  const name = storm.slice(storm.lastIndexOf('/') + 1);
  const tracees = () => members(group.pid).filter((m) => m.name === name);
  try {
    await until(
      () => `${tracer === TSTRACE ? 'tstrace' : tracer}: command and child, of ${group.describe()}`,
      () => tracees().length === 2 && tracees().every((m) => /^[StT]$/.test(m.states)),
    );
    await sleep(50);
    process.kill(group.pid, signal);
    const ended = await Promise.race([group.ended, sleep(2500).then(() => undefined)]);
    // What was stopped for a moment goes on.
    await sleep(30);
    const left = tracees();
    return { signal: ended?.signal, alive: left.length, stopped: left.some((m) => /[tT]/.test(m.states)) };
  } finally {
    group.clear();
  }
}

describe.each(['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const)('%s', (signal) => {
  test.each([['-I1'], ['-I2'], ['-I3'], ['-I4'], []].map((o) => [o.join(' ') || 'default', o] as const))(
    '%s',
    async (_, options) => {
      const [ours, theirs] = await Promise.all([
        interrupt(TSTRACE, options, signal),
        interrupt('strace', options, signal),
      ]);
      expect(ours).toEqual(theirs);
      expect(ours.stopped).toBe(false);
    },
  );

  test('--kill-on-exit leaves nobody', async () => {
    expect(await interrupt(TSTRACE, ['-I2', '--kill-on-exit'], signal)).toEqual({ signal, alive: 0, stopped: false });
  });

  test('nor does the filter', async () => {
    const options = ['-I2', '-n', '-e', 'trace=write'];
    expect(await interrupt(TSTRACE, options, signal)).toEqual({ signal, alive: 0, stopped: false });
  });
});

/** Status, signal and messages of a whole run, in our name. */
function run(tracer: string, options: readonly string[], ...command: readonly string[]) {
  const { status, signal, stderr } = spawnSync(tracer, [...options, ...command], {
    encoding: 'latin1',
    timeout: 20_000,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  return { status, signal, stderr: stderr.replace(/(?<!t)strace: /g, 'tstrace: ').replace(/\b\d{3,}\b/g, 'N') };
}

const repeat = (n: number): string => `i=0; while [ $i -lt ${n} ]; do i=$((i+1)); cd /; done; exit 3`;
const loop = repeat(300);
/** Its trace fills a pipe many times over: a reader that has gone is noticed. */
const longLoop = repeat(30_000);

test.each([
  ['a full disk', ['-e', 'trace=chdir', '-o', '/dev/full']],
  ['a reader that ends at once', ['-e', 'trace=chdir', '-o', '|exit 9']],
  ['a reader that is not there', ['-e', 'trace=chdir', '-o', '!/no/such/program 2>/dev/null']],
])('%s: the command goes on, and the trace says so once', (_, options) => {
  const ours = run(TSTRACE, options, 'sh', '-c', loop);
  const theirs = run('strace', options, 'sh', '-c', loop);
  expect(ours.status).toBe(3);
  expect(ours.status).toBe(theirs.status);
  // strace says it at every write.
  const once = (text: string): string[] => [...new Set(text.split('\n'))];
  expect(ours.stderr.split('\n')).toEqual(once(theirs.stderr));
});

test('a reader of standard error that goes away ends the trace, and lets the command run on', () => {
  const script = (tracer: string): string =>
    `'${tracer}' -e trace=chdir sh -c '${longLoop}' 2>&1 | head -1; echo $PIPESTATUS`;
  const result = (tracer: string): string => spawnSync('bash', ['-c', script(tracer)], { encoding: 'latin1' }).stdout;
  expect(result(TSTRACE)).toBe(result('strace'));
  expect(result(TSTRACE)).toContain('141');
});

test('a command behind -o is waited for, whatever it does', () => {
  const file = join(dir, 'piped');
  const { status } = run(TSTRACE, ['-o', `|sleep 0.3; cat >'${file}'`], 'sh', '-c', 'exit 4');
  expect(status).toBe(4);
  expect(readFileSync(file, 'latin1')).toMatch(/^execve\([^]*\n\+\+\+ exited with 4 \+\+\+\n$/);
});

test('a program that cannot be executed', () => {
  const file = join(dir, 'nonsense');
  writeFileSync(file, 'not a program\n', { mode: 0o755 });
  const text = (o: { stderr: string }): string => o.stderr.replace(/0x[0-9a-f]+/g, 'A');
  for (const options of [[], ['-e', 'trace=none'], ['-f', '-n', '-e', 'trace=none']]) {
    const own = options.includes('-n') ? options.map((o) => (o === '-n' ? '--syscall-number' : o)) : options;
    const ours = run(TSTRACE, own, file);
    const theirs = run('strace', options, file);
    expect(text(ours)).toBe(text(theirs));
    expect(ours.status).toBe(1);
  }
});

test('--syscall-limit counts what is shown, then lets everything go', () => {
  const { status, stderr } = run(TSTRACE, ['--syscall-limit=3', '-e', 'trace=chdir'], 'sh', '-c', loop);
  expect(status).toBe(0);
  const shown = 'chdir("/")                              = 0\n';
  const told = 'tstrace: System call limit has been reached, detaching tracees\ntstrace: Process N detached\n';
  expect(stderr).toBe(shown.repeat(3) + told);
});

test('-b execve lets go at the second exec', () => {
  const options = ['-f', '-b', 'execve', '-e', 'trace=execve,chdir'];
  const ours = run(TSTRACE, options, 'sh', '-c', 'cd /; exec /bin/true');
  const theirs = run('strace', options, 'sh', '-c', 'cd /; exec /bin/true');
  const text = (o: { stderr: string }): string => o.stderr.replace(/0x[0-9a-f]+/g, 'A');
  expect(text(ours)).toBe(text(theirs));
  expect(ours.status).toBe(theirs.status);
});

test('-D: the command is the child, with its own status; the trace is the same', async () => {
  const file = join(dir, 'daemon');
  expect(run(TSTRACE, ['-D', '-o', file, '-e', 'trace=execve,chdir'], 'sh', '-c', 'cd /; exit 5').status).toBe(5);
  await until('the trace to end', () => readFileSync(file, 'latin1').endsWith('+++ exited with 5 +++\n'));
  expect(readFileSync(file, 'latin1')).toMatch(/^execve\(.*\nchdir\("\/"\) += 0\n\+\+\+ exited with 5 \+\+\+\n$/);
});
