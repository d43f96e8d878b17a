// getopt_long's rules, and that no command line does worse than be refused.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getopt, indexOptions } from '../../src/cli/getopt.js';
import type { GivenOption } from '../../src/cli/getopt.js';
import { optionTable } from '../../src/cli/option-table.js';
import { parseCommandLine } from '../../src/cli/options.js';
import { UsageError } from '../../src/errors.js';

function walk(argv: readonly string[], name = 'tstrace'): { options: GivenOption[]; rest: readonly string[] } {
  const options: GivenOption[] = [];
  const steps = getopt(argv, indexOptions(optionTable(name)));
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done) return { options, rest: step.value };
    options.push(step.value);
  }
}
const given = (...argv: string[]): string[] =>
  walk(argv).options.map((o) => (o.value === undefined ? o.key : `${o.key}=${o.value}`));

describe('getopt_long', () => {
  test('grouped, attached and separate', () => {
    expect(given('-fyy', '-ofile', '-etrace=write', '-s', '200', '-p1234')).toEqual([
      'f',
      'y',
      'y',
      'output=file',
      'e=trace=write',
      'string-limit=200',
      'attach=1234',
    ]);
  });
  test('stops at the first word that is no option', () => {
    expect(walk(['-f', 'ls', '-la']).rest).toEqual(['ls', '-la']);
    expect(walk(['--', '-x']).rest).toEqual(['-x']);
    expect(walk(['-f', '-', '-x']).rest).toEqual(['-', '-x']);
  });
  test('long options by unambiguous prefix, with both kinds of values', () => {
    expect(given('--output=x', '--string-l', '5', '--quiet', '--dae=session')).toEqual([
      'output=x',
      'string-limit=5',
      'quiet',
      'daemonize=session',
    ]);
  });
  test('messages name the whole option', () =>
    expect(walk(['--string-l', '5']).options[0].spelled).toBe('--string-limit'));
  test("our own options do not make strace's prefixes ambiguous", () => {
    expect(given('--w=1')).toEqual(['write=1']);
    expect(given('--whe=x')).toEqual(['where=x']);
  });
  test.each([
    [['-g'], "invalid option -- 'g'"],
    [['--nosuch'], "unrecognized option '--nosuch'"],
    [['--trac=none'], "option '--trac=none' is ambiguous; possibilities: '--trace-path' '--trace' '--trace-fds'"],
    [
      ['--sum'],
      "option '--sum' is ambiguous; possibilities: '--summary-only' '--summary' '--summary-syscall-overhead' '--summary-sort-by' '--summary-columns' '--summary-wall-clock'",
    ],
    [['-o'], "option requires an argument -- 'o'"],
    [['--output'], "option '--output' requires an argument"],
    [['--follow-forks=x'], "option '--follow-forks' doesn't allow an argument"],
  ])('%j', (argv, message) => expect(() => walk(argv)).toThrow(message));

  test('values survive in every spelling', () => {
    const value = fc.string({ minLength: 1 }).filter((v) => !v.includes('\0'));
    fc.assert(
      fc.property(value, value, (path, name) => {
        for (const argv of [
          [`-P${path}`, `--argv0=${name}`, 'x'],
          ['-P', path, '--argv0', name, 'x'],
          [`--trace-path=${path}`, '--argv0', name, '--', 'x'],
        ]) {
          const parsed = parseCommandLine(argv, 'tstrace');
          expect(
            parsed.kind === 'trace' && [parsed.options.paths, parsed.options.argv0, parsed.options.command],
          ).toEqual([[path], name, ['x']]);
        }
      }),
    );
  });
});

test('-n is --seccomp-bpf, and --syscall-number under the name strace', () => {
  expect(given('-n')).toEqual(['seccomp-bpf']);
  expect(walk(['-n'], 'strace').options[0].key).toBe('syscall-number');
});

test('keys and spellings are unique', () => {
  for (const name of ['tstrace', 'strace']) {
    const table = optionTable(name);
    const spellings = table.flatMap((o) => [...(o.short === undefined ? [] : [o.short]), ...o.long]);
    expect(new Set(spellings).size).toBe(spellings.length);
    expect(new Set(table.map((o) => o.key)).size).toBe(table.length);
  }
});

test('any command line is parsed or refused with a UsageError', () => {
  const spellings = optionTable('tstrace').flatMap((o) => [
    ...(o.short === undefined ? [] : [`-${o.short}`]),
    ...o.long.map((l) => `--${l}`),
    ...o.long.map((l) => `--${l}=`),
  ]);
  const value = fc.constantFrom(
    'trace=write',
    'trace=!%file',
    'abbrev=none',
    '32',
    '1,2',
    'raw',
    'signal=INT',
    '/foo(',
    'a@64',
    'inject=all:when=3+',
    'us',
    'ls',
    '--',
  );
  const word = fc.oneof(
    fc.constantFrom(...spellings),
    fc.tuple(fc.constantFrom(...spellings), value).map(([a, b]) => a + b),
    value,
    fc.string({ maxLength: 12 }),
  );
  fc.assert(
    fc.property(
      fc.array(word, { maxLength: 8 }),
      fc.constantFrom('tstrace' as const, 'strace' as const),
      (argv, name) => {
        try {
          parseCommandLine(argv, name);
        } catch (error) {
          if (!(error instanceof UsageError)) throw error;
        }
      },
    ),
    { numRuns: 1500 },
  );
});
