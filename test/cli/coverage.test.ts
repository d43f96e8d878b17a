// Every option of strace has a test that runs it: the list is test/cli/coverage.txt (`npx vitest run -u` writes it anew).
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { getopt, indexOptions } from '../../src/cli/getopt.js';
import { optionTable } from '../../src/cli/option-table.js';
import { COMPAT, NEWER, PAIRS, SINGLE } from '../differential/matrix.js';
import { ROOT } from '../harness/run.js';

const table = optionTable('strace').filter((o) => o.own !== true);
const MATRIX = 'test/differential/matrix.ts';
const CASES = 'test/cli/cases.txt';

/** Spellings of options as a line gives them: `-f`, `--trace`. */
function spellings(words: readonly string[]): string[] {
  const found: string[] = [];
  const walk = getopt(words, indexOptions(optionTable('strace')));
  try {
    for (let step = walk.next(); !step.done; step = walk.next()) {
      const { key } = step.value;
      const spec = table.find((o) => o.key === key || o.shortKey === key);
      if (spec) found.push(key);
    }
  } catch {
    // What is refused on purpose counts up to there.
  }
  return found;
}

/** Keys by the file whose lines run them. */
function tested(): Map<string, Set<string>> {
  const files = new Map<string, Set<string>>();
  const note = (file: string, words: readonly string[]): void => {
    const keys = files.get(file) ?? new Set<string>();
    files.set(file, keys);
    for (const key of spellings(words)) keys.add(key);
  };
  for (const { options, command } of [...SINGLE, ...PAIRS, ...COMPAT])
    note(MATRIX, [...options, ...(command ?? ['x'])]);
  const cases = readFileSync(join(ROOT, CASES), 'utf8');
  for (const [, line] of cases.matchAll(/^\$ (?!sh: )(.*)$/gm)) note(CASES, line.replace(/['"]/g, '').split(/ +/));
  for (const [, line] of cases.matchAll(/^\$ sh: .*?\$TRACER (.*)$/gm))
    note(CASES, line.replace(/['"]/g, '').split(/ +/));
  return files;
}

/** Long options that literals of a test file name. */
function literals(file: string): Set<string> {
  const text = readFileSync(join(ROOT, file), 'utf8');
  return new Set([...text.matchAll(/['"`]--([a-z][a-z-]*)/g)].map((m) => m[1]));
}

/** Test files that run the tracer, with the long options that they name. */
const otherTests = (): (readonly [name: string, options: Set<string>])[] =>
  readdirSync(join(ROOT, 'test'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /^(differential|trace|binding|faults)\/.*\.test\.ts$/.test(name))
    .map((name) => relative(ROOT, join(ROOT, 'test', name)))
    .map((name) => [name, literals(name)] as const);

test('each has one', async () => {
  const files = tested();
  const others = otherTests();
  const lines: string[] = [];
  const without: string[] = [];
  for (const spec of table) {
    const where = [...files].filter(([, keys]) => keys.has(spec.key) || (spec.shortKey && keys.has(spec.shortKey)));
    const more = others.filter(([, names]) => spec.long.some((name) => names.has(name)));
    const names = [...where.map(([file]) => file), ...more.map(([file]) => file)].sort();
    const spelt = [...(spec.short ? [`-${spec.short}`] : []), ...spec.long.map((name) => `--${name}`)].join(', ');
    if (names.length === 0) without.push(spelt);
    lines.push(`${spelt}: ${names.slice(0, 4).join(', ')}`);
  }
  expect(without).toEqual([]);
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('coverage.txt');
});

test('both forms of an option that has two are run', () => {
  const files = tested();
  const run = new Set([
    ...[...files.values()].flatMap((keys) => [...keys]),
    ...otherTests().flatMap(([, n]) => [...n]),
  ]);
  const missing = table.filter((o) => o.shortKey !== undefined && !(run.has(o.shortKey) && run.has(o.key)));
  expect(missing.map((o) => o.key)).toEqual([]);
});

test('options that the installed strace lacks are tested where it is said', () => {
  for (const [key, file] of Object.entries(NEWER))
    expect([key, readFileSync(join(ROOT, file), 'utf8').includes(`--${key}`)]).toEqual([key, true]);
});
