// Goldens of both text forms.
import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { disassemble } from '../../src/bpf/disassemble.js';
import { ALLOW_LEAF, TRACE_LEAF } from '../../src/bpf/filter-input.js';
import {
  ARCH_I386,
  ARCH_X86_64,
  Op,
  RET_ALLOW,
  RET_ERRNO,
  RET_TRACE,
  type Instruction,
} from '../../src/bpf/instruction.js';
import { compileFilter } from '../../src/bpf/seccomp-filter.js';
import { straceDump } from '../../src/bpf/strace-dump.js';
import { programs } from './programs.js';
import { inputOf, STRACE_SETS } from './strace-sets.js';

const at = (code: number, k = 0, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });

const NAMES: Readonly<Record<string, string>> = {
  [`${ARCH_X86_64},1`]: 'write',
  [`${ARCH_X86_64},59`]: 'execve',
  [`${ARCH_X86_64},${0x40000001}`]: 'x32_write',
  [`${ARCH_I386},4`]: 'write',
  [`${ARCH_I386},11`]: 'execve',
};
const names = {
  syscallName: (arch: number, nr: number): string | undefined => NAMES[`${arch},${nr}`],
  argumentNames: (arch: number, nr: number): readonly string[] | undefined =>
    arch === ARCH_X86_64 && nr === 1 ? ['fd', 'buf', 'count'] : undefined,
};

