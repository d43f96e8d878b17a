// The name of every ioctl command, on no descriptor, on a file and on a terminal: as the installed strace prints it, but for
// the names that came and went since.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ioctlCommands } from '../harness/ioctl-commands.js';
import { RUNS_I386 } from '../harness/machine.js';
import { as72 } from '../harness/normalise.js';
import { newerCommand } from '../harness/newer-commands.js';
import { compile, trace, TSTRACE } from '../harness/run.js';

/** All commands, the numbers behind them, and each with another direction or size. */
function numbers(): number[] {
  const all = new Set<number>();
  for (const [shared, , i386] of ioctlCommands)
    for (const n of [shared, i386])
      if (typeof n === 'number') for (const m of [n, n + 1, n ^ (n & 1 ? 0x40000000 : 0x00040000)]) all.add(m >>> 0);
  return [...all].sort((a, b) => a - b);
}

function lines(tracer: string, program: string, list: string): string[] {
  const run = trace(tracer, ['-e', 'trace=ioctl'], [program, list]);
  expect(run.status, run.stderr).toBe(42);
  return run.trace.split('\n').filter((line) => line.startsWith('ioctl('));
}

test.for([
  ['x86_64', []],
  ['i386', ['-m32']],
] as const)('%s', ([abi, flags], { skip }) => {
  skip(abi === 'i386' && !RUNS_I386);
  const program = compile('ioctl-names.c', flags);
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-commands-'));
  try {
    const list = join(dir, 'commands');
    const wanted = numbers();
    writeFileSync(list, new Uint32Array(wanted));
    const theirs = lines('strace', program, list);
    const ours = lines(TSTRACE, program, list);
    expect(theirs.length).toBe(3 * wanted.length);
    expect(ours.length).toBe(theirs.length);
    const level = (line: string): string => line.replace(/\) +(= )/, ') $1');
    const differences = theirs.flatMap((line, i) => {
      const [expected, actual] = [level(as72(line)), level(ours[i])];
      return expected === actual || newerCommand(expected, actual) ? [] : [`strace:  ${expected}\ntstrace: ${actual}`];
    });
    expect(differences.slice(0, 12).join('\n'), `${differences.length} lines differ`).toBe('');
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
});
