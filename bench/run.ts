// npm run bench: pairs of runs, ours and strace's in turn, on the same work; prints ratios and writes bench/results.json.
// BENCH_ROUNDS sets the number of pairs (5), BENCH_SCALE divides the amount of work (1).
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build, measurer } from './measured.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tstrace-bench-'));
const rounds = Number(process.env.BENCH_ROUNDS ?? 5);
const scale = Number(process.env.BENCH_SCALE ?? 1);
const only = process.argv.slice(2);

const work = build(dir, 'work');
const minimal = build(dir, 'minimal');
const run = measurer(dir);
const out = join(dir, 'trace');
const tstrace = join(root, 'bin', 'tstrace');

interface Case {
  readonly name: string;
  readonly what: string;
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
  /** Changes to the environment of both; undefined takes a variable out. */
  readonly env?: NodeJS.ProcessEnv;
  /** Not run again with everything on one CPU. */
  readonly unpinned?: boolean;
  /** Traced calls, for context switches per call. */
  readonly calls?: number;
}

const n = (count: number): string => String(Math.max(1, Math.round(count / scale)));

/** The same work under a C tracer that makes the kernel's calls and does nothing else. */
function limit(
  name: string,
  kind: string,
  count: number,
  ours: readonly string[] = [],
  theirs: readonly string[] = [],
): Case {
  return {
    name: `${name}-limit`,
    what: 'the same, against bench/minimal.c',
    ours: [tstrace, '-f', '-q', ...ours, '-o', out, work, kind, n(count)],
    theirs: [minimal, '-f', ...theirs, work, kind, n(count)],
  };
}

const cases: readonly Case[] = [
  {
    name: 'a',
    what: '200,000 x write(2), all calls traced, -f -o FILE',
    ours: [tstrace, '-f', '-o', out, work, 'writes', n(200000)],
    theirs: ['strace', '-f', '-o', out, work, 'writes', n(200000)],
    calls: 200000 / scale,
  },
  limit('a', 'writes', 200000),
  {
    name: 'a-pin',
    what: 'the same, with --pin, against strace where the scheduler puts it',
    ours: [tstrace, '--pin', '-f', '-o', out, work, 'writes', n(200000)],
    theirs: ['strace', '-f', '-o', out, work, 'writes', n(200000)],
    unpinned: true,
    calls: 200000 / scale,
  },
  {
    name: 'a-none',
    what: 'the same, with --pin=none: nothing is steered',
    ours: [tstrace, '--pin=none', '-f', '-o', out, work, 'writes', n(200000)],
    theirs: ['strace', '-f', '-o', out, work, 'writes', n(200000)],
    unpinned: true,
    calls: 200000 / scale,
  },
  {
    name: 'b',
    what: 'the same, -n -e trace=write',
    ours: [tstrace, '-f', '-n', '-e', 'trace=write', '-o', out, work, 'writes', n(200000)],
    theirs: ['strace', '-f', '--seccomp-bpf', '-e', 'trace=write', '-o', out, work, 'writes', n(200000)],
    calls: 200000 / scale,
  },
  limit('b', 'writes', 200000, ['-n', '-e', 'trace=write'], ['-n', '1']),
  {
    name: 'c',
    what: '1 write to 100 getppid, -n -e trace=write',
    ours: [tstrace, '-f', '-n', '-e', 'trace=write', '-o', out, work, 'sparse', n(2000)],
    theirs: ['strace', '-f', '--seccomp-bpf', '-e', 'trace=write', '-o', out, work, 'sparse', n(2000)],
  },
  {
    name: 'c-plain',
    what: 'the same with -n against ours without it',
    ours: [tstrace, '-f', '-n', '-e', 'trace=write', '-o', out, work, 'sparse', n(2000)],
    theirs: [tstrace, '-f', '-e', 'trace=write', '-o', out, work, 'sparse', n(2000)],
  },
  {
    name: 'w-plain',
    what: "--where 'fd == 2', 1 in 100 writes, with -n against ours without it",
    ours: [tstrace, '-f', '-n', '-e', 'trace=write', '--where', 'fd == 2', '-o', out, work, 'descriptors', n(2000)],
    theirs: [tstrace, '-f', '-e', 'trace=write', '--where', 'fd == 2', '-o', out, work, 'descriptors', n(2000)],
  },
  {
    name: 'd',
    what: '30,000 x open, read, close, -f',
    ours: [tstrace, '-f', '-o', out, work, 'files', n(30000)],
    theirs: ['strace', '-f', '-o', out, work, 'files', n(30000)],
    calls: 90000 / scale,
  },
  limit('d', 'files', 30000),
  {
    name: 'd-yy',
    what: 'the same, -yy',
    ours: [tstrace, '-f', '-yy', '-o', out, work, 'files', n(30000)],
    theirs: ['strace', '-f', '-yy', '-o', out, work, 'files', n(30000)],
  },
  limit('d-yy', 'files', 30000, ['-yy'], ['-y']),
  {
    name: 'd-all',
    what: 'the same, -yy -T -tt',
    ours: [tstrace, '-f', '-yy', '-T', '-tt', '-o', out, work, 'files', n(30000)],
    theirs: ['strace', '-f', '-yy', '-T', '-tt', '-o', out, work, 'files', n(30000)],
  },
  {
    name: 't',
    what: '200,000 x write(2) by 4 threads at once, -f',
    ours: [tstrace, '-f', '-o', out, work, 'threads', n(200000)],
    theirs: ['strace', '-f', '-o', out, work, 'threads', n(200000)],
  },
  limit('t', 'threads', 200000),
  {
    name: 'i',
    what: '200,000 x write(2), all changed by -P /dev/null -e inject=write:retval=32',
    ours: [tstrace, '-f', '-P', '/dev/null', '-e', 'inject=write:retval=32', '-o', out, work, 'writes', n(200000)],
    theirs: ['strace', '-f', '-P', '/dev/null', '-e', 'inject=write:retval=32', '-o', out, work, 'writes', n(200000)],
  },
  {
    name: 'j',
    what: '200,000 x write(2), --json against text',
    ours: [tstrace, '-f', '--json', '-o', out, work, 'writes', n(200000)],
    theirs: [tstrace, '-f', '-o', out, work, 'writes', n(200000)],
  },
  {
    name: 'j-files',
    what: '30,000 x open, read, close, --json against text',
    ours: [tstrace, '-f', '--json', '-o', out, work, 'files', n(30000)],
    theirs: [tstrace, '-f', '-o', out, work, 'files', n(30000)],
  },
  {
    name: 'r',
    what: '200,000 x write(2), --record against text',
    ours: [tstrace, '-f', '--record', out, work, 'writes', n(200000)],
    theirs: [tstrace, '-f', '-o', out, work, 'writes', n(200000)],
  },
  {
    name: 'r-files',
    what: '30,000 x open, read, close, --record against text',
    ours: [tstrace, '-f', '--record', out, work, 'files', n(30000)],
    theirs: [tstrace, '-f', '-o', out, work, 'files', n(30000)],
  },
  {
    name: 'e',
    what: '300 execs, -f',
    ours: [tstrace, '-f', '-q', '-o', out, work, 'execs', n(300)],
    theirs: ['strace', '-f', '-q', '-o', out, work, 'execs', n(300)],
  },
  limit('e', 'execs', 300),
  {
    name: 'e-n',
    what: '300 execs, -n -e trace=execve',
    ours: [tstrace, '-f', '-q', '-n', '-e', 'trace=execve', '-o', out, work, 'execs', n(300)],
    theirs: ['strace', '-f', '-q', '--seccomp-bpf', '-e', 'trace=execve', '-o', out, work, 'execs', n(300)],
  },
  limit('e-n', 'execs', 300, ['-n', '-e', 'trace=execve'], ['-n', '59']),
  {
    name: 'f',
    what: '/bin/true under tstrace, against bare node -e 0',
    ours: [tstrace, '-o', out, '/bin/true'],
    theirs: ['node', '-e', '0'],
  },
  {
    name: 'f-clean',
    what: 'the same, without NODE_EXTRA_CA_CERTS: where it is set, node -e 0 reads certificates and tstrace does not',
    ours: [tstrace, '-o', out, '/bin/true'],
    theirs: ['node', '-e', '0'],
    env: { NODE_EXTRA_CA_CERTS: undefined },
  },
  {
    name: 'f-limit',
    what: 'the same, against node -e 0 and then bench/minimal.c on /bin/true',
    ours: [tstrace, '-o', out, '/bin/true'],
    theirs: ['sh', '-c', 'node -e 0; exec "$0" -f /bin/true', minimal],
    env: { NODE_EXTRA_CA_CERTS: undefined },
  },
  {
    name: 'f-strace',
    what: '/bin/true under tstrace, against strace',
    ours: [tstrace, '-o', out, '/bin/true'],
    theirs: ['strace', '-o', out, '/bin/true'],
  },
];

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
};
const show = (x: number): string => (Number.isNaN(x) ? '-' : x.toFixed(2));

