// Every line of --json by the schema, over all programs of the tests, and those of the recorded output where it is at hand.
import type { SpawnOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { corpus } from '../harness/corpus.js';
import { needsI386, RUNS_I386 } from '../harness/machine.js';
import { compile, ROOT, TSTRACE } from '../harness/run.js';
import { schemaErrors } from '../harness/schema.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-corpus-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** Runs a command to its end, whichever that is; what it said, where standard error is a pipe. Two at a time do not wait for each other. */
function finish(command: string, args: readonly string[], options: SpawnOptions): Promise<string> {
  const child = spawn(command, args, { ...options, timeout: 60_000 });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (part: string) => (said += part));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => resolve(said));
  });
}

/** Runs a program under --json in an empty directory; the number of lines, each of which follows the schema. */
async function check(program: string, options: readonly string[]): Promise<number> {
  const cwd = mkdtempSync(join(dir, 'run-'));
  const file = `${cwd}.json`;
  await finish('setarch', ['-R', TSTRACE, '--json', '-o', file, ...options, program], {
    cwd,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, TZ: 'UTC', LC_ALL: 'C' },
  });
  const text = readFileSync(file, 'utf8');
  expect(text.endsWith('\n')).toBe(true);
  const lines = text.trimEnd().split('\n');
  for (const line of lines) {
    const errors = schemaErrors(JSON.parse(line));
    if (errors !== undefined) expect.fail(errors);
  }
  rmSync(file);
  return lines.length;
}

const optionSets = [['-f'], ['-f', '-v', '-yy', '-Y', '-s', '200'], ['-f', '-s', '0', '-e', 'verbose=none']];

describe('programs of the tests', () => {
  const programs: typeof corpus = [
    ...corpus,
    ['descriptor-sockets.c'],
    ['device-ioctls.c'],
    ['signal-descriptors.c'],
    ['inject.c'],
    ['where.c'],
  ];
  test.each(programs.map(([name, ...flags]) => [name, flags] as const))('%s', async (name, flags) => {
    const program = compile(name, ['-w', ...flags]);
    for (const options of optionSets) expect(await check(program, options)).toBeGreaterThan(10);
  });
});

/** Recorded output of strace 7.2 and its programs (scripts/oracle.mjs), beside the project. */
const oracle = process.env.ORACLE ?? join(ROOT, '..', 'shared', 'oracle');

/** The families of its programs: directories. */
const families = existsSync(oracle)
  ? readdirSync(oracle, { withFileTypes: true })
      .filter((e) => e.isDirectory() && e.name !== 'expected')
      .map((e) => e.name)
      .filter((name) => readdirSync(join(oracle, name)).some((f) => f.endsWith('.c')))
  : [];

describe.skipIf(families.length === 0)(`programs of the recorded output (${oracle})`, { concurrent: true }, () => {
  const programs = families.flatMap((family) =>
    readdirSync(join(oracle, family))
      .filter((f) => f.endsWith('.c'))
      .map((f) => `${family}/${f}`),
  );
  test.for(programs)('%s', async (name, { skip, expect }) => {
    const source = join(oracle, name);
    const text = readFileSync(source, 'utf8');
    skip(!RUNS_I386 && needsI386(text));
    // Children of the others are traced by the programs themselves.
    const follow = /^\/\/ mode:.*\b(follow|grouped)\b/m.test(text) ? ['-f'] : [];
    const flags = /^\/\/ cflags:(.*)$/m.exec(text)?.[1].trim().split(/\s+/) ?? [];
    const program = join(mkdtempSync(join(dir, 'bin-')), basename(name, '.c'));
    const compiled = ['-O1', '-w', '-static', '-no-pie', '-I', oracle, '-o', program, source, ...flags];
    expect(await finish('cc', compiled, {})).toBe('');
    expect(await check(program, [...follow, '-v', '-yy', '-s', '64'])).toBeGreaterThan(5);
    rmSync(program);
  });
});
