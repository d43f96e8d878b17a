// The C library on its own: unit tests under the sanitizers, the analyzer's verdict, and the checked build in a session.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { COMPLAINT, sanitizerEnvironment } from '../harness/sanitizers.js';

const root = new URL('../..', import.meta.url).pathname;
const native = join(root, 'native');
const sources = readdirSync(native)
  .filter((name) => name.endsWith('.c'))
  .map((name) => join(native, name));
let dir = '';

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-native-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('native library', () => {
  it('passes its C tests under ASan and UBSan', () => {
    const test = join(dir, 'native-test');
    const flags = [
      '-std=gnu11',
      '-g',
      '-O1',
      '-Wall',
      '-Wextra',
      '-Werror',
      '-pthread',
      '-fsanitize=address,undefined',
      '-fno-sanitize-recover=all',
    ];
    execFileSync('cc', [...flags, '-o', test, join(root, 'test/native/native-test.c'), ...sources]);
    const run = spawnSync(test, { encoding: 'utf8' });
    expect(run.stdout + run.stderr).toMatch(/\b0 failures\n$/);
    expect(run.status).toBe(0);
  }, 120_000);

  it('traces under ASan and UBSan without a complaint', () => {
    execFileSync(process.execPath, [join(root, 'scripts/build-native.mjs'), '--asan']);
    const storm = join(dir, 'storm');
    execFileSync('cc', ['-O1', '-pthread', '-o', storm, join(root, 'test/fixtures/native-storm.c')]);
    const driver = join(root, 'node_modules', `.drive-${process.pid}.mjs`);
    execFileSync(join(root, 'node_modules/.bin/esbuild'), [
      join(root, 'test/native/drive.ts'),
      ...[
        '--bundle',
        '--platform=node',
        '--format=esm',
        '--external:ffi-rs',
        '--log-level=error',
        `--outfile=${driver}`,
      ],
    ]);
    try {
      const env = sanitizerEnvironment();
      for (const mode of [
        ['forks', '30'],
        ['threads', '40'],
        ['exec-thread', '3'],
        ['signals', '200'],
        ['stops', '2'],
      ]) {
        // The loader of the sanitizers is for us alone: `env -u` takes it from the tracee.
        const run = spawnSync(
          process.execPath,
          [driver, '-f', '-q', '/usr/bin/env', '-u', 'LD_PRELOAD', storm, ...mode],
          {
            encoding: 'utf8',
            env,
          },
        );
        expect(run.stderr).not.toMatch(COMPLAINT);
        expect(run.stdout).toMatch(/^\d+ records, status 0, interrupted by 0\n$/);
      }
    } finally {
      rmSync(driver, { force: true });
    }
  }, 120_000);

  it('gives the analyzer nothing to say', () => {
    const flags = ['-std=gnu11', '-O2', '-fPIC', '-Wall', '-Wextra', '-Werror', '-fanalyzer', '-c'];
    for (const source of sources) execFileSync('cc', [...flags, '-o', join(dir, 'object.o'), source]);
  }, 120_000);

  it('keeps its files short', () => {
    for (const source of sources)
      expect(Number(execFileSync('wc', ['-l', source], { encoding: 'utf8' }).split(' ')[0])).toBeLessThan(500);
  });
});
