// The words that strace 6.1 prints for each status, made by putting the word where wait4(2) would.
import { expect, test } from 'vitest';
import { waitStatus } from '../../../src/decode/leaf/wait-status.js';
import { valueText } from '../../harness/print.js';

test.each([
  [0, '{WIFEXITED(s) && WEXITSTATUS(s) == 0}'],
  [0xff00, '{WIFEXITED(s) && WEXITSTATUS(s) == 255}'],
  [9, '{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL}'],
  [0x89, '{WIFSIGNALED(s) && WTERMSIG(s) == SIGKILL && WCOREDUMP(s)}'],
  [0x137f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}'],
  [0x857f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}'],
  [0x1137f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}|PTRACE_EVENT_FORK<<16'],
  [0x80057f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP}|PTRACE_EVENT_STOP<<16'],
  [0x8057f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP}|0x8 /* PTRACE_EVENT_??? */<<16'],
  [0x5857f, '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGTRAP | 0x80}|PTRACE_EVENT_VFORK_DONE<<16'],
  [0xffff, '{WIFCONTINUED(s)}'],
  [0x1ffff, '0x1ffff'],
  [0xffffffff, '0xffffffff'],
  [0x7ff, '0x7ff'],
  [0x10300, '{WIFEXITED(s) && WEXITSTATUS(s) == 3}|PTRACE_EVENT_FORK<<16'],
  [0x7f, '{WIFSTOPPED(s) && WSTOPSIG(s) == 0}'],
  [0xff7f, '{WIFSTOPPED(s) && WSTOPSIG(s) == 127 | 0x80}'],
  [0x417f, '{WIFSTOPPED(s) && WSTOPSIG(s) == 65}'],
  [0x180, '{WIFEXITED(s) && WEXITSTATUS(s) == 1}|0x80'],
  [0xc1, '{WIFSIGNALED(s) && WTERMSIG(s) == 65 && WCOREDUMP(s)}'],
  [0x12345678, '{WIFSIGNALED(s) && WTERMSIG(s) == 120}|0x1234 /* PTRACE_EVENT_??? */<<16|0x5600'],
])('%d', (status, expected) => expect(valueText(waitStatus, BigInt(status))).toBe(expected));

test('-X changes the event alone', () => {
  expect(valueText(waitStatus, 0x80137fn, { constants: 'raw' })).toBe(
    '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}|0x80<<16',
  );
  expect(valueText(waitStatus, 0x80137fn, { constants: 'verbose' })).toBe(
    '{WIFSTOPPED(s) && WSTOPSIG(s) == SIGSTOP}|0x80 /* PTRACE_EVENT_STOP */<<16',
  );
});
