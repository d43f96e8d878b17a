// Runs the toolbox and the tracer as their users do.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What a run gave. */
export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output as bytes. */
  readonly bytes: Buffer;
}

function run(program: string, args: readonly string[], input: string | Uint8Array = ''): Ran {
  const { status, stdout, stderr } = spawnSync(join(root, 'bin', program), args, { input, maxBuffer: 1 << 26 });
  return { status, stdout: stdout.toString('utf8'), stderr: stderr.toString('utf8'), bytes: stdout };
}

export const bpf = (args: readonly string[], input?: string | Uint8Array): Ran => run('tstrace-bpf', args, input);
export const tstrace = (args: readonly string[]): Ran => run('tstrace', args);

/** A directory with the fixture `seccomp-examples` in it. */
export class Workshop {
  readonly directory = mkdtempSync(join(tmpdir(), 'tstrace-toolbox-'));
  readonly examples = join(this.directory, 'examples');

  constructor() {
    this.compile(join(root, 'test/fixtures/seccomp-examples.c'), this.examples);
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  compile(source: string, to: string, ...flags: string[]): void {
    execFileSync('gcc', ['-O1', '-Wall', '-Wextra', ...flags, '-o', to, source]);
  }

  remove(): void {
    rmSync(this.directory, { recursive: true, force: true });
  }
}
