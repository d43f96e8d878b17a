// -Y: names behind process ids, under the installed strace and under tstrace.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('names.c', ['-static', '-no-pie']);
});

/** Ids in order of appearance; before the first exec the command has the name of its tracer; waiting may be interrupted. */
function numbered(text: string): string {
  const seen = new Map<string, string>();
  return normalise(text, { old: true })
    .replace(/^(\S+?)<[^>]+> execve\((?=.*vars)/m, '$1<TRACER> execve(')
    .replace(/^.*(unfinished|wait4|SIGCHLD|resumed).*\n/gm, '')
    .replace(/\b\d{3,7}(?=[<, )]|$)/gm, (n) => {
      if (!seen.has(n)) seen.set(n, `P${seen.size}`);
      return seen.get(n) ?? n;
    });
}

test.each([[], ['-x'], ['-xx'], ['-s', '2', '-X', 'raw']])('%s %s', (...options: string[]) => {
  const set = ['-f', '-Y', ...options, '-e', 'trace=prctl,chdir,getuid,kill,execve,getpid'];
  const theirs = trace('strace', set, [program]);
  const ours = trace(TSTRACE, set, [program]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = numbered(theirs.trace);
  expect(expected).toMatch(/^P\d+<(named|(\\x\w\w){5})> getuid/m);
  const found = difference(expected, numbered(ours.trace));
  expect(found, found).toBeUndefined();
});
