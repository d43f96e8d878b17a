// What -yy and --decode-fds=socket tell of sockets, under the installed strace and under tstrace.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
const dir = mkdtempSync(join(tmpdir(), 'tstrace-sockets-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeAll(() => {
  program = compile('sockets.c');
});

/** Inode numbers and ports in order of appearance, so that what belongs together still does. */
function numbered(text: string): string {
  const seen = new Map<string, string>();
  return normalise(text).replace(/\b\d{5,9}\b/g, (n) => {
    if (!seen.has(n)) seen.set(n, `N${seen.size}`);
    return seen.get(n) ?? n;
  });
}

test.each([
  ['-yy', ['-yy'], /<TCPv6:\[\[::1\]:N\d+->\[::1\]:N\d+\]>/],
  ['-yy -x', ['-yy', '-x'], /<UNIX-STREAM:\[N\d+->N\d+,@"listening"\]>/],
  ['-yy -xx', ['-yy', '-xx'], /<UNIX:\[N\d+,@"\\x63\\x75\\x74"\]>/],
  ['-yy -s 3 -X raw', ['-yy', '-s', '3', '-X', 'raw'], /<NETLINK:\[ROUTE:4294967000\]>/],
  ['socket', ['-e', 'decode-fds=socket'], /<socket:\[N\d+\]>/],
  ['path', ['-e', 'decode-fds=path'], /<socket:\[N\d+\]>/],
  ['dev', ['-e', 'decode-fds=dev'], /shutdown\(3, /],
])('%s', (_name, options, sample) => {
  const set = [...options, '-e', 'trace=shutdown,accept,close'];
  const theirs = trace('strace', set, [program, dir]);
  const ours = trace(TSTRACE, set, [program, dir]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = numbered(theirs.trace);
  expect(expected).toMatch(sample);
  const found = difference(expected, numbered(ours.trace));
  expect(found, found).toBeUndefined();
});
