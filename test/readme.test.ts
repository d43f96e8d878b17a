// README.md as its reader follows it: every command of its console blocks is run, in its order, in one shell, and answers as
// shown. `...` stands for any lines; numbers of processes, addresses, times, ports and places are compared as such.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../src/cli/options.js';
import { ROOT } from './harness/run.js';

const readme = readFileSync(join(ROOT, 'README.md'), 'utf8');
/** The clone, for the reader: the same programs, and files of its own. */
const place = mkdtempSync(join(tmpdir(), 'tstrace-readme-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

interface Step {
  readonly command: string;
  readonly shown: readonly string[];
}

const blocks = (language: string): string[] =>
  [...readme.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text]) => text);
const steps: Step[] = blocks('console').flatMap((block) =>
  block
    .split(/^\$ /m)
    .slice(1)
    .map((text) => {
      const [command, ...shown] = text.trimEnd().split('\n');
      return { command, shown };
    }),
);

/** What differs from run to run. */
const normalise = (line: string): string =>
  line
    .replaceAll(place, '/home/you/tstrace')
    .replaceAll(/\[pid +\d+\]/g, '[pid N]')
    .replaceAll(/^\d+ +(?=[a-z+])/g, 'N ')
    .replaceAll(/Process (?:\d+|\.\.\.)/g, 'Process N')
    .replaceAll(/si_pid=\d+/g, 'si_pid=N')
    .replaceAll(/0x[0-9a-f]{6,}/g, 'ADDRESS')
    .replaceAll(/\d+ vars/g, 'N vars')
    .replaceAll(/si_[us]time=\d+/g, 'si_time=N')
    .replaceAll(/htons\(\d+\)|(?<=\d):\d{2,5}\b/g, 'PORT')
    .replaceAll(/\/usr\/bin\/|\/bin\//g, '/bin/')
    .replaceAll(/resolved into ".*"/g, 'resolved into "..."')
    // A table of times and counts: the calls that it has count.
    .replace(/^ *\d+\.\d\d +\d+\.\d{6} +\d+ +\d+ +\d* (\w+)$/, 'time seconds usecs calls $1')
    // How long a request is depends on who asks.
    .replace(/ = \d{2,}$/, ' = N')
    .replace(/^\d+$/, 'N');

/** Whether lines are as shown, `...` being any. */
function matches(shown: readonly string[], got: readonly string[]): boolean {
  if (shown.length === 0) return got.length === 0;
  const [first, ...rest] = shown;
  if (first === '...') return got.some((_, i) => matches(rest, got.slice(i))) || matches(rest, []);
  return got.length > 0 && normalise(first) === normalise(got[0]) && matches(rest, got.slice(1));
}

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** What each command printed, on both streams. */
let printed: string[][] = [];

beforeAll(async () => {
  mkdirSync(join(place, 'node_modules'));
  for (const name of ['bin', 'dist', 'examples', 'man']) symlinkSync(join(ROOT, name), join(place, name));
  symlinkSync(ROOT, join(place, 'node_modules', 'tstrace'));
  symlinkSync(join(ROOT, 'node_modules', '.bin'), join(place, 'node_modules', '.bin'));
  for (const source of blocks('ts')) writeFileSync(join(place, /^\/\/ (\S+):/.exec(source)?.[1] ?? 'unnamed'), source);
  // The port may be another's.
  const port = await freePort();
  const script = steps.flatMap(({ command }) => [
    command.replaceAll(/\b8000\b/g, String(port)),
    // What was started is given the time that a reader takes.
    ...(command.endsWith('&') ? ['sleep 4'] : []),
    'echo; echo "== done"',
  ]);
  const shell = spawnSync('bash', [], {
    cwd: place,
    input: `exec 2>&1\n${script.join('\n')}\n`,
    encoding: 'utf8',
    timeout: 110_000,
    env: { PATH: process.env.PATH, HOME: process.env.HOME, LC_ALL: 'C.UTF-8' },
  });
  printed = shell.stdout
    .split(/^== done\n/m)
    .slice(0, -1)
    .map((text) => text.split('\n').filter((line) => line !== ''));
}, 120_000);

test('the tour goes on to its end', () => {
  expect(steps.length).toBeGreaterThan(10);
  expect(printed.length).toBe(steps.length);
});

describe('what commands print is what is shown', () => {
  test.each(steps.map(({ command }, i) => [command, i] as const))('%s', (_command, i) => {
    const { shown } = steps[i];
    // On a terminal, lines of the trace stand before what the calls did; into a pipe they may come later.
    if (!matches(shown, printed[i])) expect(printed[i].map(normalise).sort()).toEqual(shown.map(normalise).sort());
  });
});

test('options that are named in passing exist', () => {
  const named = [...readme.matchAll(/`(-[^`]*)`/g)].map(([, text]) => text.split(/[ =]/)[0]);
  const others = new Set(['--seccomp-bpf', '--filter', '--call-graph', '-i', '-a', '-ff']);
  for (const option of named.filter((text) => !others.has(text))) {
    const parsed = (): unknown => parseCommandLine([option, 'x', 'true'], 'tstrace');
    // Some want other values; none is unknown.
    try {
      parsed();
    } catch (error) {
      expect((error as Error).message).not.toMatch(/unrecognized|invalid option|ambiguous/);
    }
  }
});
