// Calls that are seldom made like this, under the installed strace and under tstrace.
import { expect, test } from 'vitest';
import { compile } from '../harness/run.js';
import { expectSameTrace } from '../harness/same-trace.js';

const SET = ['-e', 'trace=arch_prctl,restart_syscall,alarm,ioctl'];

/** The loader's own. */
const comparable = (text: string): string => text.replace(/^arch_prctl\([^,]*, 0x[0-9a-f]{9,}\).*\n/gm, '');

test.each([['-a 20'], ['-v'], ['-v -X raw'], ['-v -X verbose'], ['-e verbose=none']])('%s', (options) => {
  const program = compile('odd-calls.c', ['-w']);
  const text = expectSameTrace([...options.split(' '), ...SET], ['setarch', '-R', program], comparable);
  expect(text.split('\n').length).toBeGreaterThan(10);
});

test('restart_syscall names the last call that was traced', () => {
  const program = compile('odd-calls.c', ['-w']);
  const text = expectSameTrace(['-e', 'trace=alarm,restart_syscall'], [program]);
  expect(text).toContain('resuming interrupted system call');
  expect(text).toContain('resuming interrupted alarm');
});
