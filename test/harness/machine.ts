// What the kernel of this machine can do and not every kernel can: tests that need it are skipped elsewhere.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { compile } from './run.js';

/** The status of test/fixtures/status.c. A shell that is given what the kernel refuses ends with another. */
const EXECUTED = 86;

function runsI386(): boolean {
  // Static: neither a loader nor libraries of 32 bits are asked for, only the kernel.
  const program = compile('status.c', ['-m32', '-static']);
  try {
    const { status, error } = spawnSync(program, { stdio: 'ignore', timeout: 10_000 });
    // A C library that hands it to no shell says ENOEXEC. Whatever else goes wrong is no lack of the kernel.
    if (error && (error as NodeJS.ErrnoException).code !== 'ENOEXEC') throw error;
    return status === EXECUTED;
  } finally {
    rmSync(dirname(program), { recursive: true, force: true });
  }
}

/**
 * Whether the kernel executes 32-bit programs, and calls of i386 in 64-bit ones (`int $0x80`): one without IA32 emulation
 * does neither. It is tried, since a kernel that was built with it may have been started without (ia32_emulation=0). Where
 * the compiler makes no such program this throws: then a package is missing (Debian: gcc-multilib), and tests that were
 * skipped for it would hide that.
 */
export const RUNS_I386 = runsI386();

/** Whether a program of the recorded output (../shared/oracle) needs that, by its source. */
export function needsI386(source: string): boolean {
  return /^\/\/ cflags:.* -m32\b/m.test(source) || source.includes('int $0x80');
}
