// Commands of devices under the installed strace and under tstrace: failed and answered, memory that ends early.
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../harness/run.js';
import { expectSameTrace } from '../harness/same-trace.js';

let program = '';
beforeAll(() => {
  program = compile('device-ioctls.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-X', 'verbose'], ['-v', '-s', '5']])('%s %s %s', (...options: string[]) => {
  const set = [...options, '-e', 'trace=ioctl'];
  expect(expectSameTrace(set, [program]).length).toBeGreaterThan(200);
});
