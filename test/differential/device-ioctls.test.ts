// Commands of devices under the installed strace and under tstrace: failed and answered, memory that ends early.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('device-ioctls.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-X', 'verbose'], ['-v', '-s', '5']])('%s %s %s', (...options: string[]) => {
  const set = [...options, '-e', 'trace=ioctl'];
  const theirs = trace('strace', set, [program]);
  const ours = trace(TSTRACE, set, [program]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = normalise(theirs.trace, { old: true });
  expect(expected.length).toBeGreaterThan(200);
  const found = difference(expected, normalise(ours.trace));
  expect(found, found).toBeUndefined();
});
