// The manual page and the help text say the same as the option table, and groff has nothing to complain about.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { helpText, versionText } from '../../src/cli/help.js';
import { optionTable, SECTIONS } from '../../src/cli/option-table.js';
import { ROOT } from '../harness/run.js';
import { tipText } from '../../src/cli/tips.js';

const page = readFileSync(join(ROOT, 'man', 'tstrace.1'), 'utf8');
/** Long options as they stand in a text, without values. */
const longs = (text: string): Set<string> =>
  new Set([...text.matchAll(/(?<![\w-])--([a-z][a-z0-9-]*)/g)].map((m) => m[1]));
const shorts = (text: string): Set<string> =>
  new Set([...text.matchAll(/(?<![\w-])-([A-Za-z])(?![\w-])/g)].map((m) => m[1]));
const plain = page.replaceAll('\\-', '-').replaceAll('\\~', ' ').replaceAll(/\\f./g, '');

describe('the manual page', () => {
  const table = optionTable('tstrace');
  /** What heads its entries: the lines behind .TP and .TQ. */
  const heads = [...plain.matchAll(/^\.T[PQ]\n(.*)$/gm)].map((m) => m[1]).join('\n');

  test('has every long option of the table', () => {
    const mentioned = longs(plain);
    expect(table.flatMap((o) => o.long).filter((l) => !mentioned.has(l))).toEqual([]);
  });
  test('has every short option of the table as an entry', () => {
    const entries = shorts(heads);
    expect(table.flatMap((o) => o.short ?? []).filter((s) => !entries.has(s))).toEqual([]);
  });
  test('has no option that the table lacks', () => {
    const known = new Set(table.flatMap((o) => o.long));
    expect([...longs(plain)].filter((l) => !known.has(l))).toEqual([]);
    const letters = new Set(table.flatMap((o) => o.short ?? []));
    expect([...shorts(heads)].filter((s) => !letters.has(s))).toEqual([]);
  });
});

/** Whether a program is not here: .ci/run installs them. */
const missing = (program: string): boolean => spawnSync(program).error !== undefined;

describe.each(['tstrace.1', 'tstrace-bpf.1', 'tstrace-merge.1'])('%s', (name) => {
  const path = join(ROOT, 'man', name);
  const said = (program: string, ...args: string[]): object => {
    const { status, stdout, stderr } = spawnSync(program, [...args, path], { encoding: 'utf8' });
    return { status, told: stdout + stderr };
  };
  test.skipIf(missing('groff'))('is clean to groff', () =>
    expect(said('groff', '-man', '-ww', '-Tutf8', '-z')).toEqual({ status: 0, told: '' }),
  );
  test.skipIf(missing('mandoc'))('is clean to mandoc', () =>
    expect(said('mandoc', '-Tlint', '-Wall')).toEqual({ status: 0, told: '' }),
  );
  test('gives examples first', () => {
    const headings = [...readFileSync(path, 'utf8').matchAll(/^\.SH (.*)$/gm)].map(([, heading]) => heading);
    const options = headings.findIndex((heading) => heading.startsWith('OPTIONS'));
    expect(options).toBeGreaterThan(headings.indexOf('EXAMPLES'));
    expect(headings.indexOf('EXAMPLES')).toBeGreaterThan(0);
  });
  test('is installed', () => {
    const { man } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { man: string[] };
    expect(man).toContain(`man/${name}`);
  });
});

test('tstrace-merge: the page has the options of the help text', () => {
  const help = spawnSync(join(ROOT, 'bin', 'tstrace-merge'), ['-h'], { encoding: 'utf8' }).stdout;
  const text = readFileSync(join(ROOT, 'man', 'tstrace-merge.1'), 'utf8')
    .replaceAll('\\-', '-')
    .replaceAll('\\~', ' ');
  const entries = [...text.matchAll(/^\.T[PQ]\n(.*)$/gm)].map(([, entry]) => entry).join('\n');
  expect([...longs(entries)].sort()).toEqual([...longs(help)].sort());
  expect([...shorts(entries)].sort()).toEqual([...shorts(help.replace(/^Usage.*|^Merges[^]*?\n\n/gm, ''))].sort());
});

describe.each(['tstrace', 'strace'])('the help text of %s', (name) => {
  const table = optionTable(name);
  const help = helpText(name);
  test('has every option and heading', () => {
    expect(table.flatMap((o) => o.short ?? []).filter((s) => !shorts(help).has(s))).toEqual([]);
    // Further spellings of an option need no mention.
    const mentioned = longs(help);
    expect(table.filter((o) => o.long.length > 0 && !o.long.some((l) => mentioned.has(l))).map((o) => o.key)).toEqual(
      [],
    );
    for (const section of SECTIONS) expect(help).toContain(`\n${section}:\n`);
  });
  test('fits a wide terminal', () =>
    expect(
      help
        .split('\n')
        .slice(0, -1)
        .filter((l) => l.length > 100),
    ).toEqual([]));
});

test('-n in the help text', () => {
  expect(helpText('tstrace')).toMatch(/^ {2}-n, --seccomp-bpf$/m);
  expect(helpText('strace')).toMatch(/^ {2}-n, --syscall-number$/m);
  expect(helpText('strace')).toMatch(/^ *-f, --follow-forks$/m);
});

test('the version as scripts probe it', () => {
  expect(versionText('strace').split('\n')[0]).toBe('strace -- version 7.2');
  expect(versionText('tstrace').split('\n')[0]).toMatch(/^tstrace -- version \d/);
  expect(versionText('strace')).toMatch(
    /\n\nOptional features enabled: stack-trace=libdw stack-demangle m32-mpers mx32-mpers$/,
  );
});

test('tips', () => {
  expect(tipText({ id: 1, format: 'none' }, 0)).toBe('');
  expect(tipText({ id: 'random', format: 'compact' }, 0)).toBe(tipText({ id: 0, format: 'compact' }, 0.9));
  expect(tipText({ id: 1, format: 'full' }, 0).split('\n').length).toBeGreaterThan(
    tipText({ id: 1, format: 'compact' }, 0).split('\n').length,
  );
});
