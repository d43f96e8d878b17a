// --oci-profile: the profile of what a program did lets it do that again, and refuses what it did not do.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archSyscallNumber } from '../../src/abi/architectures.js';
import { AMD64 } from '../../src/bpf/architecture.js';
import { encode } from '../../src/bpf/instruction.js';
import { readProfile } from '../../src/bpf/profile/oci-profile.js';
import { compileProfile } from '../../src/bpf/profile/profile-filter.js';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, TSTRACE } from '../harness/run.js';

interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly [{ readonly names: readonly string[]; readonly action: string }];
}

const dir = mkdtempSync(join(tmpdir(), 'tstrace-oci-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let confined = '';
beforeAll(() => {
  confined = compile('confined.c');
});

/** The profile of a command, with what the command printed. */
function profileOf(
  command: readonly string[],
  ...options: string[]
): { profile: Profile; stdout: string; text: string } {
  const file = join(dir, 'profile.json');
  const run = spawnSync(TSTRACE, ['-f', '-o', '/dev/null', `--oci-profile=${file}`, ...options, ...command], {
    encoding: 'utf8',
  });
  expect(run.stderr).toBe('');
  const text = readFileSync(file, 'utf8');
  return { profile: JSON.parse(text) as Profile, stdout: run.stdout, text };
}

/** Runs a command under the filter that a profile compiles to. */
function under(text: string, command: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const host = { arch: 'amd64', kernel: [6, 0] as const, capabilities: [] };
  const filter = join(dir, 'filter');
  writeFileSync(filter, encode(compileProfile(readProfile(text, 'profile', host), AMD64, archSyscallNumber)));
  const { status, stdout, stderr } = spawnSync(confined, [filter, ...command], { encoding: 'utf8' });
  return { status, stdout, stderr };
}

test.each([
  ['cat', ['cat', '/etc/hostname']],
  ['a pipeline', ['sh', '-c', 'ls /etc | wc -l; exit 3']],
  [
    'python',
    ['/usr/bin/python3', '-c', 'import threading; t = threading.Thread(target=print, args=(1,)); t.start(); t.join()'],
  ],
] as const)('%s runs under its own profile', (_, command) => {
  const { profile, stdout, text } = profileOf(command);
  expect(profile).toMatchObject({
    defaultAction: 'SCMP_ACT_ERRNO',
    defaultErrnoRet: 1,
    architectures: ['SCMP_ARCH_X86_64'],
  });
  const [{ names, action }] = profile.syscalls;
  expect(action).toBe('SCMP_ACT_ALLOW');
  expect(names).toEqual([...names].sort());
  expect(names).toContain('execve');
  expect(under(text, command).stdout).toBe(stdout);
});

test('a call that the program did not make is refused', () => {
  const { profile, text } = profileOf(['cat', '/etc/hostname']);
  expect(profile.syscalls[0].names).not.toContain('mkdir');
  const target = join(dir, 'made');
  const { status, stderr } = under(text, ['mkdir', target]);
  expect(status).not.toBe(0);
  expect(stderr).toContain('Operation not permitted');
});

test.skipIf(!RUNS_I386)(
  'calls of 32-bit programs have an architecture of their own, and go through their multiplexer',
  () => {
    const { profile } = profileOf([compile('sockets.c', ['-w', '-m32'])]);
    expect(profile.architectures).toContain('SCMP_ARCH_X86');
  },
);

test('what would leave calls out is refused, and so is a file that cannot be written', () => {
  const run = (...argv: string[]): string => spawnSync(TSTRACE, [...argv, 'true'], { encoding: 'utf8' }).stderr;
  expect(run('--oci-profile=/dev/null', '-e', 'trace=write')).toBe(
    'tstrace: --oci-profile needs all system calls: it does not go with -e trace=\n',
  );
  expect(run('--oci-profile=/nowhere/x')).toBe("tstrace: Can't fopen '/nowhere/x': No such file or directory\n");
});
