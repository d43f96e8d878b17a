// Random command lines, judged by the installed strace and by us: the same complaints in the same order.
// Nothing is traced: the lines end in no command, in one that does not exist, or in a process that does not.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/options.js';
import { UsageError, WarnedUsageError } from '../../src/errors.js';

const version = /version (\d+)\.(\d+)/.exec(spawnSync('strace', ['-V'], { encoding: 'utf8' }).stdout ?? '');
const dir = mkdtempSync(join(tmpdir(), 'tstrace-cli-'));
afterAll(() => rmSync(dir, { recursive: true }));

const flag = fc.constantFrom(
  '-f',
  '-ff',
  '-c',
  '-C',
  '-w',
  '-q',
  '-qq',
  '-y',
  '-yy',
  '-t',
  '-ttt',
  '-r',
  '-T',
  '-x',
  '-xx',
  '-v',
  '-i',
  '-n',
  '-z',
  '-Z',
  '-D',
  '-A',
  '-F',
  '-Y',
  '-g',
  '-K',
  '--follow-forks',
  '--output-separately',
  '--quiet',
  '--timestamps',
  '--decode-fds',
  '--strings-in-hex',
  '--daemonize',
  '--relative-timestamps',
  '--syscall-times',
  '--summary',
  '--summary-only',
  '--sum',
  '--timestamps=ns',
  '--timestamps=x',
  '--timestamps=unix,us',
  '--quiet=exit',
  '--quiet=x',
  '--daemonize=session',
  '--daemonize=x',
  '--relative-timestamps=x',
  '--strings-in-hex=all',
  '--strings-in-hex=x',
  '--columns=',
  '--tips=x',
  '--tips=1,none',
  '--decode-pids=x',
  '--interruptible=0',
  '--nosuch=1',
);
const expression = fc.constantFrom(
  'trace=none',
  'trace=nosuch',
  'trace=!%file',
  'trace=/^g',
  'trace=/(',
  'trace=chdir@65',
  'trace=?x',
  'trace=%desc@32',
  'trace=',
  'signal=x',
  's=!hup',
  'status=failed',
  'status=x',
  'quiet=attach',
  'q=none',
  'read=3',
  'read=x',
  'w=all',
  'inject=chdir',
  'inject=chdir:error=EPERM',
  'inject=chdir:retval=-1',
  'inject=chdir:retval=0x1ffffffff',
  'fault=chdir:when=2+',
  'fault=chdir:when=0',
  'inject=chdir:signal=65',
  'inject=chdir:poke_enter=@arg1=0',
  'decode-fds=path',
  'decode-fds=x',
  'kvm=vcpu',
  'kvm=x',
  'raw=%net',
);
const valued = fc.oneof(
  fc.tuple(fc.constant('-e'), expression),
  fc.tuple(fc.constantFrom('-s', '-a'), fc.constantFrom('5', 'x', '-1', '', ' 7', '1073741824')),
  fc.tuple(fc.constant('-I'), fc.constantFrom('1', '9', 'never')),
  fc.tuple(fc.constant('-o'), fc.constantFrom('x', '|cat', '!cat')),
  fc.tuple(fc.constantFrom('-U', '-S'), fc.constantFrom('name', 'calls,calls', 'max_time', 'x', 'name,time')),
  fc.tuple(fc.constant('-O'), fc.constantFrom('5ms', 'x', '1e3', 'inf')),
  fc.tuple(fc.constantFrom('-X', '-b', '-E'), fc.constantFrom('raw', 'execve', 'x')),
  fc.tuple(fc.constant('-p'), fc.constantFrom('0', 'x', '4194305', '4194305,4194306')),
);
const end = fc.constantFrom([], ['nosuchprogram'], ['-p', '4194305']);
const line = fc
  .tuple(
    fc.array(
      fc.oneof(
        flag.map((f) => [f]),
        valued,
      ),
      { maxLength: 5 },
    ),
    end,
  )
  .map(([options, last]) => [...options.flat(), ...last]);

/** What strace says of the attempt to trace, not of the command line. */
const ATTEMPT = /^strace: (?:attach: |Can't stat |Cannot find executable |Can't fopen |Process )/;

function ours(argv: readonly string[]): string[] {
  try {
    const parsed = parseCommandLine(argv, 'strace');
    return parsed.kind === 'trace' ? parsed.options.warnings.map((w) => `strace: ${w}`) : [parsed.kind];
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const said = [...(error instanceof WarnedUsageError ? error.warnings : []), error.message].map(
      (m) => `strace: ${m}`,
    );
    return error.hint ? [...said, "Try 'strace -h' for more information."] : said;
  }
}

test.skipIf(version?.[1] !== '6')('the same complaints as the installed strace', () => {
  fc.assert(
    fc.property(line, (argv) => {
      const { stderr } = spawnSync('strace', argv, { encoding: 'utf8', cwd: dir, timeout: 10_000 });
      const said = stderr
        // Renamed since.
        .replaceAll('--stack-traces', '--stack-trace')
        .split('\n')
        .filter((l) => l !== '' && !ATTEMPT.test(l));
      expect(ours(argv)).toEqual(said);
    }),
    { numRuns: 300 },
  );
});