describe('disassemble', () => {
  it('shows a filter with names where the paths allow it', () => {
    const { program } = compileFilter(inputOf(STRACE_SETS.write));
    expect('\n' + disassemble(program, names).join('\n')).toMatchInlineSnapshot(`
      "
       line  CODE  JT   JF      K
      =================================
       0000: 0x20 0x00 0x00 0x00000004  A = arch
       0001: 0x15 0x00 0x0c 0xc000003e  if (A != ARCH_X86_64) goto 0014
       0002: 0x20 0x00 0x00 0x00000000  A = sys_number
       0003: 0x35 0x03 0x00 0x40000000  if (A >= 0x40000000) goto 0007
       0004: 0x15 0x13 0x00 0x00000001  if (A == write) goto 0024
       0005: 0x15 0x12 0x00 0x0000003b  if (A == execve) goto 0024
       0006: 0x15 0x11 0x0f 0x00000142  if (A == 0x142) goto 0024 else goto 0022
       0007: 0x35 0x03 0x00 0x40000143  if (A >= 0x40000143) goto 0011
       0008: 0x15 0x0f 0x00 0x40000001  if (A == x32_write) goto 0024
       0009: 0x15 0x0e 0x00 0x4000003b  if (A == 0x4000003b) goto 0024
       0010: 0x35 0x0d 0x0c 0x40000142  if (A >= 0x40000142) goto 0024 else goto 0023
       0011: 0x15 0x0c 0x00 0x40000208  if (A == 0x40000208) goto 0024
       0012: 0x15 0x0b 0x00 0x40000221  if (A == 0x40000221) goto 0024
       0013: 0x35 0x0a 0x09 0x40000224  if (A >= 0x40000224) goto 0024 else goto 0023
       0014: 0x15 0x00 0x09 0x40000003  if (A != ARCH_I386) goto 0024
       0015: 0x20 0x00 0x00 0x00000000  A = sys_number
       0016: 0x35 0x03 0x00 0x00000067  if (A >= 0x67) goto 0020
       0017: 0x15 0x06 0x00 0x00000004  if (A == i386.write) goto 0024
       0018: 0x15 0x05 0x00 0x0000000b  if (A == i386.execve) goto 0024
       0019: 0x35 0x04 0x03 0x00000066  if (A >= 0x66) goto 0024 else goto 0023
       0020: 0x15 0x03 0x00 0x00000075  if (A == 0x75) goto 0024
       0021: 0x15 0x02 0x00 0x00000166  if (A == 0x166) goto 0024
       0022: 0x35 0x01 0x00 0x000001c3  if (A >= 0x1c3) goto 0024
       0023: 0x06 0x00 0x00 0x7fff0000  return ALLOW
       0024: 0x06 0x00 0x00 0x7ff00000  return TRACE"
    `);
  });

  it('shows arguments by name where the path fixes the call', () => {
    const none = { size: 0, traced: new Set<number>() };
    const leaf = {
      kind: 'check' as const,
      condition: { op: 'eq' as const, arg: 0, width: 64 as const, value: 2n },
      then: TRACE_LEAF,
      otherwise: ALLOW_LEAF,
    };
    const { program } = compileFilter({
      x86_64: { size: 5, traced: new Set(), leaves: new Map([[1, leaf]]) },
      i386: none,
      x32: none,
    });
    expect('\n' + disassemble(program, { ...names, columns: false }).join('\n')).toMatchInlineSnapshot(`
      "
       0000: A = arch
       0001: if (A != ARCH_X86_64) goto 0010
       0002: A = sys_number
       0003: if (A == write) goto 0005
       0004: if (A >= 0x5) goto 0010 else goto 0009
       0005: A = fd # write(fd, buf, count)
       0006: if (A != 0x2) goto 0009
       0007: A = fd >> 32 # write(fd, buf, count)
       0008: if (A == 0x0) goto 0010
       0009: return ALLOW
       0010: return TRACE"
    `);
  });

  it('has a text for every opcode, every jump form, and for what is no opcode', () => {
    const program = [
      ...Object.values(Op)
        .filter((code) => (code & 7) !== 5 && (code & 7) !== 6)
        .map((code) => at(code, 3)),
      at(Op.LD_W_ABS, 12),
      at(Op.LD_W_ABS, 20),
      at(Op.LD_W_ABS, 3),
      at(0x94, 3),
      at(0x1234, 3),
      at(Op.JEQ_K, 5, 1, 2),
      at(Op.JGT_K, 5, 0, 1),
      at(Op.JGE_K, 5, 1, 0),
      at(Op.JSET_K, 5, 0, 1),
      at(Op.JSET_X, 5, 1, 0),
      at(Op.JEQ_X, 5, 0, 1),
      at(Op.JA, 1),
      at(Op.RET_K, RET_ERRNO + 5),
      at(Op.RET_K, RET_TRACE + 7),
      at(Op.RET_K, 0x12340000),
      at(Op.RET_A),
    ];
    expect('\n' + disassemble(program).join('\n')).toMatchInlineSnapshot(`
      "
       line  CODE  JT   JF      K
      =================================
       0000: 0x20 0x00 0x00 0x00000003  A = data[3]
       0001: 0x80 0x00 0x00 0x00000003  A = len
       0002: 0x00 0x00 0x00 0x00000003  A = 0x3
       0003: 0x60 0x00 0x00 0x00000003  A = mem[3]
       0004: 0x81 0x00 0x00 0x00000003  X = len
       0005: 0x01 0x00 0x00 0x00000003  X = 0x3
       0006: 0x61 0x00 0x00 0x00000003  X = mem[3]
       0007: 0x02 0x00 0x00 0x00000003  mem[3] = A
       0008: 0x03 0x00 0x00 0x00000003  mem[3] = X
       0009: 0x04 0x00 0x00 0x00000003  A += 0x3
       0010: 0x0c 0x00 0x00 0x00000003  A += X
       0011: 0x14 0x00 0x00 0x00000003  A -= 0x3
       0012: 0x1c 0x00 0x00 0x00000003  A -= X
       0013: 0x24 0x00 0x00 0x00000003  A *= 0x3
       0014: 0x2c 0x00 0x00 0x00000003  A *= X
       0015: 0x34 0x00 0x00 0x00000003  A /= 0x3
       0016: 0x3c 0x00 0x00 0x00000003  A /= X
       0017: 0x44 0x00 0x00 0x00000003  A |= 0x3
       0018: 0x4c 0x00 0x00 0x00000003  A |= X
       0019: 0x54 0x00 0x00 0x00000003  A &= 0x3
       0020: 0x5c 0x00 0x00 0x00000003  A &= X
       0021: 0x64 0x00 0x00 0x00000003  A <<= 0x3
       0022: 0x6c 0x00 0x00 0x00000003  A <<= X
       0023: 0x74 0x00 0x00 0x00000003  A >>= 0x3
       0024: 0x7c 0x00 0x00 0x00000003  A >>= X
       0025: 0x84 0x00 0x00 0x00000003  A = -A
       0026: 0xa4 0x00 0x00 0x00000003  A ^= 0x3
       0027: 0xac 0x00 0x00 0x00000003  A ^= X
       0028: 0x07 0x00 0x00 0x00000003  X = A
       0029: 0x87 0x00 0x00 0x00000003  A = X
       0030: 0x20 0x00 0x00 0x0000000c  A = instruction_pointer >> 32
       0031: 0x20 0x00 0x00 0x00000014  A = args[0] >> 32
       0032: 0x20 0x00 0x00 0x00000003  A = data[3]
       0033: 0x94 0x00 0x00 0x00000003  unknown opcode 0x94
       0034: 0x1234 0x00 0x00 0x00000003  unknown opcode 0x1234
       0035: 0x15 0x01 0x02 0x00000005  if (A == 0x5) goto 0037 else goto 0038
       0036: 0x25 0x00 0x01 0x00000005  if (A <= 0x5) goto 0038
       0037: 0x35 0x01 0x00 0x00000005  if (A >= 0x5) goto 0039
       0038: 0x45 0x00 0x01 0x00000005  if (!(A & 0x5)) goto 0040
       0039: 0x4d 0x01 0x00 0x00000005  if (A & X) goto 0041
       0040: 0x1d 0x00 0x01 0x00000005  if (A != X) goto 0042
       0041: 0x05 0x00 0x00 0x00000001  goto 0043
       0042: 0x06 0x00 0x00 0x00050005  return ERRNO(5)
       0043: 0x06 0x00 0x00 0x7ff00007  return TRACE(7)
       0044: 0x06 0x00 0x00 0x12340000  return 0x12340000
       0045: 0x16 0x00 0x00 0x00000000  return A"
    `);
  });

  it('never fails, and every line has its number', () => {
    const wild = fc.array(
      fc.record({ code: fc.nat(0xffff), jt: fc.nat(255), jf: fc.nat(255), k: fc.nat(0xffffffff) }),
      { maxLength: 20 },
    );
    fc.assert(
      fc.property(fc.oneof(programs, wild), (program) => {
        const lines = disassemble(program, names);
        expect(lines).toHaveLength(program.length + 2);
        lines.slice(2).forEach((line, i) => expect(line.startsWith(` ${String(i).padStart(4, '0')}: 0x`)).toBe(true));
        expect(straceDump(program)).toHaveLength(program.length);
      }),
    );
  });
});

