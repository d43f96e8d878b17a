// -k: frames of known functions, by name, line and address; where strace walks stacks, too, the same functions in the same order.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, ROOT, trace, TSTRACE } from '../harness/run.js';
import { schemaErrors } from '../harness/schema.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-stack-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let program = '';
let narrow = '';
beforeAll(() => {
  program = compile('stack.c', ['-g']);
  narrow = compile('stack.c', ['-g', '-m32']);
});

const CALLS = ['-e', 'trace=getpgid,execve,exit_group'];

interface Printed {
  readonly line: string;
  readonly frames: string[];
}

/** Lines, each with what is indented below it. */
function read(text: string): Printed[] {
  const printed: Printed[] = [];
  for (const line of text.trimEnd().split('\n'))
    if (line.startsWith(' ')) printed.at(-1)?.frames.push(line);
    else printed.push({ line, frames: [] });
  return printed;
}

const stacks = (options: readonly string[], command: readonly string[] = [program], tracer = TSTRACE): Printed[] =>
  read(trace(tracer, [...options, ...CALLS], command).trace);
/** What stands below the first line that begins so. */
const below = (printed: readonly Printed[], start: string): string[] => {
  const found = printed.find((p) => p.line.startsWith(start));
  if (!found) expect.fail(`no line begins with ${start}: ${printed.map((p) => p.line).join('\n')}`);
  return found.frames;
};
/** Name, offset and address of the frames in the program itself. */
function own(frames: readonly string[], path = program): { symbol: string; address: number }[] {
  return frames
    .filter((f) => f.startsWith(` > ${path}(`))
    .map((f) => {
      const match = /\((.*)\+0x[0-9a-f]+\) \[0x([0-9a-f]+)\]/.exec(f);
      if (!match) expect.fail(`no frame: ${f}`);
      return { symbol: match[1], address: Number.parseInt(match[2], 16) };
    });
}
const names = (frames: readonly string[], path?: string): string[] => own(frames, path).map((f) => f.symbol);
/** Number of the line in the fixture that holds this text. */
const lineOf = (text: string): number =>
  readFileSync(join(ROOT, 'test', 'fixtures', 'stack.c'), 'utf8')
    .split('\n')
    .findIndex((l) => l.includes(text)) + 1;

