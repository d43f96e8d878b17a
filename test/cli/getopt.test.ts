import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { getopt } from '../../src/cli/getopt.js';
import { optionTable } from '../../src/cli/option-table.js';
import { parseCommandLine } from '../../src/cli/options.js';
import { UsageError } from '../../src/errors.js';

const table = optionTable('tstrace');
const given = (...argv: string[]): string[] =>
  getopt(argv, table).options.map((o) => (o.value === undefined ? o.key : `${o.key}=${o.value}`));

describe('getopt_long', () => {
  test('grouped, attached and separate', () => {
    expect(given('-fyy', '-ofile', '-etrace=write', '-s', '200', '-p1234')).toEqual([
      'follow-forks', 'y', 'y', 'output=file', 'expression=trace=write', 'string-limit=200', 'attach=1234',
    ]);
  });
  test('stops at the first word that is no option', () => {
    expect(getopt(['-f', 'ls', '-la'], table).rest).toEqual(['ls', '-la']);
    expect(getopt(['--', '-x'], table).rest).toEqual(['-x']);
  });
  test('long options by unambiguous prefix, with both kinds of values', () => {
    expect(given('--output=x', '--string-l', '5', '--quiet')).toEqual(['output=x', 'string-limit=5', 'quiet']);
  });
  test.each([
    [['-g'], "invalid option -- 'g'"],
    [['--nosuch'], "unrecognized option '--nosuch'"],
    [['--trac=none'], "option '--trac=none' is ambiguous; possibilities: '--trace-path' '--trace' '--trace-fds'"],
    [['-o'], "option requires an argument -- 'o'"],
    [['--output'], "option '--output' requires an argument"],
    [['--follow-forks=x'], "option '--follow-forks' doesn't allow an argument"],
  ])('%j', (argv, message) => expect(() => getopt(argv, table)).toThrow(message));
});

test('-n is --seccomp-bpf, and --syscall-number under the name strace', () => {
  expect(given('-n')).toEqual(['seccomp-bpf']);
  expect(getopt(['-n'], optionTable('strace')).options[0].key).toBe('syscall-number');
});

test('any command line is parsed or refused with a UsageError', () => {
  const word = fc.oneof(
    fc.constantFrom('-f', '-e', '-s', '-p', '-o', '-q', '-xx', '--', 'ls', '-X', '--quiet', '-e', '-tt', '-n', '-E', '-I'),
    fc.string({ maxLength: 12 }),
    fc.constantFrom('trace=write', 'trace=!%file', 'abbrev=none', '32', '1,2', 'raw', 'signal=INT', '/foo(', 'a@64'),
  );
  fc.assert(
    fc.property(fc.array(word, { maxLength: 8 }), fc.constantFrom('tstrace', 'strace'), (argv, name) => {
      try {
        parseCommandLine(argv, name);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
      }
    }),
    { numRuns: 500 },
  );
});
