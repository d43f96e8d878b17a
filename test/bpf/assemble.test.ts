// The rule language: what assembles to what, what is said about mistakes, and the way back from a disassembly.
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { archSyscallName, archSyscallNumber } from '../../src/abi/architectures.js';
import { ARCHITECTURES, findArchitecture } from '../../src/bpf/architecture.js';
import { assemble } from '../../src/bpf/assemble/assemble.js';
import { SourceError } from '../../src/bpf/assemble/source-error.js';
import { disassemble } from '../../src/bpf/disassemble.js';
import { decode, encode, Op, RET_ALLOW, RET_ERRNO, type Instruction } from '../../src/bpf/instruction.js';
import { interpret } from '../../src/bpf/interpret.js';
import { findRefusal } from '../../src/bpf/validate.js';
import { programs } from './programs.js';

const names = { syscallNumber: archSyscallNumber };
const ins = (code: number, k = 0, jt = 0, jf = 0): Instruction => ({ code, jt, jf, k });
const allow = ins(Op.RET_K, RET_ALLOW);
/** The instructions of one statement in front of `return ALLOW` and a few more. */
const one = (statement: string): Instruction => assemble(`${statement}\nA = 1\nA = 2\nreturn ALLOW`, names)[0];

test('blanks that are none of the language are mistakes, not the end of all work', () => {
  expect(() => assemble('\u00a0\u2004return ALLOW\u2028')).toThrow(
    /unknown token '\u00a0\u2004'[^]*unknown token '\u2028'/,
  );
});

