// The one table of options: getopt, help, the manual's test and refusals derive from it.

/** Whether an option takes a value: never, always, or only attached (`--quiet=all`). */
export type ArgumentKind = 'none' | 'required' | 'optional';

export interface OptionSpec {
  /** Canonical name: the long form where there is one. */
  readonly key: string;
  readonly short?: string;
  /** All long spellings, the first one for help. */
  readonly long?: readonly string[];
  readonly argument: ArgumentKind;
  /** Heading in the help text. */
  readonly section: string;
  readonly value?: string;
  readonly help: string;
  /** Parsed, but the engine cannot do it yet: refused with one line. */
  readonly missing?: boolean;
}

const option = (
  section: string,
  key: string,
  short: string | undefined,
  long: readonly string[] | undefined,
  argument: ArgumentKind,
  value: string | undefined,
  help: string,
  missing = false,
): OptionSpec => ({ section, key, short, long, argument, value, help, missing });

const G = 'General';
const S = 'Startup';
const T = 'Tracing';
const F = 'Filtering';
const O = 'Output format';
const C = 'Statistics';
const M = 'Tampering';
const V = 'Miscellaneous';

/** In getopt_long's order of declaration: ambiguity messages list candidates in it. */
const common: readonly OptionSpec[] = [
  option(G, 'expression', 'e', undefined, 'required', 'EXPR', 'a qualifying expression: trace, abbrev, verbose, raw, signal, status, quiet, decode-fds, ...'),
  option(S, 'env', 'E', ['env'], 'required', 'VAR[=VAL]', 'set a variable in the environment of the command, or remove it'),
  option(S, 'attach', 'p', ['attach'], 'required', 'PID,...', 'attach to processes; with -f to all their threads'),
  option(S, 'user', 'u', ['user'], 'required', 'NAME|UID:GID', 'run the command as another user', true),
  option(S, 'argv0', undefined, ['argv0'], 'required', 'NAME', 'argv[0] of the command'),
  option(T, 'detach-on', 'b', ['detach-on'], 'required', 'execve', 'detach a process when it executes another program', true),
  option(T, 'daemonize', 'D', ['daemonize', 'daemonise', 'daemonized', 'daemonised'], 'optional', 'grandchild|pgroup|session', 'run the tracer as a grandchild', true),
  option(T, 'follow-forks', 'f', ['follow-forks'], 'none', undefined, 'trace child processes, too; with -p all threads'),
  option(T, 'output-separately', undefined, ['output-separately'], 'none', undefined, 'with -o: a file for each process, FILE.PID'),
  option(T, 'interruptible', 'I', ['interruptible'], 'required', '1..4', 'when signals may end the trace: anywhere, waiting, never, never_tstp'),
  option(T, 'syscall-limit', undefined, ['syscall-limit'], 'required', 'N', 'detach after so many calls', true),
  option(T, 'kill-on-exit', undefined, ['kill-on-exit'], 'none', undefined, 'tracees die with the tracer'),
  option(F, 'trace-path', 'P', ['trace-path'], 'required', 'PATH', 'only calls that touch the path', true),
  option(F, 'trace', undefined, ['trace'], 'required', 'SET', 'the calls that are traced'),
  option(F, 'trace-fds', undefined, ['trace-fds', 'trace-fd'], 'required', 'SET', 'only calls on these descriptors', true),
  option(F, 'signal', undefined, ['signal', 'signals'], 'required', 'SET', 'the signals that are shown'),
  option(F, 'status', undefined, ['status'], 'required', 'SET', 'only calls with this outcome', true),
  option(F, 'successful-only', 'z', ['successful-only'], 'none', undefined, 'only calls that succeed', true),
  option(F, 'failed-only', 'Z', ['failed-only', 'failing-only'], 'none', undefined, 'only calls that fail', true),
  option(O, 'columns', 'a', ['columns'], 'required', 'N', 'column of the result (40)'),
  option(O, 'abbrev', undefined, ['abbrev'], 'required', 'SET', 'calls whose big structures are shortened'),
  option(O, 'verbose', undefined, ['verbose'], 'required', 'SET', 'calls whose structures are followed'),
  option(O, 'raw', undefined, ['raw'], 'required', 'SET', 'calls whose arguments stay numbers'),
  option(O, 'read', undefined, ['read'], 'required', 'SET', 'descriptors whose input is dumped', true),
  option(O, 'write', undefined, ['write'], 'required', 'SET', 'descriptors whose output is dumped', true),
  option(O, 'quiet', undefined, ['quiet', 'silent', 'silence'], 'optional', 'SET', 'messages that are left out'),
  option(O, 'q', 'q', undefined, 'none', undefined, 'fewer messages (repeatable)'),
  option(O, 'decode-fds', undefined, ['decode-fds', 'decode-fd'], 'optional', 'SET', 'what is said about descriptors'),
  option(O, 'y', 'y', undefined, 'none', undefined, 'paths of descriptors'),
  option(O, 'decode-pids', undefined, ['decode-pids', 'decode-pid'], 'required', 'SET', 'what is said about process ids', true),
  option(O, 'Y', 'Y', undefined, 'none', undefined, 'names of processes', true),
  option(O, 'pidns-translation', undefined, ['pidns-translation'], 'none', undefined, 'ids in the namespace of the tracer', true),
  option(O, 'kvm', undefined, ['kvm'], 'required', 'vcpu', 'reasons of exits of virtual CPUs', true),
  option(O, 'namespace', undefined, ['namespace'], 'optional', 'new', 'ids of new namespaces', true),
  option(O, 'instruction-pointer', 'i', ['instruction-pointer'], 'none', undefined, 'the address of the call'),
  option(O, 'arg-names', 'N', ['arg-names'], 'none', undefined, 'names of arguments'),
  option(O, 'stack-trace', undefined, ['stack-trace', 'stack-traces'], 'optional', 'symbol|source', 'the stack behind each call', true),
  option(O, 'k', 'k', undefined, 'none', undefined, 'the stack behind each call', true),
  option(O, 'stack-trace-frame-limit', undefined, ['stack-trace-frame-limit'], 'required', 'N', 'most frames of a stack', true),
  option(O, 'output', 'o', ['output'], 'required', 'FILE', 'where the trace goes'),
  option(O, 'output-append-mode', 'A', ['output-append-mode'], 'none', undefined, 'append to the file of -o'),
  option(O, 'color', undefined, ['color'], 'optional', 'WHEN', 'colours', true),
  option(O, 'relative-timestamps', undefined, ['relative-timestamps'], 'optional', 'PRECISION', 'time since the call before'),
  option(O, 'r', 'r', undefined, 'none', undefined, 'time since the call before'),
  option(O, 'absolute-timestamps', undefined, ['absolute-timestamps', 'timestamps'], 'optional', 'FORMAT', 'time of day'),
  option(O, 't', 't', undefined, 'none', undefined, 'time of day (-tt: microseconds, -ttt: since the epoch)'),
  option(O, 'syscall-times', undefined, ['syscall-times'], 'optional', 'PRECISION', 'time spent in each call'),
  option(O, 'T', 'T', undefined, 'none', undefined, 'time spent in each call'),
  option(O, 'string-limit', 's', ['string-limit'], 'required', 'N', 'most bytes of a string (32)'),
  option(O, 'no-abbrev', 'v', ['no-abbrev'], 'none', undefined, 'show structures whole'),
  option(O, 'strings-in-hex', undefined, ['strings-in-hex'], 'optional', 'WHICH', 'strings in hexadecimal'),
  option(O, 'x', 'x', undefined, 'none', undefined, 'strings that are not ASCII in hexadecimal (-xx: all)'),
  option(O, 'const-print-style', 'X', ['const-print-style'], 'required', 'raw|abbrev|verbose', 'constants as numbers, names or both'),
  option(O, 'secontext', undefined, ['secontext'], 'optional', 'SET', 'SELinux contexts', true),
  option(O, 'always-show-pid', undefined, ['always-show-pid'], 'none', undefined, 'the process id in every line'),
  option(C, 'summary-only', 'c', ['summary-only'], 'none', undefined, 'a table of calls instead of the trace', true),
  option(C, 'summary', 'C', ['summary'], 'none', undefined, 'a table of calls besides the trace', true),
  option(C, 'summary-syscall-overhead', 'O', ['summary-syscall-overhead'], 'required', 'TIME', 'taken off each call', true),
  option(C, 'summary-sort-by', 'S', ['summary-sort-by'], 'required', 'COLUMN', 'order of the table', true),
  option(C, 'summary-columns', 'U', ['summary-columns'], 'required', 'COLUMNS', 'columns of the table', true),
  option(C, 'summary-wall-clock', 'w', ['summary-wall-clock'], 'none', undefined, 'wall-clock times in the table', true),
  option(M, 'inject', undefined, ['inject'], 'required', 'SET:ACTION', 'tamper with calls', true),
  option(M, 'fault', undefined, ['fault'], 'required', 'SET[:error=E]', 'let calls fail', true),
  option(V, 'debug', 'd', ['debug'], 'none', undefined, 'what the tracer does, on standard error'),
  option(V, 'F', 'F', undefined, 'none', undefined, 'the same as -f, deprecated'),
  option(V, 'help', 'h', ['help'], 'none', undefined, 'this text'),
  option(V, 'version', 'V', ['version'], 'none', undefined, 'the version'),
  option(V, 'tips', undefined, ['tips'], 'optional', 'WHICH', 'a tip at the end', true),
  option(V, 'pin', undefined, ['pin'], 'optional', 'CPU', 'run tracer and command on one CPU'),
];

/** The options under a program name: -n differs. */
export function optionTable(programName: string): readonly OptionSpec[] {
  const asStrace = programName === 'strace';
  return [
    ...common,
    option(O, 'syscall-number', asStrace ? 'n' : undefined, ['syscall-number'], 'none', undefined, 'the number of the call'),
    option(V, 'seccomp-bpf', asStrace ? undefined : 'n', ['seccomp-bpf'], 'none', undefined, 'stop only at the calls of interest: a seccomp filter skips the rest (implies -f)'),
  ];
}
