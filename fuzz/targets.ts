// What is fuzzed, each a property of random input: it is taken, or refused in words of ours, soon.
import fc from 'fast-check';
import { assemble } from '../src/bpf/assemble/assemble.js';
import { BpfError } from '../src/bpf/bpf-error.js';
import { disassemble } from '../src/bpf/disassemble.js';
import { findRefusal } from '../src/bpf/validate.js';
import { optionTable } from '../src/cli/option-table.js';
import { parseCommandLine } from '../src/cli/options.js';
import { TstraceError } from '../src/errors.js';
import { descriptionOf } from '../src/syscalls/index.js';
import { styleOf } from '../src/trace/calls.js';
import type { TraceOptions } from '../src/trace/options.js';
import { where } from '../src/where/where.js';

/** Longest that one input may take, in milliseconds: none is long. */
const SOON = 3000;

/** Runs it: what it returns, undefined when it was refused as users' mistakes are. */
function refused<T>(run: () => T): T | undefined {
  const start = performance.now();
  try {
    return run();
  } catch (error) {
    if (!(error instanceof TstraceError || error instanceof BpfError)) throw error;
    if (error.message === '') throw new Error('refused without a word', { cause: error });
    return undefined;
  } finally {
    const took = performance.now() - start;
    if (took > SOON) throw new Error(`took ${Math.round(took)} ms`);
  }
}

/** Text that is nearly right: pieces in any order, with other characters between. */
const nearly = (pieces: readonly string[], between: readonly string[], maxLength = 12): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        { weight: 8, arbitrary: fc.constantFrom(...pieces) },
        { weight: 3, arbitrary: fc.constantFrom(...between) },
        { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 4 }) },
      ),
      { maxLength },
    )
    .map((parts) => parts.join(''));

const QUALIFIERS =
  'trace= t= abbrev= verbose= raw= signal= s= read= write= fault= inject= status= quiet= q= decode-fds= decode-pids= kvm= namespace= secontext= trace-fds= trace='.split(
    ' ',
  );
const SETS =
  'all none %file %desc %network %process %signal %ipc %memory %creds %stat %lstat %%stat %clock %pure file /^get /[ ! ? @64 @32 @x32 write openat 59 -1 999999999999 SIGKILL SIGRT_3 sigchld 0 error=EPERM error=999 retval=-1 retval=0x10 signal=9 signal=SIGRTMIN syscall=getpid when=1 when=2+ when=3..5+2 when=0 delay_enter=1ms delay_exit=5 poke_enter=@arg1=0102 poke_exit=@arg9=zz successful failed path socket dev vcpu vcpu+ exit attach comm pidns new full mismatch'.split(
    ' ',
  );
const setText = nearly(SETS, [',', ':', '!', '=', ' ', '/', '+', '@']);
const expression = fc.tuple(fc.constantFrom('', ...QUALIFIERS), setText).map(([head, tail]) => head + tail);

const WHERE =
  'fd flags pathname openat.flags write.count ret errno syscall buf.str arg1 fd.path statbuf.st_size iov[0].iov_len O_CREAT SIGKILL ENOENT AT_FDCWD 0 1 0x7fffffff -1 18446744073709551615 99999999999999999999 "a" "/etc/*" "\\x00\\"" 1k 4M'.split(
    ' ',
  );
const condition = nearly(WHERE, ' && | || ! ( ) == != < <= > >= & ~ !~ , . [ ] in { }'.split(' ').concat(' '), 16);

const SOURCE =
  'A = sys_number|A = arch|A = args[0]|A = args_h[1]|A &= 0xff|A <<= 3|A = X|X = A|mem[0] = A|A = mem[15]|if (A == write) goto end else goto dead|if (A != ARCH_X86_64) goto 1|if (A & 0x80) return KILL|A == execve ? dead : next|return ALLOW|return ERRNO(5)|return TRACE(7)|return 0x7fff0000|return A|end:|dead:|goto end|# words|0x20 0x00 0x00 0x00000004|ld [4]|jeq #59, 1, 2|ret #0'.split(
    '|',
  );
const source = fc
  .array(fc.oneof(fc.constantFrom(...SOURCE), nearly(SOURCE, [' ', '(', ')', '=', ',', '0', 'x', ':'], 4)), {
    maxLength: 30,
  })
  .map((lines) => lines.join('\n'));

const names = optionTable('tstrace').flatMap(({ short, long }) => [
  ...(short ? [`-${short}`] : []),
  ...long.map((l) => `--${l}`),
]);
const value = fc.oneof(
  expression,
  condition,
  fc.constantFrom('0', '1', '-1', '4294967296', 'x', '', '/dev/null', '1,2', '%'),
);
const argument = fc.oneof(
  { weight: 5, arbitrary: fc.constantFrom(...names) },
  { weight: 4, arbitrary: fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => `${name}=${text}`) },
  { weight: 2, arbitrary: fc.tuple(fc.constantFrom(...names), value).map(([name, text]) => name + text) },
  { weight: 4, arbitrary: value },
  { weight: 1, arbitrary: fc.constantFrom('--', '-', 'true', '-fff', '-yyy') },
);

/** A mistake is told in one line, unless the words that it repeats are more than one. */
function oneLine(words: readonly string[], run: () => unknown): void {
  refused(() => {
    try {
      return run();
    } catch (error) {
      if (error instanceof TstraceError && error.message.includes('\n') && !words.some((w) => w.includes('\n')))
        throw new Error('more than a line', { cause: error });
      throw error;
    }
  });
}

const parsed = parseCommandLine(['true'], 'tstrace');
if (parsed.kind !== 'trace') throw new Error('a plain command line is no trace');
const options: TraceOptions = parsed.options;
const style = styleOf(options, 0, 0);
const openat = descriptionOf('openat', 'x86_64', false);
if (!openat) throw new Error('openat has no description');

/** The targets by name. */
export const targets: Readonly<Record<string, fc.IProperty<[unknown, ...unknown[]]>>> = {
  options: fc.property(fc.array(argument, { maxLength: 8 }), fc.constantFrom('tstrace', 'strace'), (argv, name) =>
    oneLine(argv, () => parseCommandLine(argv, name)),
  ) as never,
  expressions: fc.property(fc.array(expression, { minLength: 1, maxLength: 4 }), (texts) =>
    oneLine(texts, () => parseCommandLine([...texts.flatMap((text) => ['-e', text]), 'true'], 'tstrace')),
  ) as never,
  where: fc.property(condition, (text) => {
    const made = refused(() => where(text));
    if (!made) return;
    if (refused(() => (made.check(style), true)) === undefined) return;
    made.bounds('openat', openat, style);
    made.chooser('openat', openat, style);
  }) as never,
  asm: fc.property(source, (text) => {
    const program = refused(() => assemble(text));
    if (!program) return;
    if (findRefusal(program)) throw new Error('the assembler made what the kernel refuses');
    const again = assemble(disassemble(program, { assemblable: true }).join('\n'), { check: false });
    if (JSON.stringify(again) !== JSON.stringify(program)) throw new Error('assembled anew it is another program');
  }) as never,
};
