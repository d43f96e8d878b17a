// I/O calls with random arguments, memory and results: tstrace prints them as the installed strace does.
import { expect, test } from 'vitest';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

/** read, write, poll, pread64, pwrite64, readv, writev, select, pselect6, ppoll, vmsplice, timerfd_settime, preadv, pwritev. */
const NUMBERS = [0, 1, 7, 17, 18, 19, 20, 23, 270, 271, 278, 286, 295, 296];

test.each([1, 2, 3])('seed %i', (seed) => {
  const program = compile('random-calls.c', ['-w', '-static-pie', '-pthread']);
  const command = [program, String(seed), '4000', ...NUMBERS.map(String)];
  const calls = (tracer: string): string => {
    const run = trace(tracer, [], command);
    expect(run.status, run.stderr).toBe(42);
    // The calls of interest come behind the filter; a result without a list is an empty comment under 6.1 only.
    const text = run.trace.slice(run.trace.indexOf('\nseccomp(') + 1);
    return text
      .slice(text.indexOf('\n') + 1)
      .replace(/ \(\)$/gm, '')
      .replace(/\) += /g, ') = ');
  };
  const found = difference(calls('strace'), calls(TSTRACE));
  expect(found, found).toBeUndefined();
});
