// Runs programs under strace and under tstrace the same way: addresses fixed, standard input empty, trace in a file.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
export const TSTRACE = join(ROOT, 'bin', 'tstrace');

export interface Traced {
  readonly trace: string;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A quiet environment: what programs read of it must not depend on who runs the tests. */
const ENV = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  HOME: '/root',
  LC_ALL: 'C',
  TZ: 'UTC',
};

/** Traces a command; `output: false` leaves the trace on standard error. */
export function trace(
  tracer: string,
  options: readonly string[],
  command: readonly string[],
  output = true,
  cwd = ROOT,
  timeout = 60_000,
): Traced {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-test-'));
  const file = join(dir, 'trace');
  try {
    const node = join(process.execPath, '..');
    const run = spawnSync('setarch', ['-R', tracer, ...(output ? ['-o', file] : []), ...options, ...command], {
      cwd,
      env: { ...ENV, PATH: `${node}:${ENV.PATH}` },
      // Programs write to /dev/null: the inode of a pipe would differ from run to run.
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout,
      maxBuffer: 1 << 28,
    });
    return {
      trace: output ? readFileSync(file, 'latin1') : run.stderr.toString('latin1'),
      status: run.status,
      signal: run.signal,
      stderr: run.stderr.toString('latin1'),
    };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** Compiles a C fixture once; returns the program's path. */
export function compile(source: string, flags: readonly string[] = []): string {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-fixture-'));
  const program = join(dir, 'program');
  const built = spawnSync('cc', ['-O1', '-o', program, join(ROOT, 'test', 'fixtures', source), ...flags], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(`compiling ${source}: ${built.stderr}`);
  return program;
}
