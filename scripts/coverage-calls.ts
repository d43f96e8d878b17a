// npm run coverage:calls: for each personality, how many calls have a description, and how many print what the installed
// strace prints when they succeed and when they fail. `-- NAME…` shows what differs in these calls; `-- --options '-v'`
// adds options.
import { describedNames, descriptionOf } from '../src/syscalls/index.js';
import { syscallName, tableSize } from '../src/abi/syscalls.js';
import type { AbiName } from '../src/abi/abi.js';
import { sweep } from '../test/harness/sweep.js';
import type { SweepAbi } from '../test/harness/sweep.js';

const words = process.argv.slice(2);
const optionsAt = words.indexOf('--options');
const options = optionsAt >= 0 ? words.splice(optionsAt, 2)[1].split(' ') : [];
const abis: readonly AbiName[] = ['x86_64', 'i386', 'x32'];
const described = new Set(describedNames());

for (const abi of abis) {
  const names = new Set<string>();
  for (let nr = 0; nr < tableSize(abi); nr++) {
    const name = syscallName(abi, nr);
    if (name !== undefined) names.add(name);
  }
  const have = [...names].filter((name) => described.has(name) && descriptionOf(name, abi) !== undefined);
  if (words.length === 0) {
    console.log(`${abi}: ${have.length} of ${names.size} calls are described`);
    const lacking = [...names].filter((name) => !have.includes(name));
    if (lacking.length > 0) console.log(`  without: ${lacking.join(' ')}`);
  }
}

for (const abi of ['x86_64', 'i386', 'x32'] as SweepAbi[])
  for (const [what, answer] of [
    ['success', 0],
    ['failure', 22],
  ] as const) {
    const result = sweep(abi, answer, options);
    let equal = 0;
    const off: string[] = [];
    for (const [name, one] of result) {
      if (one.differences.length === 0) equal++;
      else off.push(`${name}:${one.differences.length}`);
      if (words.includes(name))
        for (const { expected, actual } of one.differences)
          console.log(`${abi} ${what}\n  strace:  ${expected}\n  tstrace: ${actual}`);
    }
    console.log(`${abi}, ${what}: ${equal} of ${result.size} calls print as under strace in all ${20} forms`);
    if (words.length === 0 && off.length > 0) console.log(`  lines that differ: ${off.join(' ')}`);
  }
