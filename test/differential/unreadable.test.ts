// Arguments in memory without the right to read it, under the installed strace and under tstrace.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('unreadable.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-s', '5']])('%s %s', (...options: string[]) => {
  const set = [...options, '-e', 'trace=open,write,setxattr,utimensat,mprotect'];
  const theirs = trace('strace', set, [program]);
  const ours = trace(TSTRACE, set, [program]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = normalise(theirs.trace, { old: true });
  expect(expected.length).toBeGreaterThan(90);
  const found = difference(expected, normalise(ours.trace));
  expect(found, found).toBeUndefined();
});
