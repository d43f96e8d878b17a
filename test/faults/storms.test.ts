// Many tasks and many signals: as many events as the program itself counts, each task in order, none left behind.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Group, members } from '../harness/group.js';
import { compile, TSTRACE } from '../harness/run.js';

let storm = '';
let dir = '';
beforeAll(() => {
  storm = compile('native-storm.c', ['-pthread']);
  dir = mkdtempSync(join(tmpdir(), 'tstrace-storms-'));
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

interface Counts {
  /** Ends of tasks. */
  readonly ends: number;
  /** Calls of write, whole or resumed. */
  readonly writes: number;
  readonly signals: number;
  /** Group-stops. */
  readonly stops: number;
}

/** Traces a storm; the program's status 0 says that all went well on its side. */
async function run(options: readonly string[], ...args: readonly string[]): Promise<Counts> {
  const trace = join(dir, 'trace');
  const group = new Group(TSTRACE, ['-o', trace, ...options, storm, ...args]);
  try {
    expect(await group.end(60_000)).toMatchObject({ status: 0, stderr: '' });
    expect(members(group.pid)).toEqual([]);
  } finally {
    group.clear();
  }
  const text = readFileSync(trace, 'latin1');
  expect(text.endsWith('\n')).toBe(true);
  expectPairs(text);
  const count = (pattern: RegExp): number => text.match(pattern)?.length ?? 0;
  return {
    ends: count(/\+\+\+ (exited|killed)/g),
    writes: count(/(write\(|<\.\.\. write resumed>).* = 32$/gm),
    signals: count(/--- SIG(USR1|RT_5) \{/g),
    stops: count(/--- stopped by SIGSTOP ---/g),
  };
}

/** For each task: a cut line is resumed before its next one, and nothing comes behind its end. */
function expectPairs(text: string): void {
  const open = new Map<string, string>();
  const wrong: string[] = [];
  for (const line of text.split('\n')) {
    const m = /^(\d+) +(?:(\w+)\(.*<unfinished \.\.\.>|<\.\.\. (\w+) resumed>|(\+\+\+ (?:exited|killed)))/.exec(line);
    if (!m) continue;
    const [, pid, cut, resumed, end] = m;
    const call = open.get(pid);
    if (cut) {
      if (call) wrong.push(line);
      open.set(pid, cut);
    } else if (resumed) {
      if (call !== resumed) wrong.push(line);
      open.delete(pid);
    } else if (end && call) wrong.push(line);
  }
  expect(wrong.slice(0, 5), 'halves that do not fit').toEqual([]);
}

describe.each([
  ['-f', ['-f']],
  ['-n', ['-n', '-f', '-e', 'trace=write,exit_group,exit']],
] as const)('%s', (_, options) => {
  test('1,000 short processes', async () => {
    expect(await run(options, 'forks', '500')).toMatchObject({ ends: 1001 });
  });
  test('300 threads that come and go', async () => {
    expect(await run(options, 'threads', '300')).toMatchObject({ ends: 301, writes: 900 });
  });
  test('a tree of forks, 200 deep', async () => {
    expect(await run(options, 'deep', '200')).toMatchObject({ ends: 201 });
  });
});

test('100,000 signals, each delivered once, with its value', async () => {
  expect(await run(['-n', '-f', '-e', 'trace=exit_group'], 'signals', '100000')).toMatchObject({
    ends: 1,
    signals: 100000,
  });
});

test('10,000 signals and the calls that send them', async () => {
  expect(await run(['-f'], 'signals', '10000')).toMatchObject({ ends: 1, signals: 10000 });
});

test('a job that stops and goes on', async () => {
  expect(await run(['-f'], 'stops', '20')).toMatchObject({ ends: 2 });
});

// SIGKILL takes a task out of a stop: what it has stopped for must have been seen by then.
test.each([[['-f']], [['-f', '-e', 'trace=wait4']], [['-n', '-f', '-e', 'trace=wait4']]])(
  'stops that are followed by SIGKILL at once: %j',
  async (options) => {
    expect(await run(options, 'killed-stops', '200')).toMatchObject({ ends: 201, stops: 200 });
  },
);
