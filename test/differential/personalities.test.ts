// Calls by numbers of another personality, under the installed strace and under tstrace: what is before the call differs, too.
import { beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { stableDifference } from '../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('x32-calls.c');
});

test.each([
  ['-i'],
  ['-f -i'],
  ['-n -f'],
  ['-i -e trace=getpid,exit_group'],
  ['-f -X raw -i'],
  ['-v -i -f -e trace=getpid,tgkill,exit_group'],
])('x32: %s', (options) => {
  const text = (tracer: string, old: boolean): string =>
    normalise(
      trace(
        tracer,
        options.split(' ').map((o) => (old && o === '-n' ? '--seccomp-bpf' : o)),
        [program],
      ).trace,
      { old },
    )
      // Made by the tracer; printed otherwise since 7.0; chance decides whether the child's signal comes in wait4.
      .replace(/^.*\b(?:execve|rseq|vfork|wait4|SIGCHLD)\b.*\n/gm, '')
      // Ids differ from run to run.
      .replace(/\b\d{3,6}\b/g, 'PID')
      .replace(/\s+= /g, ' = ');
  const theirs = [1, 2, 3].map(() => text('strace', true));
  expect(theirs[0]).toMatch(options.includes('-i') ? /\[[0-9a-f]{8,12}\] getpid\(/ : /getpid\(/);
  const found = stableDifference(theirs, text(TSTRACE, false));
  expect(found, found).toBeUndefined();
});