const results: unknown[] = [];
/** After each case: the whole takes long. */
const save = (): void => writeFileSync(join(root, 'bench', 'results.json'), JSON.stringify(results, null, 1) + '\n');
for (const c of cases) {
  if (only.length > 0 && !only.includes(c.name)) continue;
  for (const pinned of c.unpinned ? [false] : [false, true]) {
    const ratios = { wall: [] as number[], cpu: [] as number[], own: [] as number[] };
    const switches: number[] = [];
    for (let i = 0; i < rounds; i++) {
      const ours = run(c.ours, pinned, c.env);
      const theirs = run(c.theirs, pinned, c.env);
      ratios.wall.push(ours.wall / theirs.wall);
      ratios.cpu.push(ours.cpu / theirs.cpu);
      ratios.own.push(ours.own / theirs.own);
      if (c.calls) switches.push(ours.switches / c.calls);
    }
    const line = `${c.name.padEnd(11)} ${pinned ? 'pinned  ' : 'unpinned'} wall ${show(Math.min(...ratios.wall))} / ${show(median(ratios.wall))}  cpu ${show(Math.min(...ratios.cpu))} / ${show(median(ratios.cpu))}  tracee ${show(median(ratios.own))}${c.calls ? `  switches/call ${show(median(switches))}` : ''}  ${c.what}`;
    console.log(line);
    results.push({ case: c.name, what: c.what, pinned, rounds, ratios, switches });
    save();
  }
}
// Memory: ten times the records must not take more of it.
if (only.length === 0 || only.includes('m')) {
  const peak = (count: number): number =>
    run([tstrace, '-f', '-o', out, work, 'writes', String(Math.round(count / scale))], false).rss;
  const [few, many] = [peak(1_000_000), peak(10_000_000)];
  console.log(
    `m           peak memory ${few.toFixed(0)} MiB for 1,000,000 calls, ${many.toFixed(0)} MiB for 10,000,000`,
  );
  results.push({ case: 'm', what: 'peak memory in MiB', calls1M: few, calls10M: many });
  save();
}
console.log('min / median of ratios, ours to the other; raw figures in bench/results.json');
