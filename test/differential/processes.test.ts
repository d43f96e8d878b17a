// Every way to make a task, under strace and tstrace: what each task does, and with -n the same lines as without.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let kinship = '';
beforeAll(() => {
  kinship = compile('kinship.c');
});

const ways = [
  'fork',
  'no-signal',
  'other-signal',
  'vm',
  'vm-files-fs',
  'vm-sighand',
  'thread',
  'untraced',
  'ptrace',
  'io-sysvsem',
  'new-pid',
  'new-user',
  'ids',
  'vfork-exec',
  'clone3',
] as const;

/** Lines by task whose order among each other is not determined: sorted by their text without the task. */
function sorted(text: string): string {
  return text
    .split('\n')
    .map((line) => line.replace(/^P\d+ +/, ''))
    .sort()
    .join('\n');
}

const CALLS = 'trace=clone,clone3,vfork,fork,wait4,write,exit,exit_group,execve';
const traced = (tracer: string, options: readonly string[], way: string): string => {
  const run = trace(tracer, options, [kinship, way]);
  return sorted(normalise(run.trace, { old: tracer === 'strace', grouped: true }));
};

describe.each(ways)('%s', (way) => {
  test('-f', () => {
    const found = difference(traced('strace', ['-f', '-e', CALLS], way), traced(TSTRACE, ['-f', '-e', CALLS], way));
    expect(found, found).toBeUndefined();
  });

  test('-n changes nothing', () => {
    // A child that is not traced keeps the filter, so that its calls fail: of that we warn.
    const calls = way === 'untraced' ? 'trace=execve' : CALLS;
    const found = difference(
      traced(TSTRACE, ['-f', '-e', calls], way),
      traced(TSTRACE, ['-n', '-f', '-e', calls], way),
    );
    expect(found, found).toBeUndefined();
  });
});

test('-n: restart_syscall tells what it goes on with, though the filter let that pass', () => {
  const program = compile('restarts.c', ['-pthread']);
  const names = (options: readonly string[]): string[] => {
    const { trace: text } = trace(TSTRACE, [...options, '-e', 'trace=restart_syscall'], [program]);
    return [...new Set(text.match(/resuming interrupted .*? \.\.\./g))].sort();
  };
  const expected = ['resuming interrupted futex ...', 'resuming interrupted poll ...'];
  expect(names(['-f'])).toEqual(expected);
  expect(names(['-n', '-f'])).toEqual(expected);
});

test('-n warns of a child that carries the filter untraced', () => {
  const run = trace(TSTRACE, ['-n', '-f', '-e', 'trace=write'], [kinship, 'untraced']);
  expect(run.stderr).toMatch(
    /^tstrace: Process \d+ made a child with CLONE_UNTRACED: its filtered system calls will fail$/m,
  );
});

/** The files of -ff, in the order of their names, as text. */
function separate(tracer: string, way: readonly string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-ff-'));
  try {
    const run = spawnSync(tracer, ['-ff', '-o', join(dir, 'out'), '-e', CALLS, kinship, ...way], { stdio: 'ignore' });
    expect(run.error).toBeUndefined();
    const files = readdirSync(dir).sort((a, b) => Number(a.slice(4)) - Number(b.slice(4)));
    return files.map((file) =>
      normalise(readFileSync(join(dir, file), 'latin1'), { old: tracer === 'strace' }).replace(/\b\d{3,}\b/g, 'N'),
    );
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

test.each(['fork', 'clone3', 'vfork-exec', 'ids'])('-ff: %s', (way) => {
  const plain = (files: string[]): string => files.join('\n---\n').replace(/0x[0-9a-f]+/g, 'A');
  const found = difference(plain(separate('strace', [way])), plain(separate(TSTRACE, [way])));
  expect(found, found).toBeUndefined();
});
