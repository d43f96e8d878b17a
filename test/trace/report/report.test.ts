// --report: its figures are those of the trace, the trace stays as it is, and memory does not grow with it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { CATEGORIES, type ReportData, type TaskData } from '../../../src/trace/report/data.js';
import { peakMemory } from '../../harness/memory.js';
import { readReport, report } from '../../harness/report.js';
import { compile, TSTRACE } from '../../harness/run.js';
import { stableDifference } from '../../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-report-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const file = join(dir, 'report.html');
const text = join(dir, 'trace.txt');

const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0);
const named = (data: ReportData, comm: string): TaskData => {
  const found = data.tasks.find((t) => t.comm === comm);
  if (!found) throw new Error(`no task ${comm}`);
  return found;
};

describe('--report', () => {
  test('alone, it leaves the screen to the command', () => {
    const { stderr, stdout, status, data } = report(file, ['-f'], ['sh', '-c', 'echo out; echo err >&2; (exit 4)']);
    expect([stdout, stderr, status]).toEqual(['out\n', 'err\n', 4]);
    expect(data.totals.calls).toBeGreaterThan(20);
  });

  test.each([
    ['-o', ['-o', text], ''],
    ['--output-format=text', ['--output-format=text'], /^execve\("/],
    ['-c', ['-c'], /^% time/],
    ['--json -o', ['--json', '-o', text], ''],
  ])('with %s, the trace is there, too', (_, options, stderr) => {
    const run = report(file, options, ['true']);
    if (typeof stderr === 'string') expect(run.stderr).toBe(stderr);
    else expect(run.stderr).toMatch(stderr);
    if (options.includes(text)) expect(readFileSync(text, 'utf8')).toMatch(/execve\(\S*"/);
    expect(run.data.calls.find((c) => c.name === 'execve')).toMatchObject({ calls: 1, errors: 0 });
  });

  test.each([[[]], [['-y']], [['-yy', '-v']], [['-r', '-X', 'raw']]])(
    'the text is the same with it and without: %j',
    (options) => {
      const sweep = compile('sweep.c', ['-w', '-static', '-no-pie']);
      const trace = (...more: string[]): string => {
        const command = [TSTRACE, '-o', text, ...options, ...more, sweep, '0', '0', '471'];
        spawnSync('setarch', ['-R', ...command], { cwd: dir, stdio: 'ignore', timeout: 60_000 });
        // Times of -r, and what differs from run to run: the process itself.
        return readFileSync(text, 'latin1')
          .replace(/^ +\d+\.\d+ /gm, '')
          .replace(/\/proc\/\d+|(pipe|socket):\[\d+\]/g, '$1');
      };
      const without = trace();
      expect(without.length).toBeGreaterThan(100_000);
      const differs = stableDifference([without, trace()], trace(`--report=${file}`));
      expect(differs, differs).toBeUndefined();
    },
  );

  test('processes: who made whom, what they executed, how they ended', () => {
    const script = "ls / >/dev/null; cat /nope; sh -c 'kill -SEGV $$'; exit 3";
    const { data, status } = report(file, ['-f', '-q'], ['sh', '-c', script]);
    expect(status).toBe(3);
    expect(data.command).toBe(`sh -c '${script.replaceAll("'", "'\\''")}'`);
    expect(data.ending).toEqual({ how: 'exited', status: 3 });
    const [root] = data.tasks;
    expect(root).toMatchObject({ comm: 'sh', parent: -1, start: 0, ending: { how: 'exited', status: 3 } });
    expect(named(data, 'ls')).toMatchObject({ parent: 0, ending: { how: 'exited', status: 0 }, commands: ['ls /'] });
    expect(named(data, 'cat')).toMatchObject({ parent: 0, ending: { how: 'exited', status: 1 } });
    expect(data.tasks.filter((t) => t.ending.how === 'killed')).toMatchObject([
      { parent: 0, ending: { signal: 'SIGSEGV' }, commands: ["sh -c 'kill -SEGV $$'"] },
    ]);
    expect(data.totals).toMatchObject({ processes: 4, threads: 0 });
    for (const t of data.tasks) {
      expect(t.end).toBeGreaterThan(t.start);
      expect(t.end).toBeLessThanOrEqual(data.duration);
    }
    expect(data.signals.map((s) => s.name).sort()).toEqual(['SIGCHLD', 'SIGSEGV']);
  });

  test('figures are those of the lines', () => {
    const { data } = report(file, ['-f', '-o', text], ['sh', '-c', 'ls /nope /; true']);
    const lines = readFileSync(text, 'latin1').split('\n');
    const results = lines.filter((l) => / = (?:-?\d|\?|0x)/.test(l) && !/ = \? <unfinished|---|\+\+\+/.test(l));
    const failed = results.filter((l) => / = (?:-1|\?) E/.test(l));
    expect(data.totals.calls).toBe(results.length);
    expect(data.totals.errors).toBe(failed.length);
    expect(sum(data.calls.map((c) => c.calls))).toBe(results.length);
    expect(sum(data.tasks.map((t) => t.calls))).toBe(results.length);
    expect(sum(data.errors.map((e) => e.calls))).toBe(failed.length);
    expect(sum(data.timeline.calls.flat())).toBe(results.length);
    expect(sum(data.timeline.errors)).toBe(failed.length);
    const near = (a: number, b: number): void => expect(Math.abs(a - b)).toBeLessThan(b * 0.001 + 1000);
    near(sum(data.timeline.time.flat()), data.totals.time);
    near(sum(data.tasks.map((t) => t.time)), data.totals.time);
    expect(data.timeline.time).toHaveLength(CATEGORIES.length);
    expect(data.timeline.errors.length).toBe(Math.ceil(data.duration / data.timeline.width));
  });

  test('files: operations, bytes and errors by path, relative ones made absolute', () => {
    const script =
      'export LC_ALL=C; cd /tmp && cat ./no-such-file; cd /; dd if=/dev/zero of="$0" bs=1000 count=50 2>/dev/null';
    const target = join(dir, 'written');
    const { data } = report(file, ['-f'], ['sh', '-c', script, target]);
    const of = (name: string): ReportData['files'][number] | undefined => data.files.find((f) => f.name === name);
    expect(of(target)).toMatchObject({ kind: 'file', opens: 1, writes: 50, written: 50_000, reads: 0 });
    expect(of('/dev/zero')).toMatchObject({ kind: 'device', opens: 1, reads: 50, read: 50_000 });
    expect(of('/tmp/no-such-file')).toMatchObject({ errors: 1, opens: 0 });
    const enoent = data.errors.find((e) => e.call === 'openat' && e.error === 'ENOENT');
    expect(enoent?.paths.map(([path]) => path)).toContain('/tmp/no-such-file');
    expect(enoent?.line).toMatch(/^openat\(AT_FDCWD, ".* = -1 ENOENT \(No such file or directory\)$/);
  });

  test('sockets are named by their addresses', () => {
    const program = `import socket
s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen()
c = socket.create_connection(s.getsockname()); a, _ = s.accept()
c.sendall(b'x' * 100); a.recv(100)`;
    const { data } = report(file, ['-f'], ['/usr/bin/python3', '-c', program]);
    const sockets = data.files.filter((f) => f.kind === 'socket' && f.read + f.written > 0);
    expect(sockets.map((f) => f.read + f.written)).toEqual([100, 100]);
    for (const { name } of sockets) expect(name).toMatch(/^TCP:\[127\.0\.0\.1:\d+->127\.0\.0\.1:\d+\]$/);
    expect(data.calls.find((c) => c.name === 'recvfrom')).toMatchObject({ category: 'network' });
  });

  test('threads belong to their process', () => {
    const { data } = report(file, ['-f'], [compile('threads.c', ['-pthread'])]);
    expect(data.totals).toMatchObject({ processes: 1, threads: 3 });
    for (const t of data.tasks.slice(1)) expect(t).toMatchObject({ parent: 0, pid: data.tasks[0].pid });
  });

  test.each([
    ['-e trace=openat', ['-e', 'trace=openat'], (d: ReportData) => d.calls.every((c) => c.name === 'openat')],
    ['-Z', ['-Z'], (d: ReportData) => d.totals.errors === d.totals.calls],
    ['-P', ['-P', '/etc/hostname'], (d: ReportData) => d.files.every((f) => f.name === '/etc/hostname')],
    ['--syscall-limit', ['--syscall-limit=5'], (d: ReportData) => d.totals.calls === 5 && d.totals.limited],
  ])('filters hold: %s', (_, options, holds) => {
    const { data } = report(file, ['-o', text, ...options], ['cat', '/etc/hostname']);
    expect(data.totals.calls).toBeGreaterThan(0);
    expect(holds(data)).toBe(true);
    const calls = readFileSync(text, 'latin1').match(/^\w+\(/gm) ?? [];
    expect(data.totals.calls).toBe(calls.length);
  });

  test('-p: what a process waits in, and does not come back from, is there', async () => {
    const sleeper = spawn('sleep', ['60'], { stdio: 'ignore' });
    try {
      const tracer = spawn(TSTRACE, [`--report=${file}`, '-p', String(sleeper.pid)], { stdio: 'ignore' });
      await new Promise((resolve) => setTimeout(resolve, 1500));
      tracer.kill('SIGINT');
      await new Promise((resolve) => tracer.on('exit', resolve));
      const data = readReport(file);
      expect(data).toMatchObject({ command: '', attached: [sleeper.pid], ending: null });
      expect(data.tasks).toMatchObject([{ comm: 'sleep', commands: ['sleep 60'], ending: { how: 'gone' } }]);
      expect(data.calls).toMatchObject([{ category: 'wait', calls: 1, unfinished: 1 }]);
      expect(data.waits).toMatchObject([{ unfinished: true, task: 0 }]);
      expect(data.waits[0].time).toBeGreaterThan(0.2e9);
    } finally {
      sleeper.kill();
    }
  });

  test('files that cannot be written are told of', () => {
    const run = (path: string): [number | null, string] => {
      const { status, stderr } = spawnSync(TSTRACE, [`--report=${path}`, 'true'], { encoding: 'utf8' });
      return [status, stderr];
    };
    expect(run('/nowhere/x.html')).toEqual([1, "tstrace: Can't fopen '/nowhere/x.html': No such file or directory\n"]);
    expect(run('/dev/full')).toEqual([0, 'tstrace: /dev/full: No space left on device\n']);
  });

  test('memory and the page do not grow with the trace', async () => {
    const program = compile('many-paths.c', ['-w']);
    const peak = (calls: number): Promise<number> => peakMemory([TSTRACE, `--report=${file}`, program, String(calls)]);
    const small = await peak(20_000);
    const size = statSync(file).size;
    const large = await peak(80_000);
    expect(readReport(file).totals.calls).toBeGreaterThan(80_000);
    expect(large - small).toBeLessThan(40_000);
    expect(statSync(file).size).toBeLessThan(size + 50_000);
  }, 180_000);
});
