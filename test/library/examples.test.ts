// The examples do what they say. They are run as a reader would run them; test/library/package.test.ts checks their types.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ROOT } from '../harness/run.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-examples-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** What an example says, and its status. */
function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv = {},
): Promise<{ readonly out: string; readonly status: number | string | null | undefined }> {
  // Under vitest, node:test would report to whoever started it.
  const own = { ...process.env, ...env };
  delete own.NODE_TEST_CONTEXT;
  delete own.NODE_OPTIONS;
  return new Promise((resolve) => {
    const options = { cwd: ROOT, env: own, timeout: 60_000 };
    execFile(join(ROOT, 'node_modules', '.bin', 'tsx'), args, options, (error, stdout, stderr) =>
      resolve({ out: stdout + stderr, status: error ? error.code : 0 }),
    );
  });
}

test('calls-by-file counts what a program does with each file', async () => {
  const file = join(dir, 'read-me');
  writeFileSync(file, 'x'.repeat(1000));
  const { out, status } = await run([
    'examples/calls-by-file.ts',
    'dd',
    `if=${file}`,
    'of=/dev/null',
    'bs=10',
    'status=none',
  ]);
  expect(status).toBe(0);
  const counts = new Map(out.split('\n').map((line) => [line.slice(8), Number(line.slice(0, 6))]));
  // openat, dup2, close, lseek, 100 reads and one that finds the end
  expect(counts.get(file)).toBeGreaterThan(103);
  expect(counts.get(file)).toBeLessThan(112);
});

test('no-network passes for a program that stays off the network, and fails for one that does not', async () => {
  const example = ['--test', 'examples/no-network.ts'];
  const good = await run(example, { PROGRAM: 'ls /' });
  expect([good.status, good.out.match(/^# pass \d/m)?.[0]]).toEqual([0, '# pass 1']);
  const bad = await run(example, { PROGRAM: ': </dev/tcp/127.0.0.1/9' });
  expect([bad.status, bad.out.match(/^# fail \d/m)?.[0]]).toEqual([1, '# fail 1']);
  expect(bad.out).toContain('connect(3, {sa_family=AF_INET, sin_port=htons(9), sin_addr=inet_addr("127.0.0.1")}, 16)');
});

test('build-execs shows the tree of a build', async () => {
  const source = join(dir, 'program.c');
  writeFileSync(source, 'int main(void) { return 0; }\n');
  const { out, status } = await run([
    'examples/build-execs.ts',
    'sh',
    '-c',
    `cc -c -o ${dir}/program.o ${source}; exit 4`,
  ]);
  expect(status).toBe(4);
  const lines = out.trimEnd().split('\n');
  expect(lines[0]).toMatch(/^sh -c cc .* \(\d+ ms, status 4\)$/);
  expect(lines[1]).toMatch(/^ {2}cc -c -o .* \(\d+ ms, status 0\)$/);
  expect(lines[2]).toMatch(/^ {4}\S*cc1 .* \(\d+ ms, status 0\)$/);
});
