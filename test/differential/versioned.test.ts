// Structures whose size the caller tells, under the installed strace and under tstrace: sizes around the known ones,
// memory that ends early, what the kernel writes back.
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../harness/run.js';
import { expectSameTrace } from '../harness/same-trace.js';

let program = '';
beforeAll(() => {
  program = compile('versioned.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-s', '5'], ['-e', 'verbose=none'], ['-y', '-e', 'inject=bpf:retval=1']])(
  '%s %s',
  (...options: string[]) => {
    const set = [...options, '-e', 'trace=bpf,perf_event_open,openat2,clone3'];
    expect(expectSameTrace(set, [program]).length).toBeGreaterThan(100);
  },
);
