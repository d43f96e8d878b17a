// --explain-filter: which way of building the filter was taken, what it decides, and why the rest is left to the tracer.
import { expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/options.js';
import { explainFilter } from '../../src/trace/explain-filter.js';
import { readWhere } from '../../src/trace/selection.js';

/** The explanation of a command line, without the program. */
function explained(...argv: string[]): string[] {
  const parsed = parseCommandLine(['-n', ...argv, '--explain-filter', 'true'], 'tstrace');
  if (parsed.kind !== 'trace') throw new Error('not a trace');
  const { options } = parsed;
  const lines = explainFilter(options, options.where === undefined ? undefined : readWhere(options, options.where));
  const table = lines.findIndex((line) => line.startsWith(' line '));
  return lines.slice(0, table < 0 ? undefined : table);
}

test('the strategy with the least cost is taken, and the figures of all are given', () => {
  const lines = explained('-e', 'trace=%file');
  const strategies = lines.filter((line) => /instructions; mean\/longest/.test(line));
  expect(strategies).toHaveLength(3);
  expect(strategies.filter((line) => line.endsWith('(taken)'))).toHaveLength(1);
  expect(strategies.find((line) => line.includes('bit-array'))).toMatch(/bitmap answers 0 of \d+/);
});

test('what registers decide wholly has a rule, and nothing is left', () => {
  const lines = explained('-e', 'trace=write,fcntl', '--where', 'write.fd == 2 || fcntl.op == F_DUPFD && arg > 5');
  expect(lines).toContain('  x86_64 write: args[0] == 2; decided, rule 1');
  expect(lines.find((line) => line.startsWith('  x86_64 fcntl:'))).toMatch(/args\[1\] == 0.*decided, rule \d/);
  expect(lines).not.toContain('left to the tracer:');
});

test.each([
  [
    'path of a file',
    ['--where', 'openat.pathname ~ "/etc/*" && dirfd == 3'],
    /pathname ~ "\/etc\/\*": it is in memory.*\(openat\)/,
  ],
  [
    'path of a descriptor',
    ['--where', 'read.fd.path == "/x" && fd < 9'],
    /fd\.path == "\/x": .*path of a descriptor.*\(read\)/,
  ],
  ['result', ['--where', 'read.count > 5 && ret < 0'], /ret < 0: it is known when the call has ended/],
  [
    'memory that the call fills',
    ['--where', 'fstat.statbuf.st_size > 5 && fd == 1'],
    /st_size > 5: it is in memory that the call fills/,
  ],
  ['two values', ['--where', 'dup2.oldfd < newfd && oldfd == 1'], /no comparison of one register with a constant/],
  ['-P', ['-P', '/etc/passwd'], /-P: paths are in memory/],
  ['-z', ['-z', '--where', 'fd == 1'], /-e status: how a call ends/],
] as const)('why a part is left to the tracer: %s', (_, options, expected) => {
  const lines = explained('-e', 'trace=openat,read,fstat,dup2', ...options);
  expect(lines).toContain('left to the tracer:');
  expect(lines.slice(lines.indexOf('left to the tracer:')).join('\n')).toMatch(expected);
});
