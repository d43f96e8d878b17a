// Random plans for the verifier and the interpreter of captures, under ASan and UBSan: test/native/native-test.c with a time.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Runs for `seconds`; whether nothing was found. */
export function fuzzPlans(seconds: number, seed: number): boolean {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-fuzz-'));
  try {
    const program = join(dir, 'plans');
    const sources = readdirSync(join(root, 'native')).filter((name) => name.endsWith('.c'));
    const flags = ['-std=gnu11', '-g', '-O1', '-pthread', '-fsanitize=address,undefined', '-fno-sanitize-recover=all'];
    const files = [join(root, 'test', 'native', 'native-test.c'), ...sources.map((name) => join(root, 'native', name))];
    const built = spawnSync('cc', [...flags, '-o', program, ...files], { encoding: 'utf8' });
    if (built.status !== 0) throw new Error(built.stderr);
    const run = spawnSync(program, ['plans', String(seconds), String(seed)], { encoding: 'utf8' });
    console.log(`${run.status === 0 ? 'ok    ' : 'FOUND '} plans: ${run.stdout.trim()}, seed ${seed}`);
    if (run.status !== 0) console.log(run.stderr);
    return run.status === 0;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}
