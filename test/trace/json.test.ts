// --json: every line by the schema, the same calls as in text, and values that say what the text says.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVENT_VERSION } from '../../src/trace/event.js';
import { peakMemory } from '../harness/memory.js';
import { compile, ROOT, TSTRACE } from '../harness/run.js';
import { schemaErrors } from '../harness/schema.js';

interface Line {
  readonly type: string;
  readonly msg: string;
  readonly syscall?: string;
  readonly [member: string]: unknown;
}

const dir = mkdtempSync(join(tmpdir(), 'tstrace-json-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let sweep = '';
let work = '';
beforeAll(() => {
  sweep = compile('sweep.c', ['-w', '-static', '-no-pie']);
  work = compile('../../bench/work.c', ['-w']);
});

function run(options: readonly string[], command: readonly string[]): { lines: Line[]; status: number | null } {
  const file = join(dir, 'trace.json');
  const { status } = spawnSync('setarch', ['-R', TSTRACE, '--json', '-o', file, ...options, ...command], {
    cwd: dir,
    stdio: 'ignore',
    timeout: 60_000,
  });
  const text = readFileSync(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  return {
    lines: text
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as Line),
    status,
  };
}

const expectValid = (lines: readonly Line[]): void => {
  for (const line of lines) {
    const errors = schemaErrors(line);
    expect(errors, errors).toBeUndefined();
  }
};

describe('--json', () => {
  test.each([
    ['a shell with children', ['-f'], ['sh', '-c', 'ls / | wc -l; kill -USR1 $$'], null],
    ['everything shown', ['-f', '-v', '-y', '-s', '200'], ['ls', '-la', '/etc'], 0],
    ['descriptors with all that is known', ['-f', '-yy'], ['cat', '/etc/hostname'], 0],
    ['a filter', ['-n', '-f', '-e', 'trace=%file'], ['ls', '/'], 0],
  ] as const)('lines follow the schema: %s', (_, options, command, status) => {
    const { lines, status: got } = run(options, command);
    if (status !== null) expect(got).toBe(status);
    expect(lines.length).toBeGreaterThan(10);
    expectValid(lines);
  });

  test.each([
    [0, []],
    [22, ['-v']],
    [0, ['-s', '3', '-x']],
  ])('every call of the table follows the schema: answer %i, %j', (answer, options) => {
    const { lines, status } = run(options, [sweep, String(answer), '0', '471']);
    expect(status).toBe(42);
    expect(lines.length).toBeGreaterThan(8000);
    expectValid(lines);
  });

  test('the calls are those of the text, in its order', () => {
    const { lines } = run([], ['ls', '/']);
    const text = join(dir, 'trace.txt');
    spawnSync('setarch', ['-R', TSTRACE, '-o', text, 'ls', '/'], { cwd: dir, stdio: 'ignore' });
    const names = readFileSync(text, 'latin1')
      .split('\n')
      .flatMap((l) => /^(\w+)\(/.exec(l)?.[1] ?? []);
    expect(lines.flatMap((l) => l.syscall ?? [])).toEqual(names);
  });

  test('values', () => {
    const { lines } = run(['-y'], ['cat', '/etc/hostname', '/nonexistent']);
    const call = (name: string, part: string): Line => {
      const found = lines.find((l) => l.syscall === name && l.msg.includes(part));
      if (!found) throw new Error(`no ${name} with ${part}`);
      return found;
    };
    expect(lines[0]).toMatchObject({ level: 30, v: EVENT_VERSION, type: 'attached', origin: 'command' });
    const open = call('openat', '/etc/hostname');
    expect(open).toMatchObject({
      args: {
        dirfd: { num: -100, names: ['AT_FDCWD'] },
        pathname: { str: '/etc/hostname', len: 13 },
        flags: { num: 0, names: ['O_RDONLY'] },
      },
      personality: 'x86_64',
      nr: 257,
    });
    const content = readFileSync('/etc/hostname');
    expect(call('read', '</etc/hostname>')).toMatchObject({
      args: { fd: { num: open.ret, path: '/etc/hostname' }, buf: { len: content.length } },
      ret: content.length,
    });
    expect(call('openat', '/nonexistent')).toMatchObject({
      ret: -1,
      error: { code: 2, name: 'ENOENT', text: 'No such file or directory' },
    });
    expect(lines.at(-1)).toMatchObject({ type: 'exited', status: 1 });
  });

  test('bytes that are no text survive', () => {
    const { lines } = run(['-e', 'trace=write'], ['printf', '\\377\\001ab']);
    const write = lines.find((l) => l.syscall === 'write');
    expect(write).toMatchObject({ args: { buf: { b64: Buffer.from([255, 1, 97, 98]).toString('base64'), len: 4 } } });
  });

  test('pino-pretty reads it', () => {
    run([], ['true']);
    const pretty = spawnSync(join(ROOT, 'node_modules', '.bin', 'pino-pretty'), ['--colorize=false'], {
      input: readFileSync(join(dir, 'trace.json')),
      encoding: 'utf8',
    });
    expect(pretty.stdout).toMatch(/INFO \(\d+\): execve\("/);
    expect(pretty.stdout).toMatch(/\+\+\+ exited with 0 \+\+\+/);
  });

  test.each([['--json'], ['--output-format=perfetto']])(
    '-ff: files of tasks that are gone are closed: %s',
    (format) => {
      const out = join(dir, `tasks${format}`);
      const command = 'ulimit -n 64; exec "$@"';
      const program = 'for i in $(seq 100); do /bin/true; done';
      const { status, stderr } = spawnSync(
        'sh',
        ['-c', command, 'sh', TSTRACE, '-ff', format, '-e', 'trace=execve', '-o', out, 'sh', '-c', program],
        { encoding: 'utf8', timeout: 60_000 },
      );
      expect([status, stderr]).toEqual([0, '']);
      // The shell, seq, and a hundred more.
      const files = readdirSync(dir).filter((name) => name.startsWith(`tasks${format}.`));
      expect(files.length).toBeGreaterThanOrEqual(102);
      for (const name of files) expect(statSync(join(dir, name)).size, name).toBeGreaterThan(0);
    },
  );

  test('what the tracer thread has to say is said, and is an event, too', () => {
    const { status, stdout, stderr } = spawnSync(TSTRACE, ['--json', '-p', '2147483647'], { encoding: 'utf8' });
    const words = 'attach: ptrace(PTRACE_SEIZE, 2147483647): No such process';
    expect([status, stderr]).toEqual([1, `tstrace: ${words}\n`]);
    expect(JSON.parse(stdout)).toMatchObject({ type: 'message', level: 40, msg: words });
  });

  test('standard output is where it goes', () => {
    const out = spawnSync(TSTRACE, ['--json', 'true'], { encoding: 'utf8' }).stdout;
    const lines = out
      .trimEnd()
      .split('\n')
      .map((l) => JSON.parse(l) as Line);
    expect(lines.at(-1)).toMatchObject({ type: 'exited', status: 0 });
  });

  test('goes through jq, with no more memory for more of it', async () => {
    /** Lines behind jq, and peak memory of the tracer. */
    const through = async (calls: number): Promise<{ lines: number; peak: number }> => {
      const lines = join(dir, 'lines');
      const peak = await peakMemory([
        TSTRACE,
        '--json',
        '-o',
        `|jq -c . | wc -l >'${lines}'`,
        work,
        'writes',
        `${calls}`,
      ]);
      return { lines: Number(readFileSync(lines, 'utf8')), peak };
    };
    const few = await through(10_000);
    const many = await through(50_000);
    expect(few.lines).toBeGreaterThan(10_000);
    expect(many.lines - few.lines).toBe(40_000);
    expect(many.peak).toBeLessThan(few.peak * 1.4);
  });

  test('a slow reader slows the command, and loses no line', () => {
    const slow = join(dir, 'slow');
    const done = spawnSync(TSTRACE, ['--json', '-o', `|sleep 1; cat >'${slow}'`, work, 'writes', '20000'], {
      encoding: 'utf8',
      timeout: 120_000,
    });
    // The command tells how long its calls took, in nanoseconds.
    expect(Number(done.stdout)).toBeGreaterThan(0.5e9);
    const lines = readFileSync(slow, 'utf8').trimEnd().split('\n');
    expect(lines.filter((line) => line.includes('"0123456789abcdef'))).toHaveLength(20_000);
    expectValid(lines.map((line) => JSON.parse(line) as Line));
  });

  test('a reader that goes away ends the trace as it does in text (ending.test.ts)', () => {
    const loop = 'i=0; while [ $i -lt 2000 ]; do i=$((i + 1)); kill -0 $$; done; echo done >"$0"; exit 7';
    const done = spawnSync(
      'bash',
      ['-c', '"$0" --json sh -c "$1" "$2" | head -1; echo "status ${PIPESTATUS[0]}"', TSTRACE, loop, join(dir, 'done')],
      { encoding: 'utf8', timeout: 60_000 },
    );
    const [first, status] = done.stdout.trimEnd().split('\n');
    expect(JSON.parse(first)).toMatchObject({ type: 'attached' });
    expect([status, done.stderr]).toEqual(['status 141', 'tstrace: standard output: Broken pipe\n']);
  });
});
