// The commands as their users run them: options, forms of output, exit statuses.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpf, Workshop } from './run.js';

const ALLOW_READ =
  'A = arch\nif (A != ARCH_X86_64) goto dead\nA = sys_number\nif (A == read) goto ok\nreturn ERRNO(1)\nok: return ALLOW\ndead: return KILL_PROCESS\n';

let shop: Workshop;
let raw: Buffer;
const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(shop.path(name), content);
  return shop.path(name);
};

beforeAll(() => {
  shop = new Workshop();
  raw = bpf(['asm', '-a', 'amd64', '-f', 'raw', '-'], ALLOW_READ).bytes;
});
afterAll(() => shop.remove());

describe('tstrace-bpf', () => {
  it('prints its usage, its version, and what is wrong with the command line', () => {
    expect(bpf([]).stdout).toContain('tstrace-bpf dump');
    expect(bpf(['--version']).stdout).toMatch(/^tstrace-bpf \d/);
    const unknown = bpf(['frobnicate']);
    expect([unknown.status, unknown.stderr]).toEqual([
      1,
      "tstrace-bpf: Unknown command: frobnicate\nTry 'tstrace-bpf --help' for more information.\n",
    ]);
    expect(bpf(['disasm', '/nowhere']).stderr).toBe('tstrace-bpf: /nowhere: no such file\n');
    expect(bpf(['disasm', '-a', 'vax', '-'], raw).stderr).toContain("unknown architecture 'vax'");
    expect(bpf(['disasm', '-'], raw.subarray(0, 9)).stderr).toContain('9 bytes are no whole number of instructions');
  });

  it('colours on a terminal, and never into a file or a pipe', () => {
    const input = file('read.bpf', raw);
    const program = `${process.execPath} ${new URL('../../dist/toolbox.cjs', import.meta.url).pathname}`;
    const onTerminal = spawnSync('script', ['-qec', `${program} disasm ${input}`, '/dev/null'], { encoding: 'utf8' });
    expect(onTerminal.stdout).toContain('\x1b[');
    expect(bpf(['disasm', input]).stdout).not.toContain('\x1b');
    bpf(['disasm', input, '-o', shop.path('table')]);
    expect(readFileSync(shop.path('table'), 'utf8')).toBe(bpf(['disasm', input]).stdout);
    const noColour = spawnSync('script', ['-qec', `${program} disasm ${input}`, '/dev/null'], {
      encoding: 'utf8',
      env: { ...process.env, NO_COLOR: '1' },
    });
    expect(noColour.stdout).not.toContain('\x1b[');
  });
});

describe('the manual page', () => {
  it('has every command and every long option', () => {
    const page = readFileSync(new URL('../../man/tstrace-bpf.1', import.meta.url), 'utf8').replaceAll('\\-', '-');
    const usage = bpf(['--help']).stdout;
    const commands = [...usage.matchAll(/^ {2}tstrace-bpf (\w+)/gm)].map(([, command]) => command);
    expect(commands).toHaveLength(9);
    const known = new Set<string>();
    for (const command of commands) {
      expect(page).toMatch(new RegExp(`^\\.SS ${command}$`, 'm'));
      const options = [...bpf([command, '--help']).stdout.matchAll(/ --([a-z-]+)/g)].map(([, option]) => option);
      for (const option of options) {
        known.add(option).add(`no-${option}`);
        // Switches that are on by default are documented as what turns them off.
        const words = ['help', 'version', 'colour'].includes(option) ? [] : [`--${option}`, `--no-${option}`];
        if (words.length > 0)
          expect(
            words.some((word) => page.includes(word)),
            `${command} --${option}`,
          ).toBe(true);
      }
    }
    const mentioned = [...page.matchAll(/(?<=^|[^\w-])--([a-z][a-z-]*)/gm)].map(([, option]) => option);
    expect(mentioned.filter((option) => !known.has(option))).toEqual([]);
  });
});

