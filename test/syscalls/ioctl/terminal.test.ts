// Commands whose number terminals share with sound devices: the descriptor tells which name is meant (strace since 6.2).
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { TSTRACE } from '../../harness/run.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-terminal-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** The commands of a program that runs on a terminal. */
function commands(options: string, program: string): string[] {
  const file = join(dir, 'trace');
  execFileSync('script', ['-qec', `${TSTRACE} -o ${file} -e trace=ioctl ${options} ${program}`, '/dev/null'], {
    stdio: 'ignore',
  });
  return [...readFileSync(file, 'latin1').matchAll(/^ioctl\(\d+[^,]*, ([^,]*),/gm)].map((m) => m[1]);
}

const ELSEWHERE = `python3 -c "import fcntl; fcntl.ioctl(open('/dev/null'), 0x5404, 0)" || true`;

test.each([
  ['', 'TCSETSW', 'SNDCTL_TMR_CONTINUE or TCSETSF'],
  ['-y', 'TCSETSW', 'SNDCTL_TMR_CONTINUE or TCSETSF'],
  ['-X verbose', '0x5403 /* TCSETSW */', '0x5404 /* SNDCTL_TMR_CONTINUE or TCSETSF */'],
  ['-X raw', '0x5403', '0x5404'],
])('%s', (options, onTerminal, elsewhere) => {
  expect(commands(options, 'stty -echo')).toContain(onTerminal);
  expect(commands(options, ELSEWHERE)).toContain(elsewhere);
});
