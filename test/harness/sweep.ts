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

export type SweepAbi = 'x86_64' | 'i386';

const programs = new Map<SweepAbi, string>();
function program(abi: SweepAbi): string {
  let path = programs.get(abi);
  if (!path) {
    const flags = ['-w', '-static', '-no-pie', ...(abi === 'i386' ? ['-m32'] : [])];
    programs.set(abi, (path = compile('sweep.c', flags)));
  }
  return path;
}

/** The last number that strace 6.1 knows (futex_waitv 449, set_mempolicy_home_node 450). */
const LAST = 450;

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
export function sweep(
  abi: SweepAbi,
  answer: number,
  options: readonly string[] = [],
  range: readonly [number, number] = [0, LAST],
): Map<string, Swept> {
  const argv = [program(abi), String(answer), String(range[0]), String(range[1])];
  const theirs = linesOf('strace', options, argv).map((l) => as72(l));
  const ours = linesOf(TSTRACE, options, argv);
  const found = new Map<string, Swept>();
  const { length } = theirs;
  for (let i = 0; i < length; i++) {
    const expected = theirs[i];
    const actual = ours[i] ?? '';
    const name = /^(\w+)\(/.exec(expected)?.[1];
    if (name === undefined) continue;
    let one = found.get(name);
    if (!one) found.set(name, (one = { compared: 0, equal: 0, newer: 0, differences: [] }));
    one.compared++;
    if (level(expected) === level(actual)) one.equal++;
    else if (newer(name, expected)) one.newer++;
    else one.differences.push({ expected, actual });
  }
  return found;
}
