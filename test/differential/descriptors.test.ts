// What is said about descriptors, under the installed strace and under tstrace; and what the installed one does not say yet.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let program = '';
let sockets = '';
const dir = mkdtempSync(join(tmpdir(), 'tstrace-descriptors-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
beforeAll(() => {
  program = compile('descriptors.c', ['-w']);
  sockets = compile('descriptor-sockets.c', ['-w']);
});

const CALLS = 'trace=fchdir,openat,kcmp,pidfd_open,pidfd_getfd';
/** The text without what each run has anew. */
const same = (text: string, old = false): string =>
  normalise(text, { old })
    .replace(/\b\d{3,}\b/g, 'PID')
    .replace(/eventfd-id=\d+/g, 'eventfd-id=N')
    .replace(/(kcmp\(.*?\)) += [012]$/gm, '$1 = N');

test.each([
  ['-y', ['-y']],
  ['-yy', ['-yy']],
  ['-yy -xx', ['-yy', '-xx']],
  ['-yy -X verbose', ['-yy', '-X', 'verbose']],
  ['dev', ['-e', 'decode-fds=dev']],
  ['pidfd', ['-e', 'decode-fds=pidfd']],
  ['path,dev', ['-e', 'decode-fds=path,dev']],
])('%s', (_name, options) => {
  const set = [...options, '-e', CALLS];
  const theirs = trace('strace', set, [program, dir]);
  const ours = trace(TSTRACE, set, [program, dir]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = same(theirs.trace, true);
  expect(expected.split('\n').length).toBeGreaterThan(25);
  const found = difference(expected, same(ours.trace));
  expect(found, found).toBeUndefined();
});

/** Inodes and ports are those of the run. */
const sameSockets = (text: string, old = false): string =>
  normalise(text, { old })
    .replace(/(<[\w-]+:\[)\d+(?=[\],-])/g, '$1N')
    .replace(/->\d+(?=[\],])/g, '->N')
    .replace(/([.\d]|\]):\d{4,5}(?=->|\])/g, '$1:PORT');

test.each([
  ['-yy', ['-yy']],
  ['-yy -xx', ['-yy', '-xx']],
  ['socket', ['-e', 'decode-fds=socket']],
  ['dev', ['-e', 'decode-fds=dev']],
  ['-yy -s 3 -X raw', ['-yy', '-s', '3', '-X', 'raw']],
])('sockets: %s', (_name, options) => {
  const set = [...options, '-e', 'trace=fchdir,socket,socketpair,accept'];
  const theirs = trace('strace', set, [sockets, dir]);
  const ours = trace(TSTRACE, set, [sockets, dir]);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = sameSockets(theirs.trace, true);
  expect(expected.split('\n').length).toBeGreaterThan(60);
  const found = difference(expected, sameSockets(ours.trace));
  expect(found, found).toBeUndefined();
});

test.each([
  [
    ['-yy'],
    [
      '<{eventfd-count=0, eventfd-id=N, eventfd-semaphore=0}>',
      '<{eventfd-count=0x123456789a, eventfd-id=N, eventfd-semaphore=0}>',
      '<{eventfd-count=0x3, eventfd-id=N, eventfd-semaphore=1}>',
      '<signalfd:[]>',
      '<signalfd:[USR1 RT_32]>',
      '<signalfd:~[KILL STOP RTMIN RT_1]>',
    ],
  ],
  [
    ['-e', 'decode-fds=signalfd', '-X', 'raw'],
    ['', '', '', '<signalfd:[]>', '<signalfd:[10 64]>', '<signalfd:~[9 19 32 33]>'],
  ],
  [
    ['-e', 'decode-fds=path'],
    [
      '<anon_inode:[eventfd]>',
      '<anon_inode:[eventfd]>',
      '<anon_inode:[eventfd]>',
      '<anon_inode:[signalfd]>',
      '<anon_inode:[signalfd]>',
      '<anon_inode:[signalfd]>',
    ],
  ],
])('%s', (options, expected) => {
  const { trace: text, stderr } = trace(TSTRACE, [...options, '-e', 'trace=fchdir'], [program, dir, 'newer']);
  const found = [...same(text).matchAll(/^fchdir\(\d+(.*)\) += -1/gm)].map((m) => m[1]);
  expect(found, stderr).toEqual(expected);
});

test.each([['-y'], ['-yy'], ['-Y'], ['-X verbose -yy']])('descriptors that signals are about: %s', (text) => {
  const program = compile('signal-descriptors.c');
  const set = [...text.split(' '), '-e', 'trace=none'];
  const theirs = trace('strace', set, [program]);
  const ours = trace(TSTRACE, set, [program]);
  const expected = sameSockets(theirs.trace, true).replace(/pipe:\[\d+/g, 'pipe:[N');
  expect(expected).toMatch(/POLL_IN/);
  const found = difference(expected, sameSockets(ours.trace).replace(/pipe:\[\d+/g, 'pipe:[N'));
  expect(found, found).toBeUndefined();
});

test.each([['-y'], ['-yy']])('files of /proc/PID/net, which -yy makes deleted: %s', (option) => {
  const command = ['cat', '/proc/net/protocols', '/proc/self/net/ptype'];
  const texts = ['strace', TSTRACE].map((tracer) =>
    sameSockets(trace(tracer, [option, '-e', 'trace=read,close'], command).trace)
      .replace(/\/proc\/\d+/g, '/proc/PID')
      .replace(/socket:\[\d+/g, 'socket:[N'),
  );
  expect(texts[0]).toContain(option === '-yy' ? '/net/protocols>(deleted)' : '/net/protocols>,');
  const found = difference(texts[0], texts[1]);
  expect(found, found).toBeUndefined();
});
