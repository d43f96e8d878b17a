// Commands under bench/measure.c, which says what they and all their children took.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What a command took. */
export interface Sample {
  /** Seconds. */
  readonly wall: number;
  readonly cpu: number;
  /** The tracee's own wall time; NaN when it says nothing. */
  readonly own: number;
  readonly switches: number;
  /** Peak memory of the biggest process, MiB. */
  readonly rss: number;
}

/** Compiles a program of this folder. @throws when it does not build. */
export function build(dir: string, name: string): string {
  const program = join(dir, name);
  const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
  const built = spawnSync('cc', ['-O2', '-pthread', '-o', program, source], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error(`bench/${name}.c does not build`);
  return program;
}

/** Runs commands; `pinned`: everything on one CPU. They must end with status 0. */
export function measurer(
  dir: string,
): (command: readonly string[], pinned: boolean, env?: NodeJS.ProcessEnv) => Sample {
  const measure = build(dir, 'measure');
  return (command, pinned, env = {}) => {
    const argv = pinned ? ['taskset', '-c', '0', ...command] : command;
    const done = spawnSync(measure, argv, {
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      timeout: 1_800_000,
      env: { ...process.env, ...env },
    });
    const line = done.stderr.trimEnd().split('\n').at(-1) ?? '';
    const m = JSON.parse(line) as Record<'wall' | 'user' | 'system' | 'switches' | 'rss' | 'status', number>;
    if (m.status !== 0) throw new Error(`${command.join(' ')}: wait status ${m.status}\n${done.stderr.slice(0, 500)}`);
    return {
      wall: m.wall / 1e9,
      cpu: (m.user + m.system) / 1e9,
      own: Number(done.stdout.trim().split('\n').at(-1) || NaN) / 1e9,
      switches: m.switches,
      rss: m.rss / 1024,
    };
  };
}
