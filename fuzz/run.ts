// npm run fuzz [-- --seconds N] [TARGET...]: random input for everything that reads text or bytes which are not ours, for five minutes
// each unless it is said otherwise. What is found is shown at its smallest, with the seed that finds it again.
import fc from 'fast-check';
import { parseArgs } from 'node:util';
import { reportOf } from './report.js';
import { targets } from './targets.js';
import { fuzzPlans } from './plans.js';
import { fuzzRecords } from './records.js';

const { values, positionals } = parseArgs({
  options: { seconds: { type: 'string', default: '300' }, seed: { type: 'string' } },
  allowPositionals: true,
});
const seconds = Number(values.seconds);
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed);
/** Targets that are processes of their own. */
const apart: Readonly<Record<string, (seconds: number, seed: number) => boolean | Promise<boolean>>> = {
  plans: fuzzPlans,
  records: fuzzRecords,
};
const known = [...Object.keys(targets), ...Object.keys(apart)];
const unknown = positionals.find((name) => !known.includes(name));
if (unknown !== undefined || !(seconds > 0) || !Number.isInteger(seed)) {
  console.error(`fuzz: the targets are ${known.join(', ')}; --seconds and --seed take numbers`);
  process.exit(1);
}
const chosen = positionals.length > 0 ? positionals : known;

let failed = false;
for (const name of chosen) {
  if (Object.hasOwn(apart, name)) {
    failed = !(await apart[name](seconds, seed)) || failed;
    continue;
  }
  const { runs, report } = await fuzz(name);
  console.log(`${report === undefined ? 'ok    ' : 'FOUND '} ${name}: ${runs} inputs, seed ${seed}`);
  if (report === undefined) continue;
  failed = true;
  console.log(report);
}
process.exit(failed ? 1 : 0);

async function fuzz(name: string): Promise<{ runs: number; report: string | undefined }> {
  const result = await fc.check(targets[name], {
    seed,
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1000,
    markInterruptAsFailure: false,
  });
  return { runs: result.numRuns, report: reportOf(result) };
}
