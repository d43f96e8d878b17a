// Selections (-P, --trace-fds, --where) are decided by the tracer thread's plans, or by the printers' own tests where a
// record of every call is needed (--oci-profile): both print the same lines, of 64- and 32-bit programs.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';
import { decisionPlan } from '../../src/trace/decision-plan.js';
import { ABIS } from '../../src/abi/abi.js';
import { callName } from '../../src/abi/syscalls.js';
import { carrierOf, IPC } from '../../src/abi/multiplexers.js';
import { descriptionOf } from '../../src/syscalls/index.js';
import { plainStyle } from '../where/style.js';

const programs: Record<string, string> = {};
let dir = '';
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'tstrace-deciding-'));
  for (const name of ['io-calls', 'touched'])
    for (const bits of ['64', '32'])
      programs[name + bits] = compile(`${name}.c`, ['-w', '-pthread', `-m${bits}`, '-D_FILE_OFFSET_BITS=64']);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

const SELECTIONS = [
  ['a path', ['-P', '/dev/null']],
  ['several paths', ['-P', '/', '-P', '/dev/zero', '-P', '/etc/passwd', '-P', 'nowhere']],
  ['the working directory', ['-P', '.']],
  ['descriptors', ['--trace-fds=3,5']],
  ['all but some descriptors', ['--trace-fds=!0,1,2,3']],
  ['descriptors and a path', ['--trace-fds=4', '-P', '/dev/null']],
  ['numbers', ['--where', 'fd == 3 || fd > 1000 || fd < 0']],
  ['signed numbers', ['--where', 'fd < -1']],
  ['wide numbers', ['--where', 'length >= 0x1000 && length < 0x100000000 || count > 3 && count != 7']],
  ['flags', ['--where', 'flags & O_CREAT || flags == 0 && !(mode & 7)']],
  ['a path and numbers', ['-P', '/dev/null', '--where', 'fd != 4']],
  ['texts', ['--where', 'pathname == "/dev/null" || path == "/"']],
] as const;

/** What differs from run to run is taken out. */
const lines = (text: string): string =>
  normalise(text, { grouped: true })
    .replace(/(-)[A-Za-z0-9]{6}\b/g, '$1NAME')
    .replace(/tv_nsec=\d{2,}/g, 'tv_nsec=N');

describe.each([
  ['io-calls', '64'],
  ['io-calls', '32'],
  ['touched', '64'],
  ['touched', '32'],
])('%s, %s bits', (name, bits) => {
  test.skipIf(bits === '32' && !RUNS_I386).each(SELECTIONS)('%s', (_, options) => {
    const own = ['-f', ...options];
    const command = [programs[name + bits]];
    const native = trace(TSTRACE, own, command);
    const printers = trace(TSTRACE, [...own, `--oci-profile=${join(dir, 'profile')}`], command);
    expect(native.stderr).toBe(printers.stderr);
    const found = difference(lines(printers.trace), lines(native.trace));
    expect(found, found).toBeUndefined();
  });
});

test.for(['64', '32'])('-P and what it looks into, as strace has it (%s bits)', (bits, { skip }) => {
  skip(bits === '32' && !RUNS_I386);
  const command = [programs[`touched${bits}`]];
  for (const options of [
    ['-P', '/dev/null'],
    ['-P', '/dev/zero', '-P', '/dev/full'],
    ['-P', '/'],
  ]) {
    const ours = trace(TSTRACE, options, command).trace;
    const theirs = trace('strace', options, command).trace;
    expect(ours.split('\n').length).toBeGreaterThan(3);
    const found = difference(normalise(theirs, { old: true }), normalise(ours));
    expect(found, found).toBeUndefined();
  }
});

test('every described call has a plan for descriptors and paths', () => {
  const without: string[] = [];
  let asked = 0;
  for (const abi of ABIS)
    for (let nr = 0; nr < 1024; nr++) {
      const name = callName(abi.name, nr);
      const call = name && descriptionOf(name, abi.name, abi.index === 1 && carrierOf(nr) === IPC);
      if (!name || !call) continue;
      const targets = { paths: [], descriptors: undefined };
      const plan = decisionPlan(name, { call, style: plainStyle(abi.name), targets, condition: true });
      if (plan === undefined) without.push(`${abi.name} ${name}`);
      else if (plan.length > 0) asked++;
    }
  expect(without).toEqual([]);
  expect(asked).toBeGreaterThan(400);
});
