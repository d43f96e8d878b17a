// I/O calls that succeed, as the installed strace prints them.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('io-calls.c', ['-w']);
});

/** A context is the address of a mapping that the kernel places; the time left is never the same; 7.2 draws offsets together. */
const comparable = (text: string): string =>
  text
    .replace(/0x7[ef][0-9a-f]{10}/g, 'ADDRESS')
    .replace(/(tv_[nu]sec)=\d{4,}/g, '$1=N')
    .replace(/^(sendfile\(.*)\[(\d+)\] => \[(\d+)\]/gm, '$1[$2 => $3]');

const optionSets = [[], ['-v'], ['-X', 'raw'], ['-s', '5'], ['-s', '0'], ['-x'], ['-xx'], ['-e', 'verbose=none']];
test.each(optionSets.map((options) => [options.join(' ') || '(plain)', options] as const))('%s', (_, options) => {
  const command = [program];
  const expected = comparable(
    normalise(trace('strace', ['-e', 'trace=!rseq', ...options], command).trace, { old: true }),
  );
  const found = difference(
    expected,
    comparable(normalise(trace(TSTRACE, ['-e', 'trace=!rseq', ...options], command).trace)),
  );
  expect(expected).toMatch(/^io_destroy\(.*\) = 0$/m);
  expect(found, found).toBeUndefined();
});
