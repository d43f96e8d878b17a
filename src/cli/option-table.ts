// The one table of options: getopt, help, completion and the manual's test derive from it.

/** Whether an option takes a value: never, always, or only attached (`--quiet=all`). */
export type ArgumentKind = 'none' | 'required' | 'optional';

/** One form of an option in the help text: `['-ff, --follow-forks --output-separately', 'what it does']`. */
export type HelpForm = readonly [form: string, ...lines: string[]];

/** Headings of the help text, in order. */
export const SECTIONS = [
  'General',
  'Startup',
  'Tracing',
  'Filtering',
  'Output format',
  'Statistics',
  'Tampering',
  'Miscellaneous',
] as const;
export type Section = (typeof SECTIONS)[number];

/** One option. */
export interface OptionSpec {
  /** Canonical name: the long form where there is one. */
  readonly key: string;
  readonly short?: string;
  /** Key of the short form where it is another option in effect: `-q` counts, `--quiet` takes a set. */
  readonly shortKey?: string;
  /** All long spellings; unambiguous prefixes of them are taken, too. */
  readonly long: readonly string[];
  readonly argument: ArgumentKind;
  readonly section: Section;
  /** Its entries in the help text. */
  readonly help: readonly HelpForm[];
  /** tstrace's own, not strace's. */
  readonly own?: boolean;
}

type Names = readonly [short: string, ...long: string[]];
type Kind = { readonly argument?: ArgumentKind; readonly shortKey?: string; readonly own?: boolean };

function option(section: Section, [short, ...long]: Names, kind: Kind, ...help: HelpForm[]): OptionSpec {
  return {
    section,
    key: long[0] ?? short,
    ...(short === '' ? {} : { short }),
    long,
    argument: kind.argument ?? 'none',
    help,
    ...kind,
  };
}

const [GENERAL, STARTUP, TRACING, FILTERING, OUTPUT, STATISTICS, TAMPERING, MISC] = SECTIONS;
const FLAG: Kind = {};
const VALUE: Kind = { argument: 'required' };
const OPTIONAL: Kind = { argument: 'optional' };
const OWN_FLAG: Kind = { own: true };
const OWN_VALUE: Kind = { argument: 'required', own: true };
const counted = (shortKey: string): Kind => ({ argument: 'optional', shortKey });

const ACTIONS = [
  '         [:delay_enter=DELAY][:delay_exit=DELAY]',
  '         [:poke_enter=@argN=DATA,...][:poke_exit=@argN=DATA,...]',
  '         [:when=FIRST[..LAST][+[STEP]]]',
].join('\n');