describe('disasm', () => {
  it('leaves out columns and inference, and writes what asm reads', () => {
    const write = bpf(
      ['asm', '-a', 'amd64', '-f', 'raw', '-'],
      ALLOW_READ.replace('ok: return ALLOW', 'ok: A = args[0]\nreturn ALLOW'),
    ).bytes;
    const options = (...more: string[]): string => bpf(['disasm', '-a', 'amd64', ...more, '-'], write).stdout;
    expect(options('--no-bpf')).toContain(' 0005: A = fd # read(fd, buf, count)\n');
    expect(options('--no-bpf', '--no-arg-infer')).toContain(' 0005: A = args[0]\n');
    expect(options()).toContain(' 0005: 0x20 0x00 0x00 0x00000010  A = fd # read(fd, buf, count)\n');
    const text = options('--asm-able');
    expect(text).toContain(' 0005: A = args[0]\n');
    expect(bpf(['asm', '-a', 'amd64', '-f', 'raw', '-'], text).bytes).toEqual(write);
  });

  it('gives JSON, unknown opcodes included', () => {
    const { instructions } = JSON.parse(
      bpf(['disasm', '--json', '-'], new Uint8Array([0x94, 0, 1, 2, 3, 0, 0, 0])).stdout,
    ) as {
      instructions: unknown[];
    };
    expect(instructions).toEqual([{ line: 0, code: 0x94, jt: 1, jf: 2, k: 3, text: 'unknown opcode 0x94' }]);
  });
});

describe('asm', () => {
  it('makes C that compiles and confines', () => {
    const source = bpf(['asm', '-a', 'amd64', '-f', 'c_source', '-'], ALLOW_READ.replace('read', 'exit_group')).stdout;
    const main = `${source}\n#include <unistd.h>\nint main(void) { install_seccomp(); return getppid() != -1; }\n`;
    shop.compile(file('confined.c', main), shop.path('confined'), '-Werror');
    expect(spawnSync(shop.path('confined')).status).toBe(0);
  });

  it('makes assembler source that installs the filter', () => {
    const stub = bpf(['asm', '-a', 'amd64', '-f', 'assembly', '-'], ALLOW_READ.replace('read', 'exit_group')).stdout;
    file('stub.s', stub);
    file(
      'caller.c',
      '#include <unistd.h>\nextern long install_seccomp(void);\nint main(void) { return install_seccomp() != 0 || getppid() != -1; }\n',
    );
    shop.compile(shop.path('caller.c'), shop.path('caller'), shop.path('stub.s'));
    expect(spawnSync(shop.path('caller')).status).toBe(0);
    for (const arch of ['i386', 'aarch64', 'riscv64', 's390x']) {
      expect(bpf(['asm', '-a', arch, '-f', 'assembly', '-'], 'return ALLOW').stdout).toContain('install_seccomp:');
    }
  });

  it('writes instructions in the byte order of the machine', () => {
    expect([...bpf(['asm', '-a', 's390x', '-f', 'raw', '-'], 'return ERRNO(5)').bytes]).toEqual([
      0, 6, 0, 0, 0, 5, 0, 5,
    ]);
    expect(bpf(['disasm', '-a', 's390x', '-'], new Uint8Array([0, 6, 0, 0, 0, 5, 0, 5])).stdout).toContain(
      'return ERRNO(5)',
    );
  });
});

