// npm run bench:calls [-- KIND...]: what a call of each kind (bench/calls.c) costs under ours and under the installed strace, with
// everything on one CPU: CPU time of tracer and tracee, of many calls less that of few, so that start-up does not count. Finds
// kinds whose lines are dear. Prints microseconds, the dearest first, and writes bench/calls-results.json.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, measurer } from './measured.js';

/** By how much what has begun to run is warm, and how many calls are measured behind it. */
const FEW = 5000;
const MORE = 15_000;
/** A call that makes a process takes as long as fifty others. */
const SHARE: Readonly<Record<string, number>> = { fork_wait: 20, netlink: 5 };
const ROUNDS = 3;

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tstrace-calls-'));
const run = measurer(dir);
const calls = build(dir, 'calls');
const out = join(dir, 'trace');
const kinds = execFileSync(calls, { encoding: 'utf8' }).trim().split('\n');
const asked = process.argv.slice(2);
const unknown = asked.find((kind) => !kinds.includes(kind));
if (unknown !== undefined) {
  console.error(`bench:calls: the kinds are ${kinds.join(', ')}`);
  process.exit(1);
}

/** Microseconds of a call; the least of some rounds. */
function cost(tracer: string, kind: string): number {
  const [few, more] = [FEW, MORE].map((count) => Math.round(count / (SHARE[kind] ?? 1)));
  const cpu = (count: number): number => run([tracer, '-f', '-q', '-o', out, calls, kind, String(count)], true).cpu;
  const rounds = Array.from({ length: ROUNDS }, () => cpu(few + more) - cpu(few));
  return (1e6 * Math.min(...rounds)) / more;
}

const results = (asked.length > 0 ? asked : kinds)
  .map((kind) => {
    const [ours, theirs] = [cost(join(root, 'bin', 'tstrace'), kind), cost('strace', kind)];
    return { kind, ours, theirs, ratio: ours / theirs };
  })
  .sort((a, b) => b.ratio - a.ratio);
for (const { kind, ours, theirs, ratio } of results)
  console.log(`${ratio.toFixed(2)}  ${kind.padEnd(16)} ours ${ours.toFixed(2)}  strace ${theirs.toFixed(2)}`);
if (asked.length === 0)
  writeFileSync(join(root, 'bench', 'calls-results.json'), JSON.stringify(results, null, 1) + '\n');
rmSync(dir, { recursive: true });
