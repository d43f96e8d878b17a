// The same lines are printed with the filter and without it, and they are the lines that the expression names.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execFileSync } from 'node:child_process';
import { RUNS_I386 } from '../harness/machine.js';
import { byProcess } from '../harness/normalise.js';
import { trace, TSTRACE } from '../harness/run.js';
import { fileURLToPath } from 'node:url';

let directory = '';
const programs: Record<string, string> = {};

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tstrace-where-'));
  const source = fileURLToPath(new URL('../fixtures/where.c', import.meta.url));
  for (const bits of ['64', '32']) {
    programs[bits] = join(directory, `where${bits}`);
    execFileSync('gcc', [`-m${bits}`, '-D_FILE_OFFSET_BITS=64', '-w', '-O1', '-o', programs[bits], source]);
  }
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

/** Lines by process, each whole, without process ids and names that differ from run to run. */
function lines(bits: string, options: readonly string[]): string[] {
  const { trace: text, stderr } = trace(TSTRACE, ['-f', '-qq', ...options], [programs[bits]]);
  expect(stderr.replace(/^tstrace: Seccomp filter is requested but there are no syscalls.*\n/gm, '')).toBe('');
  return byProcess(text)
    .split('\n')
    .filter((line) => line !== '')
    .map((line) =>
      line
        .replace(/^\d+ +/, '')
        .replace(/tstrace-where-\w{6}\b/g, 'NAME')
        .replace(/\) += /, ') = ')
        .replace(/ = \d{3,}$/, ' = PID'),
    )
    .map((line) =>
      line
        .replace(/\b\d{3,}\b(?=[,)].*(?:kill|SIGCHLD|wait))/g, 'PID')
        .replace(/wait4\(-1, NULL, 0, NULL\) .*/, 'wait4'),
    )
    .filter((line) => !line.startsWith('---') && !line.startsWith('+++'));
}

const EXPRESSIONS: readonly (readonly [expression: string, part: RegExp])[] = [
  ['fd == 3', /\b3\b/],
  ['write.fd == 99', /^write\(99, "x", 1\) += -1 EBADF/],
  ['write.fd == 3 && count == 7', /^write\(3, "garbage", 7\)/],
  ['fd != 3', /\(/],
  ['close.fd == 98', /^close\(98\)/],
  ['!(fd == 3) && fd >= 0', /\(/],
  ['flags & O_CREAT', /O_CREAT/],
  ['openat.flags & O_ACCMODE == O_RDWR || open.flags & O_ACCMODE == O_RDWR', /O_RDWR/],
  ['pathname ~ "/etc/*"', /"\/etc\//],
  ['pathname =~ "nonexist.*/file$"', /nonexistent/],
  ['pathname == "not-a-directory"', /not-a-directory/],
  ['buf =~ "wor"', /wor/],
  ['buf == "x"', /"x", 1/],
  ['offset < 0', /\(3, -1, /],
  ['offset == 0x500000000', /21474836480/],
  ['lseek.whence == SEEK_SET && ret >= 0 || _llseek.whence == SEEK_SET && ret >= 0', /SEEK_SET\) += /],
  ['ret == -1', /= -1 E/],
  ['ret < 0 && errno != ENOENT', /= -1 E/],
  ['errno == ENOTTY', /ENOTTY/],
  ['statbuf.st_size > 10', /st_size=/],
  ['fd.path ~ "/tmp/tstrace-where-*"', /\b3\b/],
  ['addr.sin_port == htons(53)', /htons\(53\)/],
  ['socket.type & SOCK_CLOEXEC', /SOCK_CLOEXEC/],
  ['op == TCGETS || op == FIONREAD', /TCGETS|FIONREAD/],
  ['prctl.name == "renamed" || prctl.op == PR_GET_DUMPABLE', /PR_/],
  ['fcntl.op == F_SETFL || fcntl64.op == F_SETFL', /F_SETFL/],
  ['prot & PROT_WRITE && fd == 3', /PROT_WRITE, MAP_\w+(\|\w+)*, 3/],
  ['poll.fds.fd == 7', /fd=7/],
  ['ret < count', /\(/],
  ['syscall ~ "*pipe*"', /^pipe/],
  ['execve.argv ~ "*where*" || sig == 0', /execve|kill|pselect6/],
];

describe.each([
  ['64', true],
  ['32', RUNS_I386],
] as const)('--where, %s bits', (bits, runs) => {
  const where = it.skipIf(!runs);

  where.each(EXPRESSIONS)('%s', (expression, part) => {
    const plain = lines(bits, ['--where', expression]);
    const filtered = lines(bits, ['-n', '--where', expression]);
    expect(filtered).toEqual(plain);
    expect(plain.length, 'no line').toBeGreaterThan(0);
    for (const line of plain) expect(line).toMatch(part);
  });

  where('chooses the lines that a search in the whole trace finds', () => {
    const all = lines(bits, []);
    expect(lines(bits, ['-n', '--where', 'errno == EBADF'])).toEqual(all.filter((line) => line.includes(' EBADF ')));
    expect(lines(bits, ['-n', '--where', 'flags & O_CREAT'])).toEqual(all.filter((line) => line.includes('O_CREAT')));
    expect(lines(bits, ['-n', '--where', 'write.fd >= 0'])).toEqual(all.filter((line) => /^write\(/.test(line)));
  });

  where.each([
    [['-e', 'trace=%file', '--where', 'ret == -1']],
    [['-e', 'trace=write,read', '--where', 'fd == 3']],
    [['-e', 'trace-fds=3,99']],
    [['-e', 'trace-fds=!3']],
    [['-e', 'trace-fds=3', '--where', 'ret == -1']],
    [['-e', 'trace-fds=7']],
    [['-P', '/etc/passwd']],
    [['-Z', '--where', 'fd == 3']],
    [['-e', 'raw=all', '--where', 'fd == 99']],
    [['-e', 'raw=all', '--where', 'prctl.name == "renamed"']],
    [['-e', 'verbose=none', '--where', 'addr.sin_port == htons(53)']],
    [['-s', '2', '--where', 'buf == "hello world\\n"']],
    [['-y', '--where', 'fd.path ~ "/tmp/*"']],
  ])('goes together with %j', (options) => {
    const plain = lines(bits, options);
    expect(lines(bits, ['-n', ...options])).toEqual(plain);
    expect(plain.length, 'no line').toBeGreaterThan(0);
  });
});
