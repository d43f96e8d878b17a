// Calls about processes, by sizes, versions and bits, under the installed strace and under tstrace.
import { beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';
import { expectSameTrace } from '../harness/same-trace.js';

const CALLS = 'trace=ptrace,capget,capset,sched_setaffinity,sched_getaffinity,prctl,times,chdir';
const flags: Readonly<Record<string, readonly string[]>> = { x86_64: [], i386: ['-m32'] };

/** The child's id differs from run to run, and what it did before the comparison begins is chance. */
function comparable(text: string): string {
  const lines = text.replace(/^ptrace\((.*?), (?!2147483647)\d+, /gm, 'ptrace($1, CHILD, ').split('\n');
  const chances = lines
    .map((line, i) => (line.startsWith('ptrace(PTRACE_SEIZE, CHILD') ? i : -1))
    .filter((i) => i >= 0);
  const from = lines.findIndex((line) => line.includes('"compared'));
  return lines.filter((_, i) => i < Math.min(...chances, from) || i >= from).join('\n');
}
const programs = new Map<string, string>();
beforeAll(() => {
  for (const [abi, own] of Object.entries(flags))
    programs.set(abi, compile('process-calls.c', ['-w', '-static', '-no-pie', ...own]));
}, 60_000);

describe.each(Object.keys(flags))('%s', (abi) => {
  test
    .skipIf(abi === 'i386' && !RUNS_I386)
    .each([[], ['-v'], ['-X', 'raw'], ['-X', 'verbose'], ['-s', '3'], ['-e', 'verbose=none'], ['-y', '-x']])(
    '%s %s',
    (...options: string[]) => {
      const set = [...options, '-e', CALLS];
      const command = [programs.get(abi) ?? ''];
      expect(expectSameTrace(set, command, comparable).split('\n').length).toBeGreaterThan(2000);
    },
    30_000,
  );

  test.skipIf(abi === 'i386' && !RUNS_I386)('frames of signals that are nowhere', () => {
    const program = compile('bad-frames.c', ['-w', ...(flags[abi] ?? [])]);
    for (const options of [[], ['-e', 'verbose=none'], ['-X', 'raw']]) {
      const set = [...options, '-f', '-qq', '-e', 'trace=rt_sigreturn,sigreturn', '-e', 'signal=none'];
      const text = (tracer: string): string => trace(tracer, set, [program]).trace.replace(/^\d+ +/gm, '');
      const theirs = text('strace');
      expect(theirs.split('\n')).toHaveLength(9);
      expect(text(TSTRACE)).toBe(theirs);
    }
  });
});

test.each([['--decode-pids=comm'], ['--decode-pids=pidns'], ['-y -Y'], ['-X verbose -Y']])('whose: %s', (options) => {
  const program = compile('whose.c', ['-w']);
  const text = (tracer: string): string =>
    trace(tracer, [...options.split(' '), '-e', 'trace=getpriority,ioprio_get,waitid,fcntl,prctl'], [program]).trace;
  const theirs = text('strace');
  expect(theirs.split('\n').length).toBeGreaterThan(40);
  const found = difference(theirs, text(TSTRACE));
  expect(found, found).toBeUndefined();
});