describe('emu', () => {
  it('shows the way of a call and what it returns', () => {
    const { stdout } = bpf(['emu', '-a', 'amd64', '-', 'read', '0x1', '-1'], raw);
    expect(stdout.trimEnd().split('\n').slice(-3)).toEqual([
      ' 0005: 0x06 0x00 0x00 0x7fff0000  return ALLOW',
      '',
      'return ALLOW at line 0005',
    ]);
    expect(stdout).not.toContain(' 0006:');
    expect(bpf(['emu', '-a', 'amd64', '-q', '-', '999'], raw).stdout).toBe('return ERRNO(1) at line 0004\n');
    expect(bpf(['emu', '-a', 'i386', '-q', '-', 'read'], raw).stdout).toBe('return KILL_PROCESS at line 0006\n');
    expect(bpf(['emu', '-a', 'amd64', '-', 'nonsense'], raw).stderr).toContain("'nonsense' is no system call of amd64");
  });

  it('takes arguments, the instruction pointer, and both byte orders', () => {
    const rules =
      'A = args[1] >> 32\nif (A != 0xffffffff) goto no\nA = instruction_pointer\nif (A != 0x1234) goto no\nreturn ALLOW\nno: return KILL\n';
    for (const arch of ['amd64', 's390x']) {
      const run = (...args: string[]): string => bpf(['emu', '-a', arch, '-q', ...args], rules).stdout;
      expect(run('-i', '0x1234', '-', 'read', '0', '-2')).toBe('return ALLOW at line 0004\n');
      expect(run('-', 'read', '0', '-2')).toBe('return KILL at line 0005\n');
    }
  });

  it('runs every call of a table and says what was not reached', () => {
    const table = JSON.parse(bpf(['emu', '-a', 'amd64', '--table', '--json', '-'], raw).stdout) as {
      calls: { name: string; action: string }[];
      coverage: { missed: number[] };
    };
    expect(table.calls.filter(({ action }) => action === 'ALLOW').map(({ name }) => name)).toEqual(['read']);
    expect(table.calls.length).toBeGreaterThan(350);
    expect(table.coverage.missed).toEqual([6]);
    expect(bpf(['emu', '-a', 'amd64', '--table', '-'], raw).stdout).toMatch(
      /6 of 7 instructions reached by \d+ calls; not reached: 0006\n$/,
    );
  });

  it('ends a division by zero as the kernel does', () => {
    expect(bpf(['emu', '-q', '-'], 'A = 5\nA /= X\nreturn ALLOW').stdout).toBe('return KILL at line 0001\n');
  });
});

describe('dump', () => {
  it('runs a program and shows what it installs', () => {
    const { stdout, status } = bpf(['dump', shop.examples, '--', 'deny-write']);
    expect(status).toBe(0);
    expect(stdout).toContain(' 0003: 0x15 0x00 0x01 0x00000001  if (A != write) goto 0005\n');
    expect(bpf(['dump', '-c', `${shop.examples} deny-write`, '-f', 'inspect']).stdout).toMatch(/^" \\x00.*"\n$/);
    expect(bpf(['dump', '-f', 'raw', shop.examples, '--', 'deny-write']).bytes).toHaveLength(48);
  });

  it('follows the limit, and numbers the files', () => {
    bpf(['dump', '-l', '2', '-f', 'raw', '-o', shop.path('out.bpf'), shop.examples, '--', 'stack']);
    expect(readFileSync(shop.path('out.bpf'))).toHaveLength(48);
    expect(readFileSync(shop.path('out_1.bpf'))).toHaveLength(64);
    expect(existsSync(shop.path('out_2.bpf'))).toBe(false);
    const merged = bpf(['dump', '-l', '0', '--merge', '--json', shop.examples, '--', 'stack']).stdout;
    expect(merged).toContain('2 filters together');
  });

  it('shows strict mode as a filter, and says when there is none', () => {
    expect(bpf(['dump', shop.examples, '--', 'strict']).stdout).toContain('if (A == rt_sigreturn)');
    const none = bpf(['dump', '-c', 'true']);
    expect([none.status, none.stdout, none.stderr]).toEqual([0, '', 'tstrace-bpf: true has installed no filter\n']);
    expect(bpf(['dump', shop.examples, '--', 'bad-jump']).stderr).toContain('has installed no filter');
  });

  it('ends when its time is up', () => {
    const begun = Date.now();
    const { stderr } = bpf(['dump', '-t', '0.3', '-c', 'sleep 60']);
    expect(stderr).toContain('has installed no filter in 0.3 s');
    expect(Date.now() - begun).toBeLessThan(20_000);
  });

  it('reads the filters of a running process', async (context) => {
    const child = spawn(shop.examples, ['wait'], { stdio: 'ignore' });
    try {
      await new Promise((resolve) => setTimeout(resolve, 300));
      const { stdout, stderr } = bpf(['dump', '-p', String(child.pid)]);
      if (stderr.includes('CAP_SYS_ADMIN')) context.skip();
      expect(stdout).toContain('return ERRNO(13)');
      expect(child.exitCode).toBe(null);
    } finally {
      child.kill();
    }
    expect(bpf(['dump', '-p', '999999999']).stderr).toContain('there is no such process');
  });
});

