// -e read= and -e write=: the data of every call that moves some, as the installed strace shows it.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('dumps.c', ['-w']);
});

const optionSets = [
  ['-e', 'read=all', '-e', 'write=all'],
  ['-e', 'read=3,5'],
  ['-e', 'write=!3'],
  ['-e', 'write=3,99'],
  ['-e', 'write=all', '-x', '-s', '2'],
  ['-e', 'read=all', '-e', 'write=all', '-e', 'trace=writev,recvmmsg', '-e', 'raw=writev'],
  ['-f', '-e', 'write=all', '-z'],
];
test.each(optionSets.map((options) => [options.join(' '), options] as const))('%s', (_, options) => {
  const command = [program];
  const expected = normalise(trace('strace', options, command).trace, { old: true });
  const found = difference(expected, normalise(trace(TSTRACE, options, command).trace));
  expect(expected).toMatch(/^ \| 00000 {2}/m);
  expect(found, found).toBeUndefined();
});
