// Every command and option that users of seccomp-tools know, one by one: each changes what is printed as they expect.
import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bpf, Workshop } from './run.js';

const RULES = 'A = sys_number\nif (A == write) goto bad\nA = instruction_pointer\nreturn ALLOW\nbad: return ERRNO(5)\n';

let shop: Workshop;
let filter = '';
let rules = '';
beforeAll(() => {
  shop = new Workshop();
  rules = shop.path('rules.asm');
  filter = shop.path('rules.bpf');
  writeFileSync(rules, RULES);
  bpf(['asm', '-a', 'amd64', '-f', 'raw', '-o', filter, rules]);
});
afterAll(() => shop.remove());

/** Standard output of a run that must succeed. */
function out(...args: string[]): string {
  const { status, stdout, stderr } = bpf(args);
  expect([status, stderr]).toEqual([0, '']);
  return stdout;
}

describe('the top level', () => {
  it('--help, -h, --version, COMMAND --help, and the usage without arguments', () => {
    expect(out('--help')).toBe(out('-h'));
    expect(bpf([]).stdout).toBe(out('--help'));
    expect(out('--version')).toMatch(/^tstrace-bpf \d+\.\d+/);
    for (const command of ['dump', 'disasm', 'asm', 'emu', 'explain', 'audit', 'completion']) {
      expect(out(command, '--help')).toContain(`tstrace-bpf ${command}`);
    }
  });
});

describe('-a, --arch', () => {
  it('takes every architecture that they know', () => {
    const numbers: Readonly<Record<string, number>> = { aarch64: 64, amd64: 1, i386: 4, riscv64: 64, s390x: 4 };
    for (const [arch, write] of Object.entries(numbers)) {
      for (const option of ['-a', '--arch']) {
        const raw = bpf(['asm', option, arch, '-f', 'raw', '-'], RULES).bytes;
        const k = arch === 's390x' ? raw.readUInt32BE(12) : raw.readUInt32LE(12);
        expect(k, arch).toBe(write);
        expect(bpf(['disasm', option, arch, '-'], raw).stdout, arch).toContain('if (A == write)');
      }
    }
  });
});

describe('disasm', () => {
  it('-o, --output', () => {
    for (const option of ['-o', '--output']) {
      expect(out('disasm', filter, option, shop.path('table'))).toBe('');
      expect(readFileSync(shop.path('table'), 'utf8')).toBe(out('disasm', filter));
    }
  });

  it('--[no-]bpf, --[no-]arg-infer, --asm-able', () => {
    expect(out('disasm', '--bpf', '--arg-infer', filter)).toBe(out('disasm', filter));
    expect(out('disasm', filter)).toContain(' 0000: 0x20 0x00 0x00 0x00000000  A = sys_number\n');
    expect(out('disasm', '--no-bpf', filter)).toContain(' 0000: A = sys_number\n');
    const condition = shop.path('condition.bpf');
    writeFileSync(
      condition,
      bpf(
        ['asm', '-f', 'raw', '-a', 'amd64', '-'],
        'A = arch\nA == ARCH_X86_64 ? next : no\nA = sys_number\nA == write ? next : no\nA = args[0]\nA == 1 ? no : next\nreturn ALLOW\nno: return KILL\n',
      ).bytes,
    );
    expect(out('disasm', '-a', 'amd64', condition)).toContain('A = fd');
    expect(out('disasm', '-a', 'amd64', '--no-arg-infer', condition)).not.toContain('A = fd');
    const text = out('disasm', '-a', 'amd64', '--asm-able', condition);
    expect(bpf(['asm', '-a', 'amd64', '-f', 'raw', '-'], text).bytes).toEqual(readFileSync(condition));
  });
});