describe('straceDump', () => {
  it('writes the lines of strace -d', () => {
    const program = [
      at(Op.LD_W_ABS, 4),
      at(Op.JEQ_K, ARCH_X86_64, 0, 4),
      at(Op.LD_W_ABS, 0),
      at(Op.AND_K, 0x1f),
      at(Op.TAX),
      at(Op.LD_IMM, 1),
      at(Op.LSH_X),
      at(Op.RSH_K, 5),
      at(Op.TXA),
      at(Op.JSET_K, 0x5effffff, 2, 1),
      at(Op.JA, 1),
      at(Op.JGE_K, 451, 1, 0),
      at(Op.RET_K, RET_ALLOW),
      at(Op.RET_K, RET_TRACE),
    ];
    expect('\n' + straceDump(program).join('\n')).toMatchInlineSnapshot(`
      "
      STMT(BPF_LDWABS, data->arch)
      JUMP(BPF_JEQ, 0, 4, 3221225534)
      STMT(BPF_LDWABS, data->nr)
      STMT(BPF_AND, 0x1f)
      STMT(BPF_TAX)
      STMT(BPF_LDWIMM, 0x1)
      STMT(BPF_LSH, X)
      STMT(BPF_RSH, 5)
      STMT(BPF_TXA)
      JUMP(BPF_JSET, 2, 1, 0x5effffff)
      JUMP(BPF_JA, 1)
      JUMP(BPF_JGE, 1, 0, 451)
      STMT(BPF_RET, SECCOMP_RET_ALLOW)
      STMT(BPF_RET, SECCOMP_RET_TRACE)"
    `);
  });

  it('agrees with the installed strace on its own program', (context) => {
    const dump = spawnSync('strace', ['-d', '-f', '--seccomp-bpf', '-e', 'trace=%file', 'true'], { encoding: 'utf8' });
    const lines = (dump.stderr ?? '')
      .split('\n')
      .flatMap((line) => /^strace: ((?:STMT|JUMP)\(.*)$/.exec(line)?.[1] ?? []);
    if (lines.length === 0) {
      console.warn('strace with --seccomp-bpf is missing: its dump was not compared');
      context.skip();
    }
    const codes: Readonly<Record<string, number>> = {
      BPF_LDWABS: Op.LD_W_ABS,
      BPF_LDWIMM: Op.LD_IMM,
      BPF_TAX: Op.TAX,
      BPF_TXA: Op.TXA,
      BPF_AND: Op.AND_K,
      BPF_RSH: Op.RSH_K,
      BPF_LSH: Op.LSH_X,
      BPF_RET: Op.RET_K,
      BPF_JA: Op.JA,
      BPF_JEQ: Op.JEQ_K,
      BPF_JGE: Op.JGE_K,
      BPF_JSET: Op.JSET_K,
    };
    const words: Readonly<Record<string, number>> = {
      'data->nr': 0,
      'data->arch': 4,
      SECCOMP_RET_TRACE: RET_TRACE,
      SECCOMP_RET_ALLOW: RET_ALLOW,
      X: 0,
    };
    const program = lines.map((line) => {
      const [name, ...operands] = line.slice(5, -1).split(', ');
      const values = operands.map((operand) => words[operand] ?? Number(operand));
      return values.length === 3 ? at(codes[name], values[2], values[0], values[1]) : at(codes[name], values[0] ?? 0);
    });
    expect(straceDump(program)).toEqual(lines);
  });
});
