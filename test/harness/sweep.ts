// Every system call of a table with arguments of many kinds (test/fixtures/sweep.c), under strace and under tstrace.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { as72 } from './normalise.js';
import { compile, TSTRACE } from './run.js';
import { newer } from './newer.js';

/** Lines of one call: how many were compared, how many were equal, and what differs. */
export interface Swept {
  compared: number;
  equal: number;
  /** Lines that 7.2 prints otherwise, by a listed reason. */
  newer: number;
  readonly differences: { readonly expected: string; readonly actual: string }[];
}

export type SweepAbi = 'x86_64' | 'i386' | 'x32';

const FLAGS: Readonly<Record<SweepAbi, readonly string[]>> = { x86_64: [], i386: ['-m32'], x32: ['-DX32'] };

const programs = new Map<SweepAbi, string>();
function program(abi: SweepAbi): string {
  let path = programs.get(abi);
  if (!path) {
    const flags = ['-w', '-static', '-no-pie', ...FLAGS[abi]];
    programs.set(abi, (path = compile('sweep.c', flags)));
  }
  return path;
}

/** The numbers that strace 6.1 knows (up to set_mempolicy_home_node); x32 has calls of its own beyond. */
const COMMON = [0, 450] as const;
const RANGES: Readonly<Record<SweepAbi, readonly (readonly [first: number, last: number])[]>> = {
  x86_64: [COMMON],
  i386: [COMMON],
  x32: [COMMON, [512, 547]],
};

function linesOf(tracer: string, options: readonly string[], argv: readonly string[]): string[] {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-sweep-'));
  try {
    const file = join(dir, 'trace');
    const run = spawnSync('setarch', ['-R', tracer, '-o', file, ...options, ...argv], {
      env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' },
      stdio: ['ignore', 'ignore', 'ignore'],
      cwd: dir,
      timeout: 120_000,
    });
    if (run.status !== 42) throw new Error(`${tracer} ${argv.join(' ')}: status ${run.status}, signal ${run.signal}`);
    const lines = readFileSync(file, 'latin1').split('\n');
    return lines.slice(lines.findIndex((l) => l.startsWith('prctl(PR_SET_SECCOMP') || l.startsWith('prctl(22')) + 1);
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The column of a result depends on what stands before it. */
const level = (line: string): string => line.replace(/\) +(= )/, ') $1');

/** Runs the sweep with these options; results by the name of the call. `answer`: 0 success, else the errno. */
export function sweep(abi: SweepAbi, answer: number, options: readonly string[] = []): Map<string, Swept> {
  const found = new Map<string, Swept>();
  for (const [first, last] of RANGES[abi]) {
    const argv = [program(abi), String(answer), String(first), String(last)];
    const theirs = linesOf('strace', options, argv).map((l) => as72(l));
    const ours = linesOf(TSTRACE, options, argv);
    theirs.forEach((expected, i) => {
      const actual = ours[i] ?? '';
      const name = /^(\w+)\(/.exec(expected)?.[1];
      if (name === undefined) return;
      let one = found.get(name);
      if (!one) found.set(name, (one = { compared: 0, equal: 0, newer: 0, differences: [] }));
      one.compared++;
      if (level(expected) === level(actual)) one.equal++;
      else if (newer(name, expected)) one.newer++;
      else one.differences.push({ expected, actual });
    });
  }
  return found;
}
