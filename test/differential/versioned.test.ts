// Structures whose size the caller tells, under the installed strace and under tstrace: sizes around the known ones,
// memory that ends early, what the kernel writes back.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('versioned.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-s', '5'], ['-e', 'verbose=none'], ['-y', '-e', 'inject=bpf:retval=1']])(
  '%s %s',
  (...options: string[]) => {
    const set = [...options, '-e', 'trace=bpf,perf_event_open,openat2,clone3'];
    const theirs = trace('strace', set, [program]);
    const ours = trace(TSTRACE, set, [program]);
    expect(ours.status, ours.stderr).toBe(theirs.status);
    const expected = normalise(theirs.trace, { old: true });
    expect(expected.length).toBeGreaterThan(100);
    const found = difference(expected, normalise(ours.trace));
    expect(found, found).toBeUndefined();
  },
);
