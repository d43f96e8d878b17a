// What does not go together, and what has no effect: checks after all options are read, in strace's order and words.
import { UsageError } from '../errors.js';
import type { Assembled } from './assemble.js';
import type { Qualified } from './qualified.js';

/** What the checks look at. */
export interface Situation {
  readonly programName: 'tstrace' | 'strace';
  readonly given: Assembled;
  /** Keys of all options that were given. */
  readonly keys: ReadonlySet<string>;
  readonly qualified: Qualified;
  readonly attached: number;
  /** Whether there is a command. */
  readonly command: boolean;
}

/** What the checks decide. */
export interface Decisions {
  readonly follow: boolean;
  readonly seccomp: boolean;
  /** A file for each process; without -o it means nothing. */
  readonly separate: boolean;
}

const SUMMARY = '(-c/--summary-only or -C/--summary)';
const MAX_DAEMONIZE = 3;

/** A short form that counts does not mix with its long form. */
function refuseBoth(s: Situation, short: string, long: string): void {
  if (s.given.count(short) > 0 && s.keys.has(long))
    throw new UsageError(`-${short} and --${long} cannot be provided simultaneously`);
}

/** What has a meaning only while something runs, and what it is called. */
const WHILE_TRACING: readonly (readonly [key: string, called: string])[] = [
  ['attach', '-p/--attach'],
  ['argv0', '--argv0'],
  ['detach-on', '-b/--detach-on'],
  ['daemonize', '-D/--daemonize'],
  ['D', '-D/--daemonize'],
  ['env', '-E/--env'],
  ['interruptible', '-I/--interruptible'],
  ['kill-on-exit', '--kill-on-exit'],
  ['pin', '--pin'],
  ['user', '-u/--user'],
  ['seccomp-bpf', '-n/--seccomp-bpf'],
  ['explain-filter', '--explain-filter'],
  ['debug', '-d/--debug'],
  ['record', '--record'],
];

/** --replay prints what was traced. @throws UsageError for what would trace. */
function checkReplay(s: Situation): void {
  if (s.command) throw new UsageError('--replay prints a recording: it takes no PROG');
  const tampering = s.qualified.injections.length > 0 ? '-e inject=' : undefined;
  const called = WHILE_TRACING.find(([key]) => s.keys.has(key))?.[1] ?? tampering;
  if (called !== undefined) throw new UsageError(`--replay prints a recording: ${called} has no meaning there`);
}

/** The command and -p. @throws UsageError. */
function checkTarget(s: Situation): void {
  const { given } = s;
  if (s.keys.has('replay')) {
    checkReplay(s);
    return;
  }
  // A filter can be explained without anything to trace.
  if (!s.command && s.attached === 0 && !s.keys.has('explain-filter'))
    throw new UsageError('must have PROG [ARGS] or -p PID', true);
  refuseBoth(s, 'D', 'daemonize');
  if (!s.command && (given.count('D') > 0 || s.keys.has('daemonize')))
    throw new UsageError('PROG [ARGS] must be specified with -D/--daemonize', true);
  if (!s.command && s.keys.has('argv0')) throw new UsageError('PROG [ARGS] must be specified with --argv0', true);
  if (given.count('D') > MAX_DAEMONIZE)
    throw new UsageError(`Too many -D's (${given.count('D')}), maximum supported -D count is ${MAX_DAEMONIZE}`, true);
  if (s.keys.has('oci-profile') && !s.qualified.trace.complete)
    throw new UsageError('--oci-profile needs all system calls: it does not go with -e trace=');
  if (given.count('kill-on-exit') > 0 && s.attached > 0)
    throw new UsageError('--kill-on-exit and -p/--attach are mutually exclusive options');
}

/** Whether the filter can be used; -f without the filter is not implied. */
function decideSeccomp(s: Situation, warnings: string[]): { readonly seccomp: boolean; readonly implied: boolean } {
  const { given } = s;
  const none = { seccomp: false, implied: false };
  const follow = given.count('f') + given.count('follow-forks') > 0;
  if (given.count('seccomp-bpf') === 0) return none;
  const incompatible = s.keys.has('detach-on') ? '-b' : s.keys.has('syscall-limit') ? '--syscall-limit' : undefined;
  if (incompatible !== undefined) {
    warnings.push(`--seccomp-bpf is not enabled because it is not compatible with ${incompatible}`);
    return none;
  }
  // strace's own name for the option keeps strace's rule; -n, and tstrace, imply what the filter needs.
  if (!follow && s.programName === 'strace') {
    warnings.push('--seccomp-bpf cannot be used without -f/--follow-forks, disabling');
    return none;
  }
  if (s.attached > 0) {
    warnings.push('--seccomp-bpf is not enabled for processes attached with -p');
    if (!s.command) return none;
  }
  if (!follow) warnings.push('-n/--seccomp-bpf implies -f/--follow-forks');
  return { seccomp: true, implied: !follow };
}

