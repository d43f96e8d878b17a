// Random calls (test/fixtures/random-calls.c) under the installed strace and under tstrace: what is printed otherwise, and why.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newerCommand } from './newer-commands.js';
import { ioctlCommands } from './ioctl-commands.js';
import { newer } from './newer.js';
import { as72 } from './normalise.js';
import { compile, ROOT, trace, TSTRACE } from './run.js';

/** What is called: these numbers in turn, or any. */
export type Numbers = readonly number[] | 'all';

export interface RandomRun {
  readonly abi: 'x86_64' | 'i386';
  readonly seed: number;
  readonly count: number;
  readonly numbers: Numbers;
  readonly options?: readonly string[];
}

/** Both lines of a call, from which its number on the list (`+N`) can be told. */
export interface Difference {
  readonly line: number;
  readonly expected: string;
  readonly actual: string;
}

export interface RandomResult {
  readonly lines: number;
  /** Lines that 7.2 prints otherwise, or of calls that do not occur: by a listed reason. */
  readonly newer: number;
  readonly differences: readonly Difference[];
}

const FLAGS = ['-w', '-static-pie', '-pthread'];
const programs = new Map<string, string>();
function program(abi: RandomRun['abi']): string {
  let path = programs.get(abi);
  if (path === undefined)
    programs.set(abi, (path = compile('random-calls.c', abi === 'i386' ? [...FLAGS, '-m32'] : FLAGS)));
  return path;
}

/** The program's status when it came to its end. */
const DONE = 42;

/** Numbers of ioctl commands, as the program reads them. */
function commands(): Uint32Array {
  return new Uint32Array(
    ioctlCommands.flatMap(([number, , i386]) => [number, i386].filter((n) => typeof n === 'number')),
  );
}

/** The calls behind the filter's installation, whose results stand in no column. */
function calls(tracer: string, options: readonly string[], command: readonly string[]): string[] {
  const run = trace(tracer, options, command, true, ROOT, 3_600_000);
  if (run.status !== DONE) throw new Error(`${tracer}: status ${run.status}, signal ${run.signal}: ${run.stderr}`);
  const lines = run.trace.split('\n');
  return lines
    .slice(lines.findIndex((line) => /^(seccomp|syscall_0x\w+)\((SECCOMP_SET_MODE_FILTER|0x1)\b/.test(line)) + 1)
    .map((line) =>
      line
        .replace(/ \(\)$/, '')
        .replace(/\) += /, ') = ')
        .replace(/\bPID=\d+/, 'PID=N')
        .replace(/(?<=<(socket|pipe):\[)\d+/g, 'N'),
    );
}

/** What no kernel answers or no program asks, and strace prints in a way of its own: lines of 6.1 by call, and the reason. */
const odd: readonly (readonly [calls: RegExp, line: RegExp, reason: string])[] = [
  [
    /^clone3$/,
    /\} => \{(\?\?\?|\/\* bytes)/,
    'bytes behind the known structure are told a second time when the call succeeds',
  ],
  [/^socket(pair)?$/, /, \d{10,}[,)]/, 'the protocol is a number when the upper half of the domain is not zero'],
  [/^get_thread_area$/, /entry_number=/, 'the kernel does not change the number that it is asked for'],
  [/^socket$/, /\((AF_AX25|0x3), .*, 0x\w{9,} /, 'the protocol of AF_AX25 is a whole register'],
  [/^move_pages$/, /^move_pages\([^,]*, 0, /, 'no results at all are an empty list though the call failed'],
  [/^getcwd$/, /"\.\.\., /, 'a path that the kernel did not end'],
  [/^getdents(64)?$/, /bytes (over|under)flow \*\//, 'entries that are damaged'],
  [/^prctl$/, /^prctl\(PR_GET_SPECULATION_CTRL, .*\(IOPRIO_PRIO_VALUE/, 'a text that belongs to another call'],
  [/^perf_event_open$/, /size=/, 'the kernel changes the size only when it says E2BIG'],
  [/^readdir$/, /d_name="[^"]*"\.\.\./, 'a name that the kernel did not end'],
  [/^mincore$/, /, 1844674407370955\d{4}, /, 'pages of nearly all of the address space'],
  [/^cap[gs]et$/, /^cap[gs]et\(0x/, 'a header of which only the version can be read'],
];

/** recvmmsg with a result that is more than there was room for. */
function tooMany(line: string): boolean {
  const m = /^recvmmsg(?:_time64)?\(.*?, (\d+), (?:0|0x|MSG_)[^,]*, [^=]*(?:\{[^}]*\})?\) = (\d+)/.exec(line);
  return m !== null && Number(m[2]) >= Number(m[1]);
}

/** Names of the calls that 6.1 does not know. */
const UNKNOWN = /^syscall_0x/;

function isNewer(expected: string, actual: string): boolean {
  if (UNKNOWN.test(expected)) return !UNKNOWN.test(actual);
  const name = /^\w+/.exec(expected)?.[0] ?? '';
  if (name === 'ioctl') return newerCommand(expected, actual);
  // A small number, too, stands for a protocol when the upper half of the domain is not zero; no line shows that half.
  const protocol = /^(socket\(AF_\w+, [^,]*, )\d+\)/.exec(expected);
  if (protocol && actual.startsWith(protocol[1])) return true;
  return (
    newer(name, expected) || tooMany(expected) || odd.some(([calls, line]) => calls.test(name) && line.test(expected))
  );
}

/** Makes the calls under both tracers and compares line by line. Throws when a run does not come to its end. */
export function randomCalls({ abi, seed, count, numbers, options = [] }: RandomRun): RandomResult {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-random-'));
  try {
    const list = join(dir, 'commands');
    writeFileSync(list, commands());
    const what = numbers === 'all' ? ['all', list] : numbers.map(String);
    const command = [program(abi), String(seed), String(count), ...what];
    const theirs = calls('strace', options, command);
    const ours = calls(TSTRACE, options, command);
    const differences: Difference[] = [];
    let explained = 0;
    for (let line = 0; line < Math.max(theirs.length, ours.length); line++) {
      const expected = as72(theirs[line] ?? '(nothing)');
      const actual = ours[line] ?? '(nothing)';
      if (expected === actual) continue;
      if (isNewer(expected, actual)) explained++;
      else differences.push({ line, expected, actual });
    }
    return { lines: theirs.length, newer: explained, differences };
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The first differences, each as two lines from where they part. */
export function told(differences: readonly Difference[], most = 8): string {
  return differences
    .slice(0, most)
    .map(({ line, expected, actual }) => {
      let at = 0;
      while (at < expected.length && expected[at] === actual[at]) at++;
      const from = Math.max(0, at - 60);
      const part = (text: string): string => `${text.slice(0, 40)} … ${text.slice(from, at + 160)}`;
      return `line ${line + 1}:\n  strace:  ${part(expected)}\n  tstrace: ${part(actual)}`;
    })
    .join('\n');
}