/** Rows stand in getopt's order of declaration, in which candidates for an ambiguous prefix are named. */
const rows: readonly OptionSpec[] = [
  option(GENERAL, ['e'], VALUE, [
    '-e EXPR',
    'a qualifying expression: [QUALIFIER=][!]VALUE[,VALUE]...; without a',
    'qualifier the values are the system calls to trace',
    '<qualifiers: trace, trace-fds, abbrev, verbose, raw, signal, status, read, write,',
    '<            fault, inject, quiet, decode-fds, decode-pids, kvm, namespace,',
    '<            secontext',
  ]),
  option(OUTPUT, ['a', 'columns'], VALUE, ['-a COLUMN, --columns=COLUMN', 'results stand in this COLUMN (default 40)']),
  option(OUTPUT, ['', 'always-show-pid'], FLAG, [
    '--always-show-pid',
    'the process id in every line, even of a single process',
  ]),
  option(STARTUP, ['', 'argv0'], VALUE, ['--argv0=NAME', 'start the command with NAME as its argument 0']),
  option(OUTPUT, ['A', 'output-append-mode'], FLAG, [
    '-A, --output-append-mode',
    'append to the file of -o instead of emptying it',
  ]),
  option(TRACING, ['b', 'detach-on'], VALUE, [
    '-b execve, --detach-on=execve',
    'leave a process alone once it executes another program',
  ]),
  option(STATISTICS, ['c', 'summary-only'], FLAG, [
    '-c, --summary-only',
    'instead of a trace, print a table of calls, errors and times at the end',
  ]),
  option(STATISTICS, ['C', 'summary'], FLAG, ['-C, --summary', 'the table of -c after the trace']),
  option(OUTPUT, ['', 'color'], VALUE, ['--color=WHEN', 'colour the trace: auto (default), always or never']),
  option(MISC, ['d', 'debug'], FLAG, ['-d, --debug', 'tell on standard error what the tracer does']),
  option(
    TRACING,
    ['D', 'daemonize', 'daemonised', 'daemonized'],
    counted('D'),
    ['-D, --daemonize[=grandchild]', 'the tracer becomes a grandchild; the command stays a direct child'],
    ['-DD, --daemonize=pgroup', 'and gets a process group of its own'],
    ['-DDD, --daemonize=session', 'and gets a session of its own'],
  ),
  option(
    STARTUP,
    ['E', 'env'],
    VALUE,
    ['-E VAR=VAL, --env=VAR=VAL', "set a variable in the command's environment"],
    ['-E VAR, --env=VAR', "remove it from the command's environment"],
  ),
  option(
    TRACING,
    ['f', 'follow-forks'],
    { shortKey: 'f' },
    ['-f, --follow-forks', 'trace child processes, too; with -p all threads of the process'],
    ['-ff, --follow-forks --output-separately', 'with a file for each process'],
  ),
  option(TRACING, ['F'], FLAG, ['-F', 'the same as -f, deprecated']),
  option(TRACING, ['', 'output-separately'], FLAG, [
    '--output-separately',
    'write the trace of each process to a file of its own, FILE.PID',
  ]),
  option(MISC, ['h', 'help'], FLAG, ['-h, --help', 'print this help']),
  option(OUTPUT, ['i', 'instruction-pointer'], FLAG, [
    '-i, --instruction-pointer',
    'print the address of the instruction that calls',
  ]),
  option(TRACING, ['I', 'interruptible'], VALUE, [
    '-I WHEN, --interruptible=WHEN',
    'when signals may end the tracer',
    '<1, anywhere:   at any time',
    '<2, waiting:    while it waits (default)',
    '<3, never:      not at all (default with -o FILE PROG)',
    '<4, never_tstp: not at all, ^Z neither (default with -D)',
  ]),
  option(TRACING, ['', 'kill-on-exit'], FLAG, ['--kill-on-exit', 'traced processes die with the tracer']),
  option(
    OUTPUT,
    ['k', 'stack-trace', 'stack-traces'],
    counted('k'),
    ['-k, --stack-trace[=symbol]', 'print the stack behind each call'],
    ['-kk, --stack-trace=source', 'with source files and lines'],
  ),
  option(OUTPUT, ['', 'stack-trace-frame-limit'], VALUE, [
    '--stack-trace-frame-limit=N',
    'print at most N frames of a stack (default 256)',
  ]),
  option(TRACING, ['', 'syscall-limit'], VALUE, ['--syscall-limit=N', 'detach from everything after N calls']),
  option(OUTPUT, ['N', 'arg-names'], FLAG, ['-N, --arg-names', 'print the names of arguments']),
  option(OUTPUT, ['n', 'syscall-number'], FLAG, ['-n, --syscall-number', 'print the number of each call']),
  option(OUTPUT, ['o', 'output'], VALUE, [
    '-o FILE, --output=FILE',
    "write the trace to FILE; to a command's standard input if it is",
    "'|COMMAND' or '!COMMAND'",
  ]),
  option(STATISTICS, ['O', 'summary-syscall-overhead'], VALUE, [
    '-O TIME[UNIT], --summary-syscall-overhead=TIME[UNIT]',
    'take this TIME off each call in the table',
    '<units:      s, ms, us (default), ns',
  ]),
  option(STARTUP, ['p', 'attach'], VALUE, [
    '-p PID, --attach=PID',
    'trace the process with this id; may be repeated, or be a list',
  ]),
  option(FILTERING, ['P', 'trace-path'], VALUE, [
    '-P PATH, --trace-path=PATH',
    'only calls that touch PATH; may be repeated',
  ]),
  option(
    OUTPUT,
    ['q'],
    FLAG,
    ['-q, --quiet=attach,personality', 'no messages about attaching and modes'],
    ['-qq, --quiet=attach,personality,exit', 'nor about exits'],
    ['-qqq, --quiet=all', 'no messages at all'],
  ),
  option(OUTPUT, ['r', 'relative-timestamps'], counted('r'), [
    '-r, --relative-timestamps[=PRECISION]',
    'print the time since the call before',
    '<precisions: s, ms, us (default), ns',
  ]),
  option(OUTPUT, ['s', 'string-limit'], VALUE, [
    '-s SIZE, --string-limit=SIZE',
    'print at most SIZE bytes of a string (default 32)',
  ]),
  option(STATISTICS, ['S', 'summary-sort-by'], VALUE, [
    '-S COLUMN, --summary-sort-by=COLUMN',
    'order of the table: time (default), min-time, max-time, avg-time,',
    'wall-total, wall-min, wall-max, wall-avg, calls, errors, name, nothing',
  ]),
  option(
    OUTPUT,
    ['t', 'absolute-timestamps', 'timestamps'],
    counted('t'),
    [
      '-t, --absolute-timestamps[=[[format:]FORMAT][,[precision:]PRECISION]]',
      'print the time of day',
      '<formats:    none, time (default), unix',
      '<precisions: s (default), ms, us, ns',
    ],
    ['-tt, --absolute-timestamps=us', 'with microseconds'],
    ['-ttt, --absolute-timestamps=unix,us', 'as seconds since the epoch'],
  ),
  option(OUTPUT, ['T', 'syscall-times'], counted('T'), [
    '-T, --syscall-times[=PRECISION]',
    'print the time spent in each call',
  ]),
  option(
    STARTUP,
    ['u', 'user'],
    VALUE,
    ['-u NAME, --user=NAME', 'run the command as this user (root only)'],
    ['-u UID:GID, --user=UID:GID', 'run it with these ids and no further groups'],
  ),
  option(STATISTICS, ['U', 'summary-columns'], VALUE, [
    '-U COLUMNS, --summary-columns=COLUMNS',
    'columns of the table: time-percent, total-time, min-time, max-time,',
    'avg-time, wall-total, wall-min, wall-max, wall-avg, calls, errors, name',
  ]),
  option(OUTPUT, ['v', 'no-abbrev'], FLAG, ['-v, --no-abbrev', 'print structures whole']),
  option(MISC, ['V', 'version'], FLAG, ['-V, --version', 'print the version']),
  option(STATISTICS, ['w', 'summary-wall-clock'], FLAG, [
    '-w, --summary-wall-clock',
    "the table's times are those of the clock on the wall",
  ]),
  option(
    OUTPUT,
    ['x', 'strings-in-hex'],
    counted('x'),
    ['-x, --strings-in-hex=non-ascii', 'strings with bytes beyond ASCII in hexadecimal'],
    ['-xx, --strings-in-hex[=all]', 'all strings in hexadecimal'],
    ['--strings-in-hex=non-ascii-chars', 'only the bytes beyond ASCII in hexadecimal, not in octal'],
  ),
  option(OUTPUT, ['X', 'const-print-style'], VALUE, [
    '-X STYLE, --const-print-style=STYLE',
    'constants as numbers, names or both: raw, abbrev (default), verbose',
  ]),
  option(
    OUTPUT,
    ['y'],
    FLAG,
    ['-y, --decode-fds=path', 'print the paths of file descriptors'],
    ['-yy, --decode-fds=all', 'print all that is known about file descriptors'],
  ),
  option(OUTPUT, ['Y'], FLAG, ['-Y, --decode-pids=comm', 'print the names of processes beside their ids']),
  option(OUTPUT, ['', 'pidns-translation'], FLAG, ['--pidns-translation', 'the same as --decode-pids=pidns']),
  option(FILTERING, ['z', 'successful-only'], FLAG, ['-z, --successful-only', 'only calls that succeed']),
  option(FILTERING, ['Z', 'failed-only', 'failing-only'], FLAG, ['-Z, --failed-only', 'only calls that fail']),
  option(MISC, ['', 'seccomp-bpf'], FLAG, [
    '--seccomp-bpf',
    'let the kernel skip calls that are not traced (needs -f)',
  ]),
  option(MISC, ['', 'tips'], OPTIONAL, [
    '--tips[=[[id:]ID][,[format:]FORMAT]]',
    'print a tip at the end',
    '<formats:    none, compact (default), full',
  ]),
  option(FILTERING, ['', 'trace'], VALUE, [
    '-e trace=SET, --trace=SET',
    'the calls to trace: [!]VALUE[,VALUE]..., where a VALUE is',
    '[?]{NAME|NUMBER|/REGEX|%CLASS|all|none}[@64|@32|@x32]',
    '<classes:    %clock, %creds, %desc, %file, %fstat, %fstatfs, %ipc, %lstat, %memory,',
    '<            %net, %process, %pure, %signal, %stat, %%stat, %statfs, %%statfs',
  ]),
  option(FILTERING, ['', 'trace-fds'], VALUE, [
    '-e trace-fds=SET, --trace-fds=SET',
    'only calls on the file descriptors in SET',
  ]),
  option(OUTPUT, ['', 'abbrev'], VALUE, [
    '-e abbrev=SET, --abbrev=SET',
    'calls whose big structures are shortened (default all)',
  ]),
  option(OUTPUT, ['', 'verbose'], VALUE, [
    '-e verbose=SET, --verbose=SET',
    'calls whose structures are read (default all)',
  ]),
  option(OUTPUT, ['', 'raw'], VALUE, ['-e raw=SET, --raw=SET', 'calls whose arguments stay numbers']),
  option(FILTERING, ['', 'signals', 'signal'], VALUE, ['-e signal=SET, --signal=SET', 'the signals to print']),
  option(FILTERING, ['', 'status'], VALUE, [
    '-e status=SET, --status=SET',
    'only calls that end like this',
    '<statuses:   successful, failed, unfinished, unavailable, detached',
  ]),
  option(OUTPUT, ['', 'read'], VALUE, [
    '-e read=SET, --read=SET',
    'dump what is read from the file descriptors in SET',
  ]),
  option(OUTPUT, ['', 'write'], VALUE, [
    '-e write=SET, --write=SET',
    'dump what is written to the file descriptors in SET',
  ]),
  option(TAMPERING, ['', 'fault'], VALUE, [
    '-e fault=SET[:error=ERRNO][:when=WHEN], --fault=SET[:error=ERRNO][:when=WHEN]',
    'like inject, with ENOSYS unless an error is given',
  ]),
  option(
    TAMPERING,
    ['', 'inject'],
    VALUE,
    ['-e inject=SET[:error=ERRNO|:retval=VALUE][:signal=SIG][:syscall=CALL]\n' + ACTIONS],
    [
      '--inject=SET[:error=ERRNO|:retval=VALUE][:signal=SIG][:syscall=CALL]\n' + ACTIONS,
      'tamper with the calls in SET',
      '<delays:     NUMBER[s|ms|us|ns], microseconds without a unit',
    ],
  ),
  option(OUTPUT, ['', 'kvm'], VALUE, [
    '-e kvm=vcpu, --kvm=vcpu',
    'print why a virtual CPU stopped; vcpu+ with the whole of kvm_run',
  ]),
  option(OUTPUT, ['', 'quiet', 'silent', 'silence'], OPTIONAL, [
    '-e quiet=SET, --quiet=SET',
    'leave out messages',
    '<messages:   attach, exit, path-resolution, personality, superseded',
  ]),
  option(OUTPUT, ['', 'decode-fds'], OPTIONAL, [
    '-e decode-fds=SET, --decode-fds=SET',
    'what to print beside file descriptors',
    '<details:    path, socket, dev, eventfd, pidfd, signalfd',
  ]),
  option(OUTPUT, ['', 'decode-pids'], VALUE, [
    '-e decode-pids=SET, --decode-pids=SET',
    'what to print beside process ids',
    "<details:    comm, pidns (the id in the tracer's namespace)",
  ]),
  option(OUTPUT, ['', 'namespace'], OPTIONAL, [
    '-e namespace=new, --namespace[=new]',
    'print the namespaces that a call enters',
  ]),
  option(OUTPUT, ['', 'secontext'], OPTIONAL, [
    '-e secontext=SET, --secontext[=SET]',
    'contexts of SELinux (taken, but not printed yet)',
    '<details:    full, mismatch',
  ]),
  option(FILTERING, ['', 'where'], OWN_VALUE, [
    '--where=EXPR',
    "only calls whose arguments satisfy EXPR: 'write.fd == 1 || openat.flags & O_CREAT'",
  ]),
  option(OUTPUT, ['', 'output-format'], OWN_VALUE, [
    '--output-format=FORMAT',
    'text (default), json (an object per line), perfetto or none',
  ]),
  option(OUTPUT, ['', 'json'], OWN_FLAG, ['--json', 'the same as --output-format=json']),
  option(OUTPUT, ['', 'report'], OWN_VALUE, [
    '--report=FILE.html',
    'at the end, write a page about the trace: processes, timeline, calls,',
    'errors, files; with -o or --output-format the trace goes there, too',
  ]),
  option(OUTPUT, ['', 'oci-profile'], OWN_VALUE, [
    '--oci-profile=FILE',
    'at the end, write a seccomp profile that allows what was done',
  ]),
  option(OUTPUT, ['', 'record'], OWN_VALUE, [
    '--record=FILE',
    'keep the trace in FILE, for --replay; without another output, print nothing',
  ]),
  option(OUTPUT, ['', 'replay'], OWN_VALUE, [
    '--replay=FILE',
    'print what --record has kept, by any of the options here',
  ]),
  option(MISC, ['', 'log-level'], OWN_VALUE, [
    '--log-level=LEVEL',
    'tell what tstrace itself does, as JSON on standard error:',
    'trace, debug, info (default with --log-file), warn, error, fatal, silent',
  ]),
  option(MISC, ['', 'log-file'], OWN_VALUE, ['--log-file=FILE', 'tell it in FILE instead']),
  option(MISC, ['', 'explain-filter'], OWN_FLAG, ['--explain-filter', 'print the filter of --seccomp-bpf, annotated']),
  option(TRACING, ['', 'pin'], { argument: 'optional', own: true }, [
    '--pin[=CPU|none]',
    'run the tracer and the command on one CPU; none: each where the scheduler likes',
  ]),
  option(MISC, ['', 'completion'], OWN_VALUE, [
    '--completion=SHELL',
    'print a completion script for bash, zsh or fish',
  ]),
];

/** As tstrace, -n is the filter, and the number of calls has only its long name. */
function asTstrace(spec: OptionSpec): OptionSpec {
  if (spec.key === 'syscall-number')
    return { ...spec, short: undefined, help: [['--syscall-number', 'print the number of each call']] };
  if (spec.key === 'seccomp-bpf')
    return {
      ...spec,
      short: 'n',
      help: [['-n, --seccomp-bpf', 'let the kernel skip calls that are not traced (implies -f)']],
    };
  return spec;
}

/** The options under a program name: -n differs. */
export function optionTable(programName: string): readonly OptionSpec[] {
  return programName === 'strace' ? rows : rows.map(asTstrace);
}
