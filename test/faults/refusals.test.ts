// Who may not trace what: one line says so, in strace's words, and where /proc tells why a second one; the exit status is
// strace's. As root, as nobody, without a capability in a user namespace, and on a FAKE of a kernel whose Yama refuses.
import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Group, until } from '../harness/group.js';
import { compile, TSTRACE } from '../harness/run.js';
import { readFileSync } from 'node:fs';

const NOBODY = ['setpriv', '--reuid=nobody', '--regid=nogroup', '--clear-groups'];
/** A user namespace of nobody's: all capabilities but one there, none outside. */
const CONFINED = [...NOBODY, 'unshare', '--user', '--map-root-user', 'setpriv', '--bounding-set=-sys_ptrace'];
const isRoot = process.getuid?.() === 0;
const confines = isRoot && spawnSync(CONFINED[0], [...CONFINED.slice(1), 'true']).status === 0;

let fake = '';
let roots: Group;
let nobodys: Group;
const reads = (pid: number): string => {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1');
  } catch {
    return '';
  }
};
beforeAll(async () => {
  fake = compile('refusing-kernel.c');
  roots = new Group('sleep', ['1000']);
  nobodys = new Group(NOBODY[0], [...NOBODY.slice(1), 'sleep', '1000']);
  await until('both', () => [roots, nobodys].every(({ pid }) => reads(pid).startsWith('sleep')));
});
afterAll(() => {
  roots.clear();
  nobodys.clear();
});

interface Said {
  readonly status: number | null;
  readonly lines: readonly string[];
}

function run(as: readonly string[], tracer: string, options: readonly string[]): Said {
  const [program, ...rest] = [...as, tracer, ...options];
  const { status, stderr } = spawnSync(program, rest, { encoding: 'latin1', timeout: 20_000 });
  return { status, lines: stderr.split('\n').slice(0, -1) };
}

/** What we say beside strace's own line. */
function refused(
  as: readonly string[],
  options: readonly string[],
  words?: (line: string) => string,
): readonly string[] {
  const theirs = run(as, 'strace', options);
  const ours = run(as, TSTRACE, options);
  expect(theirs.lines).toHaveLength(1);
  const [own, ...more] = ours.lines;
  const [line] = theirs.lines.map((text) => `t${words ? words(text) : text}`);
  expect(own).toBe(line);
  expect(ours.status).toBe(theirs.status);
  expect(ours.status).toBe(1);
  return more;
}

describe.runIf(isRoot)('as an ordinary user', () => {
  test("another user's process", () => {
    const { pid } = roots;
    expect(refused(NOBODY, ['-p', String(pid)])).toEqual([
      `tstrace: Process ${pid} runs as user 0: tracing it takes CAP_SYS_PTRACE`,
    ]);
  });
  test('process 1', () => {
    expect(refused(NOBODY, ['-p', '1'])).toEqual([
      'tstrace: Process 1 runs as user 0: tracing it takes CAP_SYS_PTRACE',
    ]);
  });
  test('a thread of the kernel', () => {
    expect(refused(NOBODY, ['-p', '2'])).toEqual(['tstrace: Process 2 is a kernel thread']);
  });
  test('no process', () => {
    expect(refused(NOBODY, ['-p', '4194303'])).toEqual([]);
  });
  test('another user to run as', () => {
    expect(refused(NOBODY, ['-u', 'root', 'true'])).toEqual([]);
  });
  test('what is traced already', async () => {
    const { pid } = nobodys;
    const by = (): string | undefined => /TracerPid:\t(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    const first = new Group(NOBODY[0], [...NOBODY.slice(1), 'strace', '-q', '-o', '/dev/null', '-p', String(pid)]);
    try {
      await until('the first tracer', () => by() !== '0');
      const ours = run(NOBODY, TSTRACE, ['-p', String(pid)]);
      expect(ours).toEqual({
        status: 1,
        lines: [
          `tstrace: attach: ptrace(PTRACE_SEIZE, ${pid}): Operation not permitted`,
          `tstrace: Process ${pid} is already being traced by pid ${by()}`,
        ],
      });
      const theirs = run(NOBODY, 'strace', ['-p', String(pid)]);
      expect([theirs.status, `t${theirs.lines[0]}`]).toEqual([1, ours.lines[0]]);
    } finally {
      first.clear();
      await until('its end', () => by() === '0');
    }
  });
  test('its own command is traced', () => {
    const options = ['-e', 'trace=exit_group', 'true'];
    const ours = run(NOBODY, TSTRACE, options);
    expect(ours).toEqual(run(NOBODY, 'strace', options));
    expect(ours.lines).toContain('exit_group(0)                           = ?');
  });
  test('a refusal among several holds up nobody: the command is traced', () => {
    const options = ['-e', 'trace=exit_group', '-p', `${roots.pid},4194303`, 'true'];
    const known = (lines: readonly string[]): string[] =>
      lines.filter((line) => !/runs as user/.test(line)).map((line) => line.replace(/^t(?=strace: )/, ''));
    const [ours, theirs] = [run(NOBODY, TSTRACE, options), run(NOBODY, 'strace', options)];
    expect(known(ours.lines)).toEqual(known(theirs.lines));
    expect(ours.status).toBe(theirs.status);
  });
});

describe.runIf(confines)('in a user namespace without CAP_SYS_PTRACE', () => {
  test("a process of the same user's outside", () => {
    const { pid } = nobodys;
    expect(refused(CONFINED, ['-p', String(pid)])).toEqual([
      `tstrace: Process ${pid} has privileges or secrets: tracing it takes CAP_SYS_PTRACE`,
    ]);
  });
  test('its own command is traced', () => {
    const options = ['-f', '-e', 'trace=exit_group', 'true'];
    const ours = run(CONFINED, TSTRACE, options);
    expect(ours).toEqual(run(CONFINED, 'strace', options));
    expect(ours.lines).toHaveLength(2);
  });
  test('under our own filter, too', () => {
    const ours = run(CONFINED, TSTRACE, ['-n', '-f', '-e', 'trace=exit_group', 'true']);
    expect(ours.lines).toEqual(run(CONFINED, 'strace', ['-f', '-e', 'trace=exit_group', 'true']).lines);
  });
});

describe('a FAKE kernel whose Yama refuses', () => {
  // strace tries a thing of its own beforehand, and goes the older way when that fails.
  const seized = (line: string): string => line.replace('PTRACE_ATTACH', 'PTRACE_SEIZE');

  test('a running process', () => {
    expect(refused([fake, 'attach', '--'], ['-p', String(roots.pid)], seized)).toEqual([]);
  });
  test('several, and none is traced', () => {
    const pids = [roots.pid, nobodys.pid];
    expect(run([fake, 'attach', '--'], TSTRACE, ['-p', pids.join()])).toEqual({
      status: 1,
      lines: pids.map((pid) => `tstrace: attach: ptrace(PTRACE_SEIZE, ${pid}): Operation not permitted`),
    });
  });
  test('a command: one line, and it is not left behind', () => {
    const { status, lines } = run([fake, 'attach', '--'], TSTRACE, ['sleep', '1000.25']);
    expect(lines.map((line) => line.replace(/\d+/, 'PID'))).toEqual([
      'tstrace: ptrace(PTRACE_SEIZE, PID): Operation not permitted',
    ]);
    expect(status).toBe(1);
    expect(spawnSync('pgrep', ['-f', 'sleep 1000\\.25'], { encoding: 'latin1' }).stdout).toBe('');
  });
});
