// Arguments in memory without the right to read it, under the installed strace and under tstrace.
import { beforeAll, expect, test } from 'vitest';
import { compile } from '../harness/run.js';
import { expectSameTrace } from '../harness/same-trace.js';

let program = '';
beforeAll(() => {
  program = compile('unreadable.c');
});

test.each([[], ['-v'], ['-X', 'raw'], ['-s', '5']])('%s %s', (...options: string[]) => {
  const set = [...options, '-e', 'trace=open,write,setxattr,utimensat,mprotect'];
  expect(expectSameTrace(set, [program]).length).toBeGreaterThan(90);
});