describe('explain', () => {
  it('sorts calls by action', () => {
    expect(bpf(['explain', '-a', 'amd64', '-'], ALLOW_READ).stdout).toBe(`# -
amd64 (ARCH_X86_64):
  ALLOW:
    read
  ERRNO(1):
    <default>
    x32 (sys_number >= 0x40000000)
Other architectures: KILL_PROCESS
Cost: 7 instructions, at most 5 in a row, 5.0 on average; 1 of 1 calls that are always allowed are answered from the kernel's bitmap
`);
    const json = JSON.parse(bpf(['explain', '-a', 'amd64', '--json', '-'], ALLOW_READ).stdout) as {
      checksArch: boolean;
    };
    expect(json.checksArch).toBe(true);
  });

  it('explains a stack one by one and together', () => {
    const { stdout, stderr } = bpf(['explain', '-l', '2', shop.examples, '--', 'stack']);
    expect(stdout.match(/^# /gm)).toHaveLength(3);
    expect(stdout).toContain('2 filters together');
    expect(stdout).toContain('openat when (flags & 0x3) != 0');
    expect(stderr).toContain('2 filters are stacked');
  });
});

describe('audit', () => {
  it('gives its report as JSON, and an exit status on demand', () => {
    const run = bpf(['audit', '-f', 'json', shop.examples, '--', 'deny-write']);
    const report = JSON.parse(run.stdout) as Record<string, unknown> & { reports: Record<string, unknown>[] };
    expect(run.status).toBe(0);
    expect(Object.keys(report)).toEqual(['stacked_filters', 'reports']);
    expect(Object.keys(report.reports[0])).toEqual(['source', 'arches', 'truncated', 'findings']);
    const [finding] = report.reports[0].findings as Record<string, unknown>[];
    expect(Object.keys(finding).sort()).toEqual(
      ['id', 'severity', 'title', 'detail', 'arch', 'syscalls', 'condition', 'remediation'].sort(),
    );
    expect(bpf(['audit', '--fail-on', 'high', shop.examples, '--', 'deny-write']).status).toBe(2);
    expect(bpf(['audit', '-a', 'amd64', '--fail-on', 'high', '-'], ALLOW_READ).status).toBe(0);
  });
});

describe('optimize', () => {
  it('gives a shorter filter and says what was gained', () => {
    const clumsy =
      'A = arch\nA = sys_number\nX = A\nA = X\nif (A == 5) goto no\nif (A == 5) goto no\nreturn ALLOW\nno: return ERRNO(1)\n';
    const { stdout, stderr } = bpf(['optimize', '-a', 'amd64', '-'], clumsy);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .slice(2)
        .map((line) => line.slice(34)),
    ).toEqual(['A = sys_number', 'if (A == fstat) goto 0003', 'return ALLOW', 'return ERRNO(1)']);
    expect(stderr).toContain('instructions 8 -> 4');
    const again = bpf(['optimize', '-a', 'amd64', '-f', 'raw', '-'], clumsy).bytes;
    expect(bpf(['diff', file('clumsy', clumsy), '-'], again).status).toBe(0);
  });
});

describe('diff', () => {
  it('tells equal from different, and both from trouble', () => {
    const one = file('one', ALLOW_READ);
    const other = file(
      'other',
      ALLOW_READ.replace('ok: return', 'ok: A = args[1] >> 32\nif (A == 0x1234) goto dead\nreturn'),
    );
    const same = bpf(['diff', '-a', 'amd64', one, '-'], raw);
    expect([same.status, same.stdout]).toEqual([0, 'equivalent: both decide alike for every input\n']);
    const different = bpf(['diff', '-a', 'amd64', one, other]);
    expect(different.status).toBe(1);
    expect(different.stdout.replaceAll(`${shop.directory}/`, ''))
      .toBe(`different: amd64 read(fd=0x0, buf=0x123400000000, count=0x0)
  one:   return ALLOW at line 0005
  other: return KILL_PROCESS at line 0008
amd64: ALLOW -> KILL_PROCESS for some arguments: read
`);
    expect(bpf(['diff', one, '/nowhere']).status).toBe(2);
    const json = JSON.parse(bpf(['diff', '-a', 'amd64', '--json', one, other]).stdout) as { equivalent: boolean };
    expect(json.equivalent).toBe(false);
  });
});

describe('completion', () => {
  it('works in bash, and is a script for each shell', () => {
    const script = bpf(['completion', 'bash']).stdout;
    const bin = new URL('../../bin', import.meta.url).pathname;
    const complete = (line: string): string[] => {
      const words = line.split(' ');
      const shell = `${script}\nCOMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')})\nCOMP_CWORD=${words.length - 1}\n_tstrace_bpf\nprintf '%s\\n' "\${COMPREPLY[@]}"`;
      const { stdout } = spawnSync('bash', ['-c', shell], {
        encoding: 'utf8',
        env: { ...process.env, PATH: `${bin}:${process.env.PATH ?? ''}` },
      });
      return stdout.trimEnd().split('\n');
    };
    expect(complete('tstrace-bpf di')).toEqual(['disasm', 'diff']);
    expect(complete('tstrace-bpf disasm --asm')).toEqual(['--asm-able']);
    expect(bpf(['completion', 'zsh']).stdout).toContain('#compdef tstrace-bpf');
    expect(bpf(['completion', 'fish']).stdout).toContain('complete -c tstrace-bpf');
    expect(bpf(['completion', 'tcsh']).status).toBe(1);
  });
});

describe('profiles of containers', () => {
  const profile = JSON.stringify({
    defaultAction: 'SCMP_ACT_ERRNO',
    architectures: ['SCMP_ARCH_X86_64'],
    syscalls: [
      { names: ['read', 'exit_group'], action: 'SCMP_ACT_ALLOW' },
      { names: ['personality'], action: 'SCMP_ACT_ALLOW', args: [{ index: 0, value: 8, op: 'SCMP_CMP_EQ' }] },
    ],
  });

  it('are taken wherever a filter is', () => {
    const input = file('profile.json', profile);
    const assembled = bpf(['asm', '-a', 'amd64', '-f', 'raw', input]).bytes;
    expect(assembled.length % 8).toBe(0);
    expect(bpf(['disasm', '-a', 'amd64', input]).stdout).toBe(bpf(['disasm', '-a', 'amd64', '-'], assembled).stdout);
    expect(bpf(['emu', '-q', '-a', 'amd64', input, 'personality', '8']).stdout).toContain('ALLOW');
    expect(bpf(['diff', '-a', 'amd64', input, file('profile.bpf', assembled)]).status).toBe(0);
    const wrong = bpf(['asm', '-'], '{"defaultAction": "ALLOW"}');
    expect([wrong.status, wrong.stderr]).toEqual([1, "tstrace-bpf: -: defaultAction: unknown action 'ALLOW'\n"]);
  });

  it('and filters are explained in pseudo filter code', () => {
    expect(bpf(['explain', '-a', 'amd64', '-f', 'pfc', file('profile.json', profile)]).stdout).toBe(`#
# pseudo filter code start
#
# filter for arch x86_64 (3221225534)
if ($arch == 3221225534)
  # numbers of x32
  if ($syscall >= 1073741824)
    # default action
    action KILL;
  # filter for syscall "read" (0)
  if ($syscall == 0)
    action ALLOW;
  # filter for syscall "personality" (135)
  if ($syscall == 135)
    if ($a0 == 0x8)
      action ALLOW;
    action ERRNO(1);
  # filter for syscall "exit_group" (231)
  if ($syscall == 231)
    action ALLOW;
  # default action
  action ERRNO(1);
# invalid architecture action
# default action
action KILL;
#
# pseudo filter code end
#
`);
  });
});