/** Options that a table alone makes pointless, in strace's order: whether given, and what they are called. */
function pointlessWithSummary(s: Situation): readonly (readonly [boolean, string])[] {
  const { given, keys } = s;
  const number = s.programName === 'strace' ? '-n/--syscall-number' : '--syscall-number';
  const either = (short: string, long: string): boolean => given.count(short) > 0 || keys.has(long);
  return [
    [keys.has('instruction-pointer'), '-i/--instruction-pointer'],
    [keys.has('k') || keys.has('stack-trace'), '-k/--stack-trace'],
    [keys.has('syscall-number'), number],
    [keys.has('arg-names'), '-N/--arg-names'],
    [either('r', 'relative-timestamps'), '-r/--relative-timestamps'],
    [either('t', 'absolute-timestamps'), '-t/--absolute-timestamps'],
    [either('T', 'syscall-times'), '-T/--syscall-times'],
    [given.count('y') > 0 || (s.qualified.fds?.size ?? 0) > 0, '-y/--decode-fds'],
  ];
}

/** @throws UsageError for what does not go together. `later` holds warnings that come after all others. */
export function checkClashes(
  s: Situation,
  warnings: string[],
  later: readonly string[],
  checkUser: () => void,
): Decisions {
  const { given, keys } = s;
  checkTarget(s);
  refuseBoth(s, 't', 'absolute-timestamps');
  refuseBoth(s, 'x', 'strings-in-hex');
  if (given.count('y') > 0 && s.qualified.fds)
    throw new UsageError('-y and --decode-fds cannot be provided simultaneously');
  const { seccomp, implied } = decideSeccomp(s, warnings);
  const shortForks = given.count('f');
  const separately = keys.has('output-separately');
  if (shortForks > 0 && keys.has('follow-forks'))
    throw new UsageError('-f and --follow-forks cannot be provided simultaneously');
  if (shortForks > 1 && separately)
    throw new UsageError('-ff and --output-separately cannot be provided simultaneously');
  // As in strace, -f says all there is to say about files, so that beside it the long option does nothing.
  const separate = shortForks > 0 ? shortForks > 1 : separately;
  const asked = shortForks > 0 || keys.has('follow-forks');
  const deprecated = given.count('F') > 0;
  if (deprecated)
    warnings.push(
      asked ? 'deprecated option -F ignored' : 'option -F is deprecated, please use -f/--follow-forks instead',
    );
  const only = keys.has('summary-only');
  const summary = only || keys.has('summary');
  if (summary && separate) throw new UsageError(`${SUMMARY} and -ff/--output-separately are mutually exclusive`, true);
  if (!summary && keys.has('summary-wall-clock'))
    throw new UsageError(`-w/--summary-wall-clock must be given with ${SUMMARY}`, true);
  if (!summary && keys.has('summary-columns'))
    throw new UsageError(`-U/--summary-columns must be given with ${SUMMARY}`, true);
  for (const [pointless, what] of only ? pointlessWithSummary(s) : [])
    if (pointless) warnings.push(`${what} has no effect with -c/--summary-only`);
  if (!summary && keys.has('summary-sort-by')) warnings.push(`-S/--summary-sort-by has no effect without ${SUMMARY}`);
  const output = given.last('output');
  if (separately && !asked && !deprecated && output === undefined)
    warnings.push('--output-separately has no effect without -o/--output');
  if (keys.has('output-append-mode') && output === undefined)
    warnings.push('-A/--output-append-mode has no effect without -o/--output');
  warnings.push(...later);
  checkUser();
  if (separate && output !== undefined && /^[|!]/.test(output))
    throw new UsageError('piping the output and -ff/--output-separately are mutually exclusive', true);
  if (given.count('q') > 0 && s.qualified.quiet)
    throw new UsageError('-q and -e quiet/--quiet cannot be provided simultaneously');
  return { follow: asked || deprecated || implied, seccomp, separate };
}