describe('-k', () => {
  test('names the functions under way, the innermost first, demangled', () => {
    const printed = stacks(['-k']);
    expect(names(below(printed, 'getpgid(5000010)'))).toEqual(['bottom', 'ns::named(int)', 'main', '_start']);
    expect(below(printed, 'getpgid(5000010)')[0]).toMatch(/^ > .*libc\.so\.6\(syscall\+0x[0-9a-f]+\) \[0x[0-9a-f]+\]$/);
  });

  test.for([
    ['64-bit', () => program, true],
    ['32-bit', () => narrow, RUNS_I386],
  ] as const)('of a %s program: the same chain from a signal handler', ([, path, runs], { skip }) => {
    skip(!runs);
    const printed = stacks(['-k'], [path()]);
    expect(names(below(printed, 'getpgid(5000013)'), path())).toEqual(['bottom', 'handler', 'main', '_start']);
    expect(names(below(printed, '--- SIGUSR1'), path())).toEqual(['main', '_start']);
  });

  test('stands behind the end of a program that ends itself, and before exec replaces it', () => {
    const printed = stacks(['-k']);
    expect(below(printed, 'exit_group(7)')).toEqual([]);
    expect(names(below(printed, '+++ exited with 7 +++'))).toEqual(['leave', 'main', '_start']);
    expect(names(below(printed, 'execve("/nonexistent"'))).toEqual(['again', 'main', '_start']);
    const last = stacks(['-k', '-s', '200']);
    expect(names(below(last, `execve("${program}", ["${program}", "last"]`))).toEqual(['again', 'main', '_start']);
    expect(below(last, `execve("${program}", ["${program}"]`)).toHaveLength(1);
    const quiet = stacks(['-k', '-qqq']);
    expect(names(below(quiet, 'exit_group(7)'))).toEqual(['leave', 'main', '_start']);
  });

  test('goes through code that is in no file', () => {
    const frames = below(stacks(['-k']), 'getpgid(5000014)');
    expect(frames[0]).toMatch(/^ > unexpected_backtracing_error \[0x[0-9a-f]+\]$/);
    expect(names(frames)).toEqual(['made', 'main', '_start']);
  });

  test('is cut at --stack-trace-frame-limit', () => {
    const frames = below(stacks(['-k']), 'getpgid(5000012)');
    expect(frames).toHaveLength(257);
    expect(frames[256]).toBe(' > too many stack frames');
    const few = below(stacks(['-k', '--stack-trace-frame-limit=3']), 'getpgid(5000012)');
    expect(few).toHaveLength(4);
    expect(few[3]).toBe(' > too many stack frames');
    const all = below(stacks(['-k', '--stack-trace-frame-limit=1000']), 'getpgid(5000012)');
    expect(names(all)).toEqual(['bottom', ...Array.from({ length: 301 }, () => 'deep'), 'main', '_start']);
  });

  test('says nothing of calls that are not shown', () => {
    const printed = stacks(['-k', '-z']);
    expect(printed.some((p) => p.line.startsWith('getpgid(5000012)'))).toBe(false);
    for (const { line, frames } of printed) expect([line, new Set(names(frames)).has('deep')]).toEqual([line, false]);
  });

  test('comes behind the dump of its call', () => {
    const { trace: text } = trace(TSTRACE, ['-k', '-e', 'trace=write', '-e', 'write=all'], ['echo', 'hello']);
    const [call] = read(text);
    expect(call.line).toMatch(/^write\(1, "hello\\n", 6\) += 6$/);
    expect(call.frames[0]).toMatch(/^ \| 00000 {2}68 65 6c 6c 6f 0a /);
    expect(call.frames[1]).toMatch(/^ > .*write/);
  });

  test('tells the functions that strace tells; callers at the call, not behind it', () => {
    const [ours, theirs] = [TSTRACE, 'strace'].map((tracer) => stacks(['-k'], [program], tracer));
    for (const start of ['getpgid(5000010)', '+++ exited with 7 +++', 'execve("/nonexistent"']) {
      const [a, b] = [own(below(ours, start)), own(below(theirs, start))];
      expect(b.length).toBeGreaterThan(1);
      expect(a).toEqual(b.map(({ symbol, address }) => ({ symbol, address: address - 1 })));
    }
  });

  test('is one clear line where libdw cannot be loaded', () => {
    const broken = join(dir, 'broken');
    mkdirSync(broken);
    writeFileSync(join(broken, 'libdw.so.1'), 'no library');
    const run = spawnSync(TSTRACE, ['-k', 'true'], {
      env: { ...process.env, LD_LIBRARY_PATH: broken },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(
      /^tstrace: -k\/--stack-trace needs elfutils' libdw \(Debian: libdw1\): .*libdw\.so\.1.*\n$/,
    );
  });
});

describe('-kk', () => {
  test('tells the lines of the source, as addr2line does', () => {
    const frames = below(stacks(['-kk']), 'getpgid(5000010)').filter((f) => f.startsWith(` > ${program}(`));
    expect(frames[0]).toMatch(new RegExp(`stack\\.c:${lineOf('syscall(SYS_getpgid')}$`));
    for (const frame of frames.slice(0, -1)) {
      const [, address, source] = /\[(0x[0-9a-f]+)\] (.*)$/.exec(frame) ?? [];
      const { stdout } = spawnSync('addr2line', ['-e', program, address], { encoding: 'utf8' });
      expect(source).toBe(stdout.trim().replace(/ \(discriminator \d+\)$/, ''));
    }
  });

  test('tells what was inlined', () => {
    const frames = below(stacks(['--stack-trace=source']), 'getpgid(5000011)');
    const at = frames.findIndex((f) => f.includes('(around+'));
    expect(frames[at]).toMatch(new RegExp(`stack\\.c:${lineOf('WITHIN void within_within') + 2}$`));
    expect(frames[at + 1]).toMatch(
      new RegExp(`^ {3}within_within, inlined at .*stack\\.c:${lineOf('\twithin_within(n)')}$`),
    );
    expect(frames[at + 2]).toMatch(new RegExp(`^ {3}within, inlined at .*stack\\.c:${lineOf('within(5000011)')}$`));
    expect(frames[at + 3]).toContain('(main+');
  });
});

test('--json carries stacks with their events', () => {
  const file = join(dir, 'trace.json');
  spawnSync(TSTRACE, ['--json', '-kk', '-o', file, ...CALLS, program], { stdio: 'ignore' });
  const lines = readFileSync(file, 'utf8')
    .trimEnd()
    .split('\n')
    .map((l) => JSON.parse(l) as { msg: string; stack?: { symbol?: string; source?: string; inlined?: object[] }[] });
  expect(lines.map(schemaErrors).filter((errors) => errors !== undefined)).toEqual([]);
  const stackOf = (start: string) => lines.find((l) => l.msg.startsWith(start))?.stack ?? [];
  expect(stackOf('getpgid(5000010)').map((f) => f.symbol)).toContain('ns::named(int)');
  expect(stackOf('getpgid(5000011)').find((f) => f.symbol === 'around')?.inlined).toHaveLength(2);
  expect(stackOf('exit_group(7)').map((f) => f.symbol)).toContain('leave');
  expect(stackOf('--- SIGUSR1').map((f) => f.symbol)).toContain('main');
});
