// A program that installs a seccomp filter of its own: it behaves as without a tracer, and its filter's answer hides ours.
import { spawnSync } from 'node:child_process';
import { beforeAll, describe, expect, test } from 'vitest';
import { compile, trace, TSTRACE } from '../harness/run.js';

let program = '';
beforeAll(() => {
  program = compile('own-filter.c');
});

const CALLS = 'trace=getppid';
const calls = (text: string): string[] => text.split('\n').filter((line) => /\bgetppid\(/.test(line));

describe.each(['errno', 'trap', 'kill', 'kill-thread', 'log', 'allow'])('%s', (action) => {
  const options = [['-f'], ['-n', '-f']] as const;
  test.each(options.map((o) => [o.join(' '), o] as const))(
    'under %s the program ends as without a tracer',
    (_, own) => {
      const plain = spawnSync(program, [action], { encoding: 'latin1' });
      const traced = trace(TSTRACE, [...own, '-e', CALLS], [program, action]);
      expect(traced.stderr).toBe(plain.stderr);
      expect([traced.status, traced.signal]).toEqual([plain.status, plain.signal]);
    },
  );

  test('the call shows where its filter lets it through to ours', () => {
    const theirs = calls(trace('strace', ['-f', '-e', CALLS], [program, action]).trace);
    expect(calls(trace(TSTRACE, ['-f', '-e', CALLS], [program, action]).trace)).toHaveLength(theirs.length);
    const filtered = calls(trace(TSTRACE, ['-n', '-f', '-e', CALLS], [program, action]).trace);
    expect(filtered).toHaveLength(action === 'log' || action === 'allow' ? 1 : 0);
  });
});
