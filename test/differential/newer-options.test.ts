// Options that came after the installed strace: their lines as strace 7.2 prints them.
import { spawnSync } from 'node:child_process';
import { beforeAll, expect, test } from 'vitest';
import { compile, trace, TSTRACE } from '../harness/run.js';

let program = '';
beforeAll(() => {
  program = compile('matrix.c', ['-w', '-pthread']);
});
const lines = (...options: string[]): string[] =>
  trace(TSTRACE, options, [program])
    .trace.replace(/^\d+ +(.*\)) +=/gm, 'PID $1 =')
    .replace(/^\d+ +/gm, 'PID ')
    .split('\n');

test('--always-show-pid: of a single process, too', () => {
  const shown = lines('--always-show-pid', '-e', 'trace=umask', '-e', 'signal=none');
  expect(shown).toEqual(['PID umask(077) = 022', 'PID +++ exited with 0 +++', '']);
});

test('-N, --arg-names', () => {
  const expected = 'lseek(fd=3, offset=7, whence=SEEK_END)  = 0';
  expect(lines('-N', '-e', 'trace=lseek')).toContain(expected);
  expect(lines('--arg-names', '-e', 'trace=lseek')).toContain(expected);
});

test('--argv0', () => {
  const { trace: text } = trace(TSTRACE, ['--argv0=FOO', '-e', 'trace=execve'], ['/bin/true', 'x']);
  expect(text).toMatch(/^execve\("\/bin\/true", \["FOO", "x"\], 0x[0-9a-f]+ \/\* \d+ vars \*\/\) = 0$/m);
});

test('--syscall-limit: as many calls that are shown', () => {
  const {
    trace: text,
    stderr,
    status,
  } = trace(TSTRACE, ['--syscall-limit=2', '-q', '-e', 'trace=chdir,umask'], [program]);
  expect(text.split('\n').filter((line) => /^(chdir|umask)/.test(line))).toHaveLength(2);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  const loud = spawnSync(TSTRACE, ['--syscall-limit=1', '-e', 'trace=chdir', program], { encoding: 'utf8' }).stderr;
  expect(loud).toContain('tstrace: System call limit has been reached, detaching tracees');
  expect(loud).toMatch(/tstrace: Process \d+ detached/);
});

test('--kill-on-exit', () => {
  const { stderr } = spawnSync(TSTRACE, ['-d', '--kill-on-exit', '-o', '/dev/null', '/bin/true'], { encoding: 'utf8' });
  expect(stderr).toContain('tstrace: PTRACE_O_EXITKILL works');
  expect(stderr).toContain('tstrace: ptrace_setoptions = 0x100051');
  expect(spawnSync(TSTRACE, ['--kill-on-exit', '-p', '1'], { encoding: 'utf8' }).stderr).toBe(
    'tstrace: --kill-on-exit and -p/--attach are mutually exclusive options\n',
  );
});

test('--trace-fds: calls on these descriptors', () => {
  const shown = lines('--trace-fds=3', '-e', 'trace=open,openat,write,lseek,umask', '-e', 'signal=none');
  expect(
    shown.filter((line) => line !== '' && !line.startsWith('+++')).every((line) => /^(write|lseek)\(3,/.test(line)),
  ).toBe(true);
  expect(shown.length).toBeGreaterThan(3);
});

test('--secontext: nothing is added where there is no SELinux', () => {
  const plain = lines('-e', 'trace=openat,umask', '-e', 'signal=none');
  for (const option of ['--secontext', '--secontext=full,mismatch'])
    expect(lines(option, '-e', 'trace=openat,umask', '-e', 'signal=none')).toEqual(plain);
});