describe('assemble', () => {
  it.each<[string, Instruction]>([
    ['A = arch', ins(Op.LD_W_ABS, 4)],
    ['a = SYS_NUMBER', ins(Op.LD_W_ABS, 0)],
    ['A = args[2]', ins(Op.LD_W_ABS, 32)],
    ['A = args[2] >> 32', ins(Op.LD_W_ABS, 36)],
    ['A = args_h[5]', ins(Op.LD_W_ABS, 60)],
    ['A = instruction_pointer', ins(Op.LD_W_ABS, 8)],
    ['A = instruction_pointer >> 32', ins(Op.LD_W_ABS, 12)],
    ['A = data[60]', ins(Op.LD_W_ABS, 60)],
    ['A = len', ins(Op.LD_W_LEN)],
    ['X = len', ins(Op.LDX_W_LEN)],
    ['A = 0x1F', ins(Op.LD_IMM, 31)],
    ['X = -1', ins(Op.LDX_IMM, 0xffffffff)],
    ['A = (ARCH_I386)', ins(Op.LD_IMM, 0x40000003)],
    ['A = arch_aarch64', ins(Op.LD_IMM, 0xc00000b7)],
    ['A = openat', ins(Op.LD_IMM, 257)],
    ['A = i386.write', ins(Op.LD_IMM, 4)],
    ['A = x32_write', ins(Op.LD_IMM, 0x40000001)],
    ['mem[15] = X', ins(Op.STX, 15)],
    ['mem[0] = A', ins(Op.ST, 0)],
    ['A = X', ins(Op.TXA)],
    ['X = A', ins(Op.TAX)],
    ['A = -A', ins(Op.NEG)],
    ['A += 5', ins(Op.ADD_K, 5)],
    ['A <<= X', ins(Op.LSH_X)],
    ['A /= 3', ins(Op.DIV_K, 3)],
    ['A ^= X', ins(Op.XOR_X)],
    ['return A', ins(Op.RET_A)],
    ['return ERRNO(13)', ins(Op.RET_K, RET_ERRNO + 13)],
    ['return KILL', ins(Op.RET_K, 0)],
    ['return KILL_THREAD', ins(Op.RET_K, 0)],
    ['return KILL_PROCESS', ins(Op.RET_K, 0x80000000)],
    ['return TRACE(7)', ins(Op.RET_K, 0x7ff00007)],
    ['return 0x12345678', ins(Op.RET_K, 0x12345678)],
    ['goto 1', ins(Op.JA, 1)],
    ['jmp next', ins(Op.JA, 0)],
    ['if (A == 5) goto 1', ins(Op.JEQ_K, 5, 1, 0)],
    ['if (A != 5) goto 1', ins(Op.JEQ_K, 5, 0, 1)],
    ['if (A > X) goto 1 else jump 2', ins(Op.JGT_X, 0, 1, 2)],
    ['if (A <= 5) goto 1', ins(Op.JGT_K, 5, 0, 1)],
    ['if (A < 5) goto 1 else goto next', ins(Op.JGE_K, 5, 0, 1)],
    ['if (A & 5) goto 1', ins(Op.JSET_K, 5, 1, 0)],
    ['if (!(A & 5)) goto 1', ins(Op.JSET_K, 5, 0, 1)],
    ['if (!(!(A >= 5))) goto 1', ins(Op.JGE_K, 5, 1, 0)],
    ['if (\n  A\n  ==\n  write\n)\n goto 1\n else\n goto 2 # far', ins(Op.JEQ_K, 1, 1, 2)],
    ['A == 5 ? 1 : next', ins(Op.JEQ_K, 5, 1, 0)],
    ['A != X ? 1 : 2', ins(Op.JEQ_X, 0, 2, 1)],
    ['.insn 0x94 0x01 2 0xffffffff', ins(0x94, 0xffffffff, 1, 2)],
  ])('%s', (statement, expected) => {
    const source = statement.startsWith('.insn') ? `${statement}\nreturn ALLOW` : statement;
    const got = statement.startsWith('.insn') ? assemble(source, { ...names, check: false })[0] : one(source);
    expect(got).toEqual(expected);
  });

  it('takes several labels for one statement, digits among them', () => {
    expect(assemble('if (A == 1) goto 0007\ngoto other\n0007: other:\n\n  return ALLOW')).toEqual([
      ins(Op.JEQ_K, 1, 1, 0),
      ins(Op.JA, 0),
      allow,
    ]);
  });

  it('takes the byte order and the numbers of the architecture', () => {
    const s390x = findArchitecture('s390x');
    const program = assemble('A = args[0]\nA = args[0] >> 32\nA = write\nreturn ALLOW', { ...names, arch: s390x });
    expect(program.map(({ k }) => k)).toEqual([20, 16, 4, RET_ALLOW]);
    expect(disassemble(program, { arch: s390x, columns: false })).toEqual([
      ' 0000: A = args[0]',
      ' 0001: A = args[0] >> 32',
      ' 0002: A = 0x4',
      ' 0003: return ALLOW',
    ]);
  });

  it('reports every line that is wrong, with place and carets', () => {
    const source = [
      'A = foo',
      '\tif (A == 5 goto x',
      'if (A == 0x1ffffffff) goto 99',
      'return allow',
      'A = data[3]',
      '@@ $',
      'mem[17] = A',
      'X = args[0]',
      'A = i386.nonsense',
      'A = args[0] >> 16',
      'A = 5 6',
      'return ERRNO(65536)',
      'next: return ALLOW',
      'write goto',
    ].join('\n');
    expect(() => assemble(source, { ...names, file: 'rules' })).toThrowError(SourceError);
    let text = '';
    try {
      assemble(source, { ...names, file: 'rules' });
    } catch (error) {
      text = (error as Error).message;
    }
    expect(`\n${text}`).toMatchInlineSnapshot(`
      "
      rules:1:5: 'foo' is no system call of amd64, no architecture and no constant
      A = foo
          ^^^
      rules:2:13: expected ')', found 'goto'
      	if (A == 5 goto x
      	           ^^^^
      rules:3:10: 0x1ffffffff does not fit 32 bits
      if (A == 0x1ffffffff) goto 99
               ^^^^^^^^^^^
      rules:4:8: actions are written in capitals: ALLOW
      return allow
             ^^^^^
      rules:5:10: offsets into data are multiples of 4
      A = data[3]
               ^
      rules:6:1: unknown token '@@'
      @@ $
      ^^
      rules:6:4: unknown token '$'
      @@ $
         ^
      rules:7:5: mem has the indices 0 to 15
      mem[17] = A
          ^^
      rules:8:5: X cannot be loaded from args: load A, then X = A
      X = args[0]
          ^^^^
      rules:9:10: 'nonsense' is no system call of i386
      A = i386.nonsense
               ^^^^^^^^
      rules:10:16: only \`>> 32\` can be loaded
      A = args[0] >> 16
                     ^^
      rules:11:7: expected the end of the line, found '6'
      A = 5 6
            ^
      rules:12:14: the data of an action has 16 bits
      return ERRNO(65536)
                   ^^^^^
      rules:13:1: 'next' is the statement that follows, and no name for a label
      next: return ALLOW
      ^^^^
      rules:14:1: expected a statement, found 'write'
      write goto
      ^^^^^"
    `);
  });

  it('takes no word for a sign because objects have a property of that name', () => {
    const first = (source: string): string => {
      try {
        assemble(source);
      } catch (error) {
        return (error as Error).message.split('\n')[0];
      }
      return 'no error';
    };
    expect(first('if (A toString 1) goto next')).toMatch(/expected a comparison, found 'toString'$/);
    for (const rule of ['A toString 1 ? next : next', 'A toString= 1', 'A constructor 1', 'X valueOf 1']) {
      expect(first(rule)).toMatch(/^[^:]*:1:3: /);
    }
  });

  it('reports what is nested too deeply', () => {
    const deep = '('.repeat(50000);
    for (const rule of [`A = ${deep}`, `if ${deep}`, `if (${'!('.repeat(50000)}`, `return ERRNO${deep}`]) {
      expect(() => assemble(rule)).toThrow(/nested too deeply/);
    }
    expect(assemble(`A = ${'('.repeat(200)}1${')'.repeat(200)}\nreturn ALLOW`)).toEqual(
      assemble('A = 1\nreturn ALLOW'),
    );
  });

  it('reports jumps that cannot be', () => {
    const wrong = (source: string): string => {
      try {
        assemble(source, { file: 'f' });
      } catch (error) {
        return (error as Error).message.split('\n')[0];
      }
      return 'no error';
    };
    expect(wrong('goto 1\nreturn ALLOW')).toBe('f:1:6: jump past the end: only 1 statements follow');
    expect(wrong('back:\nA = 1\ngoto back\nreturn ALLOW')).toBe(
      "f:3:6: label 'back' lies before the jump: filters only jump forward",
    );
    expect(wrong('goto nowhere\nreturn ALLOW')).toBe("f:1:6: there is no label 'nowhere'");
    expect(wrong('goto end\nreturn ALLOW\nend:')).toBe("f:1:6: label 'end' has no statement behind it");
    expect(wrong('a1: a1: return ALLOW')).toBe("f:1:5: label 'a1' is set twice");
    expect(wrong('A = 1')).toBe('f:1:1: the last statement is no return');
    expect(wrong('# nothing')).toBe('f:1:10: there is no statement');
    expect(wrong('A = mem[3]\nreturn ALLOW')).toBe(
      'f:1:1: the kernel refuses this: memory slot 3 is read before it is written',
    );
    expect(wrong('A /= 0\nreturn ALLOW')).toBe('f:1:1: the kernel refuses this: division by 0');
  });

  it('puts jumps between where a condition reaches too far', () => {
    const filler = Array.from({ length: 600 }, (_, i) => `A ^= ${i}`).join('\n');
    const source = `A = sys_number\nif (A == 1) goto far else goto near\n${filler}\nnear: return ERRNO(1)\nfar: return ALLOW`;
    const program = assemble(source);
    expect(findRefusal(program)).toBeUndefined();
    expect(program.length).toBeGreaterThan(604);
    const action = (nr: number): number => interpret(program, { nr, arch: 0 }).action;
    expect(action(1)).toBe(RET_ALLOW);
    expect(action(2)).toBe(RET_ERRNO + 1);
  });

  it('gives back the bytes of any program from its text', () => {
    const wild = fc.array(
      fc.record({ code: fc.nat(0xffff), jt: fc.nat(255), jf: fc.nat(255), k: fc.nat(0xffffffff) }),
      { minLength: 1, maxLength: 30 },
    );
    const known = fc.array(
      fc.record({
        code: fc.constantFrom(...Object.values(Op)),
        jt: fc.nat(4),
        jf: fc.nat(4),
        k: fc.oneof(fc.nat(80), fc.nat(0xffffffff), fc.constantFrom(...ARCHITECTURES.map((a) => a.audit))),
      }),
      { minLength: 1, maxLength: 30 },
    );
    fc.assert(
      fc.property(fc.oneof(programs, wild, known), fc.constantFrom(...ARCHITECTURES), (program, arch) => {
        const text = disassemble(program, { syscallName: archSyscallName, arch, assemblable: true }).join('\n');
        const again = assemble(text, { ...names, arch, check: false });
        expect(encode(again, arch.bigEndian)).toEqual(encode(program, arch.bigEndian));
        expect(decode(encode(program, arch.bigEndian), arch.bigEndian)).toEqual(program);
      }),
      { numRuns: 500 },
    );
  });
});
