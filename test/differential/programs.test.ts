// Real programs under the installed strace and under tstrace, with the same options: the texts are equal.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference, stableDifference } from '../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-programs-'));
const small = join(dir, 'small.c');
let threads = '';
let die = '';

beforeAll(() => {
  writeFileSync(small, 'int f(int x) { return x + 1; }\n');
  threads = compile('threads.c', ['-pthread']);
  die = compile('die.c');
});

interface Program {
  readonly name: string;
  readonly command: () => readonly string[];
  /** Timing or threads change the trace from run to run: lines that two runs of strace share are compared. */
  readonly noisy?: boolean;
  /** Lines that the order in which tasks run decides: not compared. */
  readonly racing?: RegExp;
}

/** Which child of two ends first, and what the parent does meanwhile. */
const CHILDREN = /\b(?:rt_sigreturn|wait4)\b|--- SIGCHLD/;
/** Whether a lock is free when a thread comes for it. */
const LOCKS = /\bfutex\b/;
/** Which of the worker threads gets the work, and the memory for it; who wakes whom. */
const WORKERS = /\b(?:futex|mmap|munmap|mprotect|madvise|epoll_\w+|eventfd2|read|write|sched_yield)\b/;

const programs: readonly Program[] = [
  { name: 'true', command: () => ['/bin/true'] },
  { name: 'cat', command: () => ['cat', '/etc/passwd'] },
  { name: 'ls -la /etc', command: () => ['ls', '-la', '/etc'] },
  { name: 'shell pipeline', command: () => ['sh', '-c', 'ls | wc -l; exit 3'], noisy: true, racing: CHILDREN },
  { name: 'python3', command: () => ['/usr/bin/python3', '-c', 'import json,socket'], noisy: true },
  { name: 'git status', command: () => ['git', 'status'], noisy: true },
  { name: 'git log', command: () => ['git', '--no-pager', 'log', '-3'] },
  { name: 'gcc -c', command: () => ['gcc', '-c', small, '-o', join(dir, 'small.o')], noisy: true },
  { name: 'find /etc', command: () => ['find', '/etc'] },
  { name: 'tar c /etc', command: () => ['tar', 'cf', '/dev/null', '/etc'] },
  { name: 'perl', command: () => ['perl', '-e', 'print 1'], noisy: true },
  { name: 'node -e 0', command: () => ['node', '-e', '0'], noisy: true, racing: WORKERS },
  { name: 'threads', command: () => [threads], racing: LOCKS },
];

/** Options of ours, and strace's for the same where they differ. */
const optionSets: readonly (readonly [own: readonly string[], theirs?: readonly string[]])[] = [
  [[]],
  [['-f']],
  [['-s', '200']],
  [['-v']],
  [['-e', 'trace=%file']],
  [
    ['-n', '-f', '-e', 'trace=write'],
    ['--seccomp-bpf', '-f', '-e', 'trace=write'],
  ],
  [
    ['-n', '-f', '-e', 'trace=%file'],
    ['--seccomp-bpf', '-f', '-e', 'trace=%file'],
  ],
];

/** How often strace traces a noisy program, to learn which of its lines are the same each time. */
const NOISY_RUNS = 4;

function compare(program: Program, own: readonly string[], options: readonly string[]): void {
  const command = program.command();
  const grouped = own.includes('-f');
  const theirs = trace('strace', options, command);
  const ours = trace(TSTRACE, own, command);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const { racing } = program;
  // Which task is the first to be seen is a matter of the race, too.
  const settled = (text: string): string =>
    racing
      ? text
          .split('\n')
          .filter((l) => !racing.test(l))
          .map((l) => l.replace(/^P\d+ /, ''))
          .join('\n')
      : text;
  const expected = settled(normalise(theirs.trace, { old: true, grouped }));
  const actual = settled(normalise(ours.trace, { grouped }));
  const again = (): string => settled(normalise(trace('strace', options, command).trace, { old: true, grouped }));
  const found = program.noisy
    ? stableDifference([expected, ...Array.from({ length: NOISY_RUNS - 1 }, again)], actual)
    : difference(expected, actual);
  expect(found, found).toBeUndefined();
}

describe.each(programs)('$name', (program) => {
  test.each(optionSets.map(([own, theirs]) => [own.join(' ') || '(plain)', own, theirs ?? own] as const))(
    '%s',
    // Four runs do not show every race: a program of which two runs may differ is given another chance.
    { retry: program.noisy ? 2 : 0 },
    (_, own, theirs) => {
      compare(program, own, theirs);
    },
  );
});

describe('death by signal', () => {
  test.each([1, 2, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 24, 25, 26, 27, 31, 34, 64])('signal %i', (signal) => {
    const command = [die, String(signal)];
    const theirs = trace('strace', [], command);
    const ours = trace(TSTRACE, [], command);
    expect(ours.signal).toBe(theirs.signal);
    expect(ours.status).toBe(theirs.status);
    const found = difference(normalise(theirs.trace, { old: true }), normalise(ours.trace));
    expect(found, found).toBeUndefined();
  });
});

test('the trace on standard error is what -o writes', () => {
  const ours = trace(TSTRACE, [], ['cat', '/etc/hostname'], false);
  const theirs = trace('strace', [], ['cat', '/etc/hostname'], false);
  const found = difference(normalise(theirs.trace, { old: true }), normalise(ours.trace));
  expect(found, found).toBeUndefined();
});
