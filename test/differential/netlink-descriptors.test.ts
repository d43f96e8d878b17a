// Descriptors that netlink messages carry have their paths under -y, as strace shows them, in a replay, too.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-netlink-descriptors-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const recording = join(dir, 'recording');
const SENT = ['-e', 'trace=sendto,sendmsg,send,socketcall'];
/** Without inodes and ports of sockets, which differ from run to run. */
const still = (text: string): string => text.replace(/(socket|NETLINK|ROUTE|USERSOCK):\[?\d+\]?/g, '$1');

describe.each([
  ['64-bit', [], true],
  ['32-bit', ['-m32'], RUNS_I386],
] as const)('%s', (_, flags, runs) => {
  let program = '';
  beforeAll(() => {
    program = compile('netlink-descriptors.c', ['-w', ...flags]);
  });

  test.skipIf(!runs).each([[['-y']], [['-yy']], [['-y', '-X', 'raw']], [[]]])('%j', (options) => {
    const theirs = still(trace('strace', [...options, ...SENT], [program]).trace);
    const ours = still(trace(TSTRACE, [...options, ...SENT], [program]).trace);
    const found = difference(theirs, ours);
    expect(found, found).toBeUndefined();
    expect(ours.match(/net:\[/g)?.length ?? 0).toBe(options.length > 0 ? 5 : 0);
  });

  test.skipIf(!runs)('replayed by other options', () => {
    const live = trace(TSTRACE, ['-y', '-s', '1000', '--record', recording, ...SENT], [program]).trace;
    const replayed = (...options: string[]) => trace(TSTRACE, [...options, '--replay', recording, ...SENT], []);
    expect(replayed('-y', '-s', '1000')).toMatchObject({ status: 0, trace: live });
    // Other plans: what they capture is captured from the recording.
    expect(replayed('-y', '-X', 'raw', '-s', '20').trace.match(/net:\[/g)).toHaveLength(5);
  });
});
