// The examples that everybody starts with: what the toolbox makes of them, and how they look in a trace.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpf, tstrace, Workshop } from './run.js';

const RULES = `A = arch
if (A != ARCH_X86_64) goto dead
A = sys_number
if (A >= 0x40000000) goto dead
if (A == write) goto ok
if (A == close) goto ok
if (A == dup) goto ok
if (A == exit) goto ok
return ERRNO(5)
ok:
return ALLOW
dead:
return KILL
`;
const BYTES =
  '32,0,0,0,4,0,0,0, 21,0,0,8,62,0,0,192, 32,0,0,0,0,0,0,0, 53,0,6,0,0,0,0,64, 21,0,4,0,1,0,0,0, ' +
  '21,0,3,0,3,0,0,0, 21,0,2,0,32,0,0,0, 21,0,1,0,60,0,0,0, 6,0,0,0,5,0,5,0, 6,0,0,0,0,0,255,127, 6,0,0,0,0,0,0,0';
const TABLE = ` line  CODE  JT   JF      K
=================================
 0000: 0x20 0x00 0x00 0x00000004  A = arch
 0001: 0x15 0x00 0x08 0xc000003e  if (A != ARCH_X86_64) goto 0010
 0002: 0x20 0x00 0x00 0x00000000  A = sys_number
 0003: 0x35 0x06 0x00 0x40000000  if (A >= 0x40000000) goto 0010
 0004: 0x15 0x04 0x00 0x00000001  if (A == write) goto 0009
 0005: 0x15 0x03 0x00 0x00000003  if (A == close) goto 0009
 0006: 0x15 0x02 0x00 0x00000020  if (A == dup) goto 0009
 0007: 0x15 0x01 0x00 0x0000003c  if (A == exit) goto 0009
 0008: 0x06 0x00 0x00 0x00050005  return ERRNO(5)
 0009: 0x06 0x00 0x00 0x7fff0000  return ALLOW
 0010: 0x06 0x00 0x00 0x00000000  return KILL
`;

let shop: Workshop;
beforeAll(() => {
  shop = new Workshop();
});
afterAll(() => shop.remove());

/** The lines of a trace from the first filter on, without what differs from run to run. */
function traced(mode: string, ...options: string[]): string[] {
  const { stderr } = tstrace([...options, shop.examples, mode]);
  const lines = stderr.trimEnd().split('\n');
  const first = lines.findIndex((line) => line.startsWith('prctl(PR_SET_SECCOMP'));
  return lines.slice(first).map((line) => line.replace(/0x7[ef][0-9a-f]{10}/g, 'ADDRESS').replace(/ +=/, ' ='));
}

describe('the rule file', () => {
  it('assembles to its 88 bytes', () => {
    const { stdout, status } = bpf(['asm', '-a', 'amd64', '-f', 'c_array', '-'], RULES);
    expect(status).toBe(0);
    expect(stdout).toBe(`unsigned char bpf[] = {${BYTES.replaceAll(' ', '')}};\n`);
    expect(BYTES.split(',')).toHaveLength(88);
  });

  it('is shown as the table that everybody knows', () => {
    const raw = bpf(['asm', '-a', 'amd64', '-f', 'raw', '-'], RULES).bytes;
    expect(bpf(['disasm', '-a', 'amd64', '-'], raw).stdout).toBe(TABLE);
  });

  it('is a string that scripts paste', () => {
    const { stdout } = bpf(['asm', '-a', 'amd64', '-'], RULES);
    expect(stdout).toBe(
      String.raw`" \x00\x00\x00\x04\x00\x00\x00\x15\x00\x00\b>\x00\x00\xC0 \x00\x00\x00\x00\x00\x00\x005\x00\x06\x00\x00\x00\x00@\x15\x00\x04\x00\x01\x00\x00\x00\x15\x00\x03\x00\x03\x00\x00\x00\x15\x00\x02\x00 \x00\x00\x00\x15\x00\x01\x00<\x00\x00\x00\x06\x00\x00\x00\x05\x00\x05\x00\x06\x00\x00\x00\x00\x00\xFF\x7F\x06\x00\x00\x00\x00\x00\x00\x00"` +
        '\n',
    );
  });
});

describe('programs that confine themselves, traced', () => {
  it('write is denied', () => {
    expect(traced('deny-write')).toEqual([
      'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=6, filter=ADDRESS}) = 0',
      'write(1, "x", 1) = -1 EPERM (Operation not permitted)',
      'exit_group(0) = ?',
      '+++ exited with 0 +++',
    ]);
  });

  it('a call that is not on the list ends the program', () => {
    const lines = traced('allow-list');
    expect(lines[0]).toBe('prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=8, filter=ADDRESS}) = 0');
    // The kernel leaves the number in the register of the result; a core file is a matter of limits.
    expect(lines.slice(1).map((line) => line.replace(' (core dumped)', ''))).toEqual([
      'write(1, "x", 1) = 1',
      'getppid() = 110',
      '--- SIGSYS {si_signo=SIGSYS, si_code=SYS_SECCOMP, si_call_addr=ADDRESS, si_syscall=__NR_getppid, si_arch=AUDIT_ARCH_X86_64} ---',
      '+++ killed by SIGSYS +++',
    ]);
  });

  it('a condition on the third argument', () => {
    expect(traced('third').slice(1, 3)).toEqual([
      'openat(AT_FDCWD, "/dev/null", O_RDONLY) = 3',
      'openat(AT_FDCWD, "/dev/null", O_WRONLY) = -1 EACCES (Permission denied)',
    ]);
  });

  it('a jump past the end is refused by the kernel, by asm, and found by audit', () => {
    expect(traced('bad-jump')[0]).toBe(
      'prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, {len=3, filter=ADDRESS}) = -1 EINVAL (Invalid argument)',
    );
    const source = 'A = sys_number\nif (A == write) goto 9\nreturn ALLOW\n';
    const { stderr, status } = bpf(['asm', '-a', 'amd64', '-'], source);
    expect(status).toBe(1);
    expect(stderr).toBe(
      '-:2:22: jump past the end: only 1 statements follow\nif (A == write) goto 9\n                     ^\n',
    );
    const raw = new Uint8Array([32, 0, 0, 0, 0, 0, 0, 0, 21, 0, 9, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 255, 127]);
    const report = bpf(['audit', '-a', 'amd64', '-'], raw).stdout;
    expect(report).toContain('HIGH   refused: the kernel refuses the filter');
    expect(report).toContain('line 0001: branch past the end');
  });

  it('a missing guard against x32 is found by audit', () => {
    writeFileSync(
      shop.path('no-guard'),
      'A = arch\nif (A != ARCH_X86_64) goto dead\nA = sys_number\nif (A == execve) goto dead\nreturn ALLOW\ndead: return KILL_PROCESS\n',
    );
    const audit = JSON.parse(bpf(['audit', '-a', 'amd64', '-f', 'json', shop.path('no-guard')]).stdout) as {
      reports: { findings: { id: string; severity: string; syscalls: string[] }[] }[];
    };
    const found = audit.reports[0].findings.find(({ id }) => id === 'x32-unguarded');
    expect(found?.severity).toBe('HIGH');
    expect(found?.syscalls).toContain('x32_execve');
    const guarded = bpf(['audit', '-a', 'amd64', '-'], RULES).stdout;
    expect(guarded).not.toContain('x32-unguarded');
  });
});
