// Calls with random arguments, memory and results: tstrace prints them as the installed strace does.
import { expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import type { RandomRun } from '../harness/random-calls.js';
import { randomCalls, told } from '../harness/random-calls.js';

function agree(run: RandomRun): void {
  const { lines, differences } = randomCalls(run);
  expect(lines).toBeGreaterThanOrEqual(run.count);
  expect(told(differences), `${run.abi}, seed ${run.seed}: ${differences.length} lines differ`).toBe('');
}

/** read, write, poll, pread64, pwrite64, readv, writev, select, pselect6, ppoll, vmsplice, timerfd_settime, preadv, pwritev. */
const TRANSFERS = [0, 1, 7, 17, 18, 19, 20, 23, 270, 271, 278, 286, 295, 296];

test.each([1, 2, 3])('transfers of data, seed %i', (seed) => {
  agree({ abi: 'x86_64', seed, count: 4000, numbers: TRANSFERS });
});

/** Another one each time; it is told when lines differ. `npm run fuzz:calls -- --seed N` makes the same calls again. */
const fresh = Date.now() % 1_000_000;

test.for([
  { abi: 'x86_64', seed: 1, options: [], count: 2500 },
  { abi: 'x86_64', seed: fresh, options: [], count: 1000 },
  { abi: 'x86_64', seed: 2, options: ['-v'], count: 2500 },
  { abi: 'i386', seed: 3, options: [], count: 2500 },
] as const)('any calls: $abi, seed $seed $options', ({ abi, seed, options, count }, { skip }) => {
  skip(abi === 'i386' && !RUNS_I386);
  agree({ abi, seed, count, numbers: 'all', options });
});
