// npm run fuzz:calls: random calls under the installed strace and under tstrace. `-- --count N` calls (100,000), `--seed N` (the
// time), `--abi i386`, `--options=-v`. Lines that differ without a listed reason are told by call; the status is 1 then.
import { parseArgs } from 'node:util';
import { randomCalls, told } from '../test/harness/random-calls.js';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    abi: { type: 'string', default: 'x86_64' },
    options: { type: 'string', default: '' },
  },
});
const abi = values.abi === 'i386' ? 'i386' : 'x86_64';
console.log(`${abi}, seed ${values.seed}, ${values.count} calls`);
const { lines, newer, differences } = randomCalls({
  abi,
  seed: Number(values.seed),
  count: Number(values.count),
  numbers: 'all',
  options: values.options.split(' ').filter((word) => word !== ''),
});
console.log(`${lines} lines; ${newer} differ by a listed reason, ${differences.length} without one`);
const byCall = new Map<string, typeof differences>();
for (const d of differences) {
  const name = /^\w+/.exec(d.expected)?.[0] ?? d.expected.slice(0, 20);
  byCall.set(name, [...(byCall.get(name) ?? []), d]);
}
for (const [name, some] of [...byCall].sort((a, b) => b[1].length - a[1].length))
  console.log(`${name}: ${some.length}\n${told(some, 2)}`);
process.exitCode = differences.length > 0 ? 1 : 0;
