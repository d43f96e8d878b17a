// The plans of a program's first calls: given before the tracer thread asks for them, those of traced calls only; what it asks
// for meanwhile is answered. A program with other first calls is traced as well.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { command } from '../native/drive.js';
import { MAX_NR, Next, REQUEST_KEYED, Tracer } from '../../src/binding/tracer.js';
import { parseCommandLine } from '../../src/cli/options.js';
import { Calls } from '../../src/trace/calls.js';
import { answer, giveFirst } from '../../src/trace/plans.js';
import { syscallNumbers } from '../../src/abi/syscalls.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-plans-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));
const number = (name: string): number => syscallNumbers('x86_64', name)[0];

/** Traces a program whose first plans are given; the calls that were asked for afterwards, and its status. */
function trace(path: string, names?: readonly string[]): { asked: Set<number>; compiled: Set<number>; status: number } {
  const parsed = parseCommandLine(['true'], 'tstrace');
  if (parsed.kind !== 'trace') throw new Error(parsed.kind);
  const compiled = new Set<number>();
  class Noting extends Calls {
    override get(abi: number, nr: number): ReturnType<Calls['get']> {
      compiled.add(nr);
      return super.get(abi, nr);
    }
  }
  const calls = new Noting(parsed.options);
  const tracer = new Tracer({ flags: 0, ringBytes: 1 << 20, pinCpu: -1 });
  const traced = new Uint8Array(3 * MAX_NR).fill(names ? 0 : 1);
  for (const name of names ?? []) traced[number(name)] = 1;
  const asked = new Set<number>();
  try {
    tracer.setTraced(traced);
    tracer.spawn(command(path));
    tracer.start();
    giveFirst(tracer, calls, traced);
    for (let there = 0; there >= 0 || there === Next.Request;) {
      there = tracer.next(Math.max(there, 0), 1, 10);
      if (there !== Next.Request) continue;
      const request = tracer.request();
      if (request !== -1) asked.add(request & ~REQUEST_KEYED);
      answer(tracer, calls, []);
    }
    return { asked, compiled, status: tracer.status };
  } finally {
    tracer.destroy();
  }
}

function compile(name: string, code: string, ...flags: string[]): string {
  const path = join(dir, name);
  writeFileSync(`${path}.c`, code);
  execFileSync('cc', ['-O1', ...flags, '-o', path, `${path}.c`]);
  return path;
}

test('what every program begins with is not asked for', () => {
  const path = compile('begins', '#include <unistd.h>\nint main(void) { getppid(); return 3; }');
  const { asked, compiled, status } = trace(path);
  expect(status).toBe(3 << 8);
  expect(compiled).toContain(number('getppid'));
  for (const name of ['execve', 'brk', 'mmap', 'openat', 'close', 'mprotect', 'exit_group'])
    expect(asked, name).not.toContain(number(name));
});

test('plans of calls that are not traced are not made', () => {
  const { asked, compiled, status } = trace(compile('few', 'int main(void) { return 0; }'), ['openat', 'getppid']);
  expect(status).toBe(0);
  expect([...asked]).toEqual([]);
  expect([...compiled]).toEqual([number('openat')]);
});

test('other calls than those come first', () => {
  const code = `#include <sys/syscall.h>
static long call(long nr, long a) { long r; __asm__ volatile("syscall" : "=a"(r) : "a"(nr), "D"(a) : "rcx", "r11", "memory"); return r; }
void _start(void) { call(SYS_getppid, 0); call(SYS_getuid, 0); call(SYS_close, 9); call(SYS_sync, 0); call(SYS_exit_group, 5); }`;
  for (let i = 0; i < 5; i++) {
    const { status, compiled } = trace(compile('own', code, '-nostdlib', '-static'));
    expect(status).toBe(5 << 8);
    for (const name of ['getppid', 'getuid', 'sync', 'close', 'exit_group'])
      expect(compiled, name).toContain(number(name));
  }
});
