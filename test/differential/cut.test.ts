// Lines that are cut by those of other processes, under the installed strace and under tstrace: what was printed at the entry.
import { expect, test } from 'vitest';
import { compile, trace, TSTRACE } from '../harness/run.js';

const CALLS =
  'accept,accept4,getsockname,getpeername,getsockopt,recvmsg,rt_sigtimedwait,io_uring_setup,perf_event_open,name_to_handle_at,' +
  'ustat,lookup_dcookie,ioctl';

/** The first halves of the lines; strace 6.1 prints a separator before it knows that something follows. */
function halves(tracer: string, options: readonly string[]): string[] {
  const all = [...options, '-f', '-e', `trace=getppid,${CALLS}`, '-e', `inject=${CALLS}:delay_enter=10000`];
  const { status, trace: text, stderr } = trace(tracer, all, ['setarch', '-R', compile('cut.c', ['-w'])]);
  expect(status, stderr).toBe(0);
  return text
    .split('\n')
    .map((line) => line.replace(/^\d+ +/, ''))
    .filter((line) => !/^(getppid|<\.\.\.|---|\+\+\+)/.test(line) && line !== '')
    .map((line) => line.replace(/,? *<unfinished \.\.\.>$/, ' <unfinished ...>'));
}

// Whether a line is cut is left to the scheduler.
test.each([['-X abbrev'], ['-X raw'], ['-X verbose -y'], ['-e verbose=none'], ['-x -a 3']])(
  '%s',
  { retry: 2 },
  (text) => {
    const options = text.split(' ');
    const theirs = halves('strace', options);
    expect(theirs.length).toBe(60);
    expect(theirs.filter((line) => line.endsWith(' <unfinished ...>')).length).toBe(60);
    expect(halves(TSTRACE, options)).toEqual(theirs);
  },
);
