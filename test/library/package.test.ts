// The package as others get it: packed, installed in a fresh project, used from TypeScript (strict) and from JavaScript.
import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ROOT } from '../harness/run.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-consumer-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const execute = promisify(execFile);

/** What a program says; its failure is ours. */
async function run(command: string, args: readonly string[], cwd = dir): Promise<string> {
  try {
    return (await execute(command, args, { cwd, timeout: 240_000 })).stdout;
  } catch (error) {
    const { message, stdout } = error as Error & { stdout?: string };
    throw new Error(`${message}\n${stdout}`);
  }
}

const TYPES = `import { attach, trace, AttachError, OptionError, SessionError, SpawnError, TstraceError } from 'tstrace';
import type { CallEvent, CallName, CallSelection, Ending, Session, TraceEvent, TraceOptions, Value } from 'tstrace';

/** Fails to compile unless both types are the same. */
function same<A, B>(_: (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : never): void {}

const calls: CallSelection = ['openat', '%network', /^stat/];
const options: TraceOptions = { calls, signal: new AbortController().signal, stdio: ['ignore', 'pipe', 2] };
export const session: Session = trace(['true'], options);
export const ended: Promise<Ending> = session.ended;

export function look(event: TraceEvent): unknown {
  if (event.type === 'exited') return event.status.toFixed();
  if (event.type === 'message') return event.line;
  if (event.type === 'signal') return event.siginfo?.struct?.['si_pid']?.num;
  if (event.type !== 'syscall') return event.pid;
  if (event.syscall === 'openat') {
    same<typeof event.args, CallEvent<'openat'>['args']>(true);
    // @ts-expect-error openat has no such argument
    void event.args.buf;
    // @ts-expect-error a path is no structure
    void event.args.pathname?.struct;
    return [event.args.dirfd?.path, event.args.flags?.names?.join(), event.args.mode?.num];
  }
  if (event.syscall === 'clock_nanosleep') {
    // @ts-expect-error no such member
    void event.args.request?.struct?.tv_usec;
    return event.args.request?.struct?.tv_sec?.num?.toFixed();
  }
  if (event.syscall === 'fcntl') {
    const value: Value | null | undefined = event.args.arg;
    return value?.num;
  }
  return event.error?.name;
}

same<Extract<CallName, 'read' | 'reed'>, 'read'>(true);
// @ts-expect-error no such call
trace(['true'], { calls: ['opened'] });
// @ts-expect-error no such option
trace(['true'], { follows: true });
// @ts-expect-error attach starts nothing
attach(1, { cwd: '/' });
// @ts-expect-error signals have their prefix
trace(['true'], { signals: ['INT'] });

export function why(error: unknown): string | number {
  if (error instanceof SpawnError) return error.errno;
  if (error instanceof AttachError) return error.tracer;
  if (error instanceof OptionError) return error.option;
  return error instanceof SessionError || error instanceof TstraceError ? error.code : 'other';
}
`;

const use = (load: string): string => `${load}
(async () => {
  let calls = 0;
  const session = trace(['sh', '-c', 'echo hello; exit 6'], { calls: ['write'], stdio: 'ignore' });
  for await (const event of session) if (event.type === 'syscall' && event.args.buf.str === 'hello\\n') calls++;
  try {
    for await (const event of trace(['/nowhere'])) void event;
  } catch (error) {
    console.log(calls, (await session.ended).status, error instanceof SpawnError, error.errorName);
  }
})();
`;

beforeAll(async () => {
  writeFileSync(join(dir, 'package.json'), '{ "private": true, "type": "module" }\n');
  await run('npm', ['pack', '--silent', '--ignore-scripts', '--pack-destination', dir], ROOT);
  const tarball = readdirSync(dir).find((name) => name.endsWith('.tgz'))!;
  await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${tarball}`]);
  // What every project in TypeScript has.
  symlinkSync(join(ROOT, 'node_modules', '@types'), join(dir, 'node_modules', '@types'));
  mkdirSync(join(dir, 'src'));
  cpSync(join(ROOT, 'examples'), join(dir, 'src', 'examples'), { recursive: true });
  writeFileSync(join(dir, 'src', 'types.ts'), TYPES);
  writeFileSync(join(dir, 'src', 'types.cts'), TYPES);
  writeFileSync(
    join(dir, 'tsconfig.json'),
    JSON.stringify({
      compilerOptions: {
        ...{ strict: true, module: 'NodeNext', target: 'ES2022', lib: ['ES2023'], types: ['node'], outDir: 'out' },
        ...{ skipLibCheck: false, noUncheckedIndexedAccess: true, exactOptionalPropertyTypes: true },
        noEmit: true,
      },
      include: ['src'],
    }),
  );
}, 300_000);

describe('a fresh project', () => {
  test('compiles strictly, as either kind of module, with the examples', { timeout: 240_000 }, async () => {
    expect(await run(process.execPath, [join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'), '-p', dir])).toBe('');
  });

  test.each([
    ['use.mjs', "import { trace, SpawnError } from 'tstrace';"],
    ['use.cjs', "const { trace, SpawnError } = require('tstrace');"],
  ])('uses it from JavaScript: %s', async (name, load) => {
    writeFileSync(join(dir, name), use(load));
    expect(await run(process.execPath, [name])).toBe('1 6 true ENOENT\n');
  });

  test('both kinds of modules have the same classes', async () => {
    writeFileSync(
      join(dir, 'both.mjs'),
      "import * as a from 'tstrace';\nimport { createRequire } from 'node:module';\nconst b = createRequire(import.meta.url)('tstrace');\nconsole.log(a.trace === b.trace, a.SpawnError === b.SpawnError, Object.keys(b).length === Object.keys(a).length);\n",
    );
    expect(await run(process.execPath, ['both.mjs'])).toBe('true true true\n');
  });
});
