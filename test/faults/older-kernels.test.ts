// Kernels that lack what we use. None can be had here: a FAKE of them refuses by a seccomp filter what they would not know
// (refusing-kernel.c). Traces are those of the whole kernel.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Group, until } from '../harness/group.js';
import { RUNS_I386 } from '../harness/machine.js';
import { byProcess, normalise } from '../harness/normalise.js';
import { compile, trace, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';

let fake = '';
let dir = '';
const programs: Record<string, string> = {};
beforeAll(() => {
  fake = compile('refusing-kernel.c');
  dir = mkdtempSync(join(tmpdir(), 'tstrace-older-'));
  programs.tampered = compile('inject.c', ['-pthread']);
  programs.tampered32 = compile('inject.c', ['-pthread', '-m32']);
  programs.filtered = compile('own-filter.c', ['-w']);
  programs.filtered32 = compile('own-filter.c', ['-w', '-m32']);
  programs.mixed = compile('int80.c', ['-w']);
  programs.dies = compile('die.c', ['-w']);
  programs.dies32 = compile('die.c', ['-w', '-m32']);
  programs.storm = compile('native-storm.c', ['-pthread']);
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

/** A tracer on the FAKE kernel that lacks all this. */
function under(missing: readonly string[], tracer = TSTRACE): string {
  const script = join(dir, `${missing.join('-')}-${tracer === TSTRACE ? 'tstrace' : tracer}`);
  writeFileSync(script, `#!/bin/sh\nexec '${fake}' ${missing.join(' ')} -- '${tracer}' "$@"\n`);
  chmodSync(script, 0o755);
  return script;
}

const OLDER = [
  ['before 5.3', ['info', 'set-info']],
  ['before 5.3, though results can be set', ['info']],
] as const;

/** Each task by itself, in its own order. */
const lines = (text: string): string => normalise(text, { grouped: true });

/** Pairs that may differ by races of the program itself: when a child ends, what a thread's end has cleared. */
const ATTEMPTS = 5;

/** Under the fake and without it. */
function compare(missing: readonly string[], options: readonly string[], command: readonly string[]): void {
  let found: string | undefined;
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const whole = trace(under([]), options, command);
    const older = trace(under(missing), options, command);
    expect(older.stderr).toBe(whole.stderr);
    expect([older.status, older.signal]).toEqual([whole.status, whole.signal]);
    expect(lines(whole.trace).split('\n').length).toBeGreaterThan(5);
    found = difference(lines(whole.trace), lines(older.trace));
    if (found === undefined) return;
  }
  expect(found, found).toBeUndefined();
}

const CALLS = 'trace=chdir,read,write,umask,lseek,execve,exit_group,kill,wait4,clone,clone3,fork,vfork';

describe.each(OLDER)('FAKE of a kernel %s', (_, missing) => {
  describe.each([
    ['64', '', true],
    ['32', '32', RUNS_I386],
  ] as const)('programs of %s bits', (_bits, bits, runs) => {
    const traced = test.skipIf(!runs);
    traced('threads, children and their ends', () => {
      compare(missing, ['-f', '-e', CALLS], [programs[`tampered${bits}`]]);
    });
    traced('a single task, all its calls, instruction pointers', () => {
      compare(missing, ['-f', '-i', '-X', 'raw'], [programs[`dies${bits}`], '15']);
    });
    traced('a program with a filter of its own', () => {
      compare(missing, ['-f'], [programs[`filtered${bits}`]]);
    });
    traced.each([
      ['signals', ['-e', 'inject=chdir:signal=USR1:when=2']],
      ['errors', ['-e', 'inject=chdir,umask:error=EPERM']],
      ['results', ['-e', 'inject=chdir,umask,lseek:retval=0x7fffffff:when=2+']],
      ['other calls', ['-e', 'inject=chdir:syscall=getpid:retval=5']],
      ['a path', ['-P', '/', '-e', 'inject=chdir:error=EPERM']],
      ['delays', ['-e', 'inject=read,write:delay_exit=100us:when=1']],
    ])('tampering: %s', (_name, options) => {
      compare(missing, ['-f', '-e', CALLS, ...options], [programs[`tampered${bits}`]]);
    });
    traced('under our own filter', () => {
      compare(missing, ['-n', '-f', '-e', 'trace=chdir,umask'], [programs[`tampered${bits}`]]);
    });
  });
  test.skipIf(!RUNS_I386)('calls of i386 from 64-bit code', () => {
    compare(missing, ['-f', '-e', 'trace=!getrandom'], [programs.mixed]);
  });
  test.skipIf(!RUNS_I386)('exec from 64 bits to 32 and back, by a process with children', () => {
    const script = `'${programs.dies32}' 10; '${programs.dies}' 12; exec '${programs.tampered32}'`;
    compare(missing, ['-f', '-e', CALLS], ['sh', '-c', script]);
  });

  test('-p: a process inside a call that goes on', async () => {
    const traced = async (tracer: string): Promise<string> => {
      const group = new Group('sleep', ['6']);
      const file = join(dir, 'attached');
      try {
        await until('sleep', () => /nanosleep/.test(readFileSync(`/proc/${group.pid}/wchan`, 'latin1')));
        const run = spawnSync(tracer, ['-o', file, '-p', String(group.pid)], { timeout: 20_000 });
        expect([run.status, run.stderr.toString()]).toEqual([0, expect.any(String)]);
        return readFileSync(file, 'latin1');
      } finally {
        group.clear();
      }
    };
    const [whole, older] = [await traced(TSTRACE), await traced(under(missing))];
    expect(whole).toContain('restart_syscall(<... resuming interrupted clock_nanosleep ...>) = 0\n');
    expect(older).toBe(whole);
  });

  test('-p: busy threads, each call with its own result', async () => {
    const kinds = async (tracer: string): Promise<{ kinds: string[]; count: number }> => {
      const group = new Group(programs.storm, ['forever', '4']);
      const file = join(dir, 'busy');
      try {
        const run = new Group(tracer, ['-f', '-q', '-o', file, '-p', String(group.pid)]);
        await until('some calls', () => {
          try {
            return readFileSync(file, 'latin1').split('\n').length > 400;
          } catch {
            return false;
          }
        });
        process.kill(run.pid, 'SIGINT');
        await run.end(10_000);
        await sleep(10);
        // By process, so that lines are whole.
        const all = byProcess(readFileSync(file, 'latin1'))
          .split('\n')
          .filter((line) => !/unfinished|resumed|detached/.test(line));
        const found = all.map((line) => line.replace(/^\d+ +/, '').replace(/\d{2,}|0x[0-9a-f]+/g, 'N'));
        return { kinds: [...new Set(found)].sort(), count: all.length };
      } finally {
        group.clear();
      }
    };
    const [whole, older] = [await kinds(TSTRACE), await kinds(under(missing))];
    expect(older.count).toBeGreaterThan(100);
    expect(older.kinds).toEqual(whole.kinds);
  });
});

test('-d says that a FAKE kernel lacks the request, as strace does', () => {
  const said = (tracer: string): string[] =>
    trace(tracer, ['-d', '-e', 'trace=none'], ['true'])
      .stderr.split('\n')
      .filter((line) => line.includes('PTRACE_GET_SYSCALL_INFO'))
      .map((line) => line.replace(/^t?strace: /, ''));
  expect(said(under(['info']))).toEqual(said(under(['info'], 'strace')));
  expect(said(TSTRACE)).toEqual(['PTRACE_GET_SYSCALL_INFO works']);
});

test.each([
  ['-n', ['-n', '-f']],
  ['--seccomp-bpf', ['--seccomp-bpf', '-f']],
])('on a FAKE kernel without filters %s says one line, and traces without', (_, options) => {
  const run = (tracer: string, own: readonly string[]) => {
    const { trace: text, ...rest } = trace(tracer, [...own, '-e', 'trace=chdir,umask'], [programs.tampered]);
    return { ...rest, stderr: rest.stderr.replace(/^t(?=strace: )/gm, ''), trace: lines(text) };
  };
  const ours = run(under(['seccomp']), options);
  const theirs = run(under(['seccomp'], 'strace'), ['--seccomp-bpf', '-f']);
  expect(ours.stderr).toBe('strace: seccomp filter is requested but unavailable\n');
  expect(ours).toEqual(theirs);
});