describe('asm', () => {
  it('-f, --format: inspect is the default, carray is c_array', () => {
    for (const option of ['-f', '--format']) {
      expect(out('asm', option, 'inspect', rules)).toBe(out('asm', rules));
      expect(out('asm', option, 'carray', rules)).toBe(out('asm', option, 'c_array', rules));
      expect(out('asm', option, 'c_array', rules)).toMatch(/^unsigned char bpf\[\] = \{32,0,0,0,/);
      expect(out('asm', option, 'c_source', rules)).toContain('PR_SET_NO_NEW_PRIVS');
      for (const arch of ['amd64', 'i386', 's390x']) {
        expect(out('asm', '-a', arch, option, 'assembly', rules), arch).toContain('filter');
      }
      expect(bpf(['asm', option, 'raw', rules]).bytes).toHaveLength(40);
    }
  });
});

describe('emu', () => {
  it('takes the call by name or number, arguments as any integer', () => {
    expect(out('emu', filter, 'write')).toContain('return ERRNO(5) at line 0004');
    expect(out('emu', filter, '0x1', '0b11', '0o7', '-1')).toContain('return ERRNO(5) at line 0004');
    expect(out('emu', filter, 'read')).toContain('return ALLOW at line 0003');
  });

  it('-q, --[no-]quiet, -i, --ip', () => {
    const verdict = 'return ALLOW at line 0003\n';
    expect(out('emu', '-q', filter, 'read')).toBe(verdict);
    expect(out('emu', '--quiet', filter, 'read')).toBe(verdict);
    expect(out('emu', '--no-quiet', filter, 'read')).toBe(out('emu', filter, 'read'));
    const byPointer = shop.path('pointer.bpf');
    const text = 'A = instruction_pointer\nA == 0x4000 ? yes : next\nreturn ALLOW\nyes: return KILL_PROCESS\n';
    writeFileSync(byPointer, bpf(['asm', '-f', 'raw', '-'], text).bytes);
    for (const option of ['-i', '--ip']) {
      expect(out('emu', '-q', option, '0x4000', byPointer, 'read')).toBe('return KILL_PROCESS at line 0003\n');
      expect(out('emu', '-q', option, '0x4001', byPointer, 'read')).toBe('return ALLOW at line 0002\n');
    }
  });
});

describe('dump, explain and audit', () => {
  it('-c, --sh-exec wins over the program; -l, --limit and -t, --timeout have both forms', () => {
    const expected = out('dump', '-c', `${shop.examples} deny-write`);
    expect(expected).toContain('if (A != write)');
    for (const [command, limit, time] of [
      ['-c', '-l', '-t'],
      ['--sh-exec', '--limit', '--timeout'],
    ]) {
      expect(out('dump', command, `${shop.examples} deny-write`, limit, '1', time, '20', '/bin/false')).toBe(expected);
      const explained = bpf(['explain', command, `${shop.examples} deny-write`, limit, '1', time, '20']);
      expect(explained.stdout).toContain('write');
      expect(explained.stderr).toBe('tstrace-bpf: there may be more filters: see --limit\n');
      expect(bpf(['audit', command, `${shop.examples} deny-write`, limit, '1', time, '20']).stdout).toContain('HIGH');
    }
  });

  it('dump -f, --format disasm, raw, inspect', () => {
    const source = ['-c', `${shop.examples} deny-write`];
    for (const option of ['-f', '--format']) {
      expect(out('dump', ...source, option, 'disasm')).toBe(out('dump', ...source));
      expect(bpf(['dump', ...source, option, 'raw']).bytes).toHaveLength(48);
      expect(out('dump', ...source, option, 'inspect')).toMatch(/^"(\\x[0-9A-F]{2}|[ -~])+"\n$/);
    }
  });

  it('-p, --pid says what is wrong with a process that is not there', () => {
    for (const command of ['dump', 'explain', 'audit'])
      for (const option of ['-p', '--pid']) {
        const { status, stderr } = bpf([command, option, '4194305']);
        expect(status).toBe(1);
        expect(stderr).toMatch(/^tstrace-bpf: .*4194305.*\n$/);
      }
  });

  it('audit -f, --format human is the default, json has the members that scripts read', () => {
    for (const option of ['-f', '--format']) {
      expect(out('audit', option, 'human', filter)).toBe(out('audit', filter));
      const report = JSON.parse(out('audit', option, 'json', filter)) as {
        stacked_filters: number;
        reports: Record<string, unknown>[];
      };
      expect(report.stacked_filters).toBe(1);
      const [{ findings, ...rest }] = report.reports;
      expect(Object.keys(rest).sort()).toEqual(['arches', 'source', 'truncated']);
      const members = ['id', 'severity', 'title', 'detail', 'arch', 'syscalls', 'condition', 'remediation'];
      expect(findings).not.toHaveLength(0);
      for (const finding of findings as object[]) expect(Object.keys(finding).sort()).toEqual(members.sort());
    }
  });
});

describe('completion', () => {
  it('bash, zsh, fish', () => {
    for (const shell of ['bash', 'zsh', 'fish']) expect(out('completion', shell)).toContain('tstrace-bpf');
    expect(bpf(['completion', 'csh']).status).toBe(1);
  });
});
