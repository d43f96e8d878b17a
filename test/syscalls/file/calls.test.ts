// Calls on files whose text the installed strace does not have yet: what 7.2 prints, from the first call of the fixture on.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { compile, ROOT, trace, TSTRACE } from '../../harness/run.js';
import { difference } from '../../harness/same-lines.js';

let program = '';
beforeAll(() => {
  program = compile('file-calls.c', ['-w']);
});

/** Calls without their results, which depend on the kernel. */
const calls = (text: string): string => {
  const lines = text.split('\n').map((line) => line.replace(/\) += .*/, ')'));
  return lines.slice(lines.indexOf('write(-1, NULL, 0)') + 1, lines.indexOf('exit_group(0)')).join('\n');
};

test.each([
  ['plain', []],
  ['raw', ['-X', 'raw']],
  ['verbose', ['-X', 'verbose']],
  ['short', ['-s', '3']],
])('%s', (name, options) => {
  const expected = readFileSync(join(ROOT, 'test', 'syscalls', 'file', `${name}.txt`), 'latin1');
  const { trace: text, stderr } = trace(TSTRACE, options, [program]);
  const found = difference(expected.trimEnd(), calls(text));
  expect(found, found ?? stderr).toBeUndefined();
});
