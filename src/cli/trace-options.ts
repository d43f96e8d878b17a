// What a command line asks for, field by field: a superset of the engine's options, frozen by parseCommandLine.
import type { ConstantStyle, HexStyle } from '../decode/style.js';
import type {
  CallStatus,
  FdOptions,
  LogLevel,
  OutputFormat,
  Precision,
  QuietKind,
  SummaryOptions as EngineSummary,
  SyscallSet,
  TimeFormat,
  TraceOptions as EngineOptions,
} from '../trace/options.js';
import type { NumberSet } from './expression.js';

export type { CallStatus, FdOptions, OutputFormat, Precision, QuietKind, SyscallSet, TimeFormat };

/** Columns of the table of -c. */
export type SummaryColumn =
  | 'time-percent'
  | 'total-time'
  | 'min-time'
  | 'max-time'
  | 'avg-time'
  | 'wall-total'
  | 'wall-min'
  | 'wall-max'
  | 'wall-avg'
  | 'calls'
  | 'errors'
  | 'name';
/** What the table can be sorted by; `time` is the total. */
export type SummarySort = 'time' | 'nothing' | Exclude<SummaryColumn, 'time-percent' | 'total-time'>;

/** The table of -c and -C. */
export interface SummaryOptions extends EngineSummary {
  /** `only`: -c; `also`: -C. */
  readonly mode: 'none' | 'only' | 'also';
  /** -w: latencies instead of system time. */
  readonly wallClock: boolean;
  /** -S */
  readonly sortBy: SummarySort;
  /** -U; always with `name`. */
  readonly columns: readonly SummaryColumn[];
  /** -O: nanoseconds taken off each call. */
  readonly overhead: number;
}

/** Bytes to be written where an argument points to. */
export interface Poke {
  /** Index of the argument, from 0. */
  readonly arg: number;
  readonly bytes: Uint8Array;
}

/** The invocations of a call, counted from 1 for each tracee: first, first+step, … up to last (maybe Infinity). */
export interface InjectWhen {
  readonly first: number;
  readonly last: number;
  readonly step: number;
}

/** One -e inject= or -e fault=. Members that are undefined or empty were not asked for. */
export interface InjectRule {
  readonly set: SyscallSet;
  readonly when: InjectWhen;
  /** Name of the %pure call to be made in place of number -1. */
  readonly syscall: string | undefined;
  /** errno to return, 1-4095 (or a restart code, by name); never together with `retval`. */
  readonly error: number | undefined;
  /** Value to return, as an unsigned 64-bit word. */
  readonly retval: bigint | undefined;
  /** Signal to deliver on entry. */
  readonly signal: number | undefined;
  /** Nanoseconds. */
  readonly delayEnter: number | undefined;
  readonly delayExit: number | undefined;
  readonly pokeEnter: readonly Poke[];
  readonly pokeExit: readonly Poke[];
}

/** Who the command runs as. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** All supplementary groups; none for UID:GID. */
  readonly groups: readonly number[];
}

/** A tip at the end. */
export interface TipOptions {
  readonly id: number | 'random';
  readonly format: 'none' | 'compact' | 'full';
}

/** Everything a command line can say. */
export interface TraceOptions extends EngineOptions {
  /** `tstrace`, or `strace` when invoked under that name; stands before messages. */
  readonly programName: 'tstrace' | 'strace';
  /** PROG and its arguments; empty with -p alone. */
  readonly command: readonly string[];
  /** --argv0: argument 0 of the command. */
  readonly argv0: string | undefined;
  /** -E: assignments, and removals (value undefined), in order. */
  readonly environment: readonly { readonly name: string; readonly value: string | undefined }[];
  /** -p: processes, in order, possibly repeated. */
  readonly attach: readonly number[];
  /** -u, as given. */
  readonly user: string | undefined;
  /** -u, looked up. */
  readonly runAs?: RunAs;
  /** -f: children, too; with -p all threads. */
  readonly follow: boolean;
  /** -ff, --output-separately: a file for each process; only with -o. */
  readonly separate: boolean;
  /** -o: a file, or a command behind `|` or `!`. */
  readonly output: string | undefined;
  /** -A */
  readonly append: boolean;
  /** --seccomp-bpf, where the command line does not rule it out. */
  readonly seccomp: boolean;
  /** -d */
  readonly debug: boolean;
  /** -I, with its defaults: 4 with -D, 3 with -o FILE PROG, else 2. */
  readonly interruptible: 1 | 2 | 3 | 4;
  /** Number of D's: grandchild, own process group, own session. */
  readonly daemonize: 0 | 1 | 2 | 3;
  /** -b execve */
  readonly detachOnExecve: boolean;
  readonly killOnExit: boolean;
  /** --syscall-limit; 0: none. */
  readonly syscallLimit: number;
  /** --pin: a CPU for tracer and command; `none`: both run where the scheduler likes. */
  readonly pin: number | 'none' | undefined;
  readonly alwaysShowPid: boolean;
  /** -a */
  readonly columns: number;
  /** -s: most bytes of a string. */
  readonly stringLimit: number;
  /** Calls that are traced; unknown numbers are members unless it is empty. */
  readonly trace: SyscallSet;
  /** Calls whose big structures are shortened; -v empties it. */
  readonly abbrev: SyscallSet;
  /** Calls whose structures are read. */
  readonly verbose: SyscallSet;
  /** Calls whose arguments stay numbers. */
  readonly raw: SyscallSet;
  /** Signals shown. */
  readonly signals: ReadonlySet<number> | 'all';
  /** Only calls that end like this; -z and -Z set it, too. */
  readonly statuses: ReadonlySet<CallStatus>;
  /** Messages left out; attach and personality with -o FILE PROG. */
  readonly quiet: ReadonlySet<QuietKind>;
  /** -X */
  readonly constants: ConstantStyle;
  /** -x */
  readonly hex: HexStyle;
  /** -N */
  readonly argNames: boolean;
  /** -y, --decode-fds */
  readonly fds: FdOptions;
  /** -Y, --decode-pids=comm */
  readonly comm: boolean;
  /** --decode-pids=pidns */
  readonly pidns: boolean;
  readonly syscallNumber: boolean;
  /** -i */
  readonly instructionPointer: boolean;
  /** -t */
  readonly absolute: TimeFormat;
  /** -r: precision of the time since the call before. */
  readonly relative: Precision | undefined;
  /** -T: precision of the time spent in a call. */
  readonly callTime: Precision | undefined;
  readonly summary: SummaryOptions;
  /** -P, as given; the engine resolves them. */
  readonly paths: readonly string[];
  /** --trace-fds: only calls on these descriptors, or on `paths`. */
  readonly traceFds: NumberSet | undefined;
  /** -e read=: descriptors whose input is dumped. */
  readonly readFds: NumberSet;
  /** -e write=: descriptors whose output is dumped. */
  readonly writeFds: NumberSet;
  /** In order of the command line: of several rules for a call the last one counts. */
  readonly injections: readonly InjectRule[];
  /** -k */
  readonly stack: 'none' | 'symbol' | 'source';
  /** --stack-trace-frame-limit */
  readonly stackFrames: number;
  /** -e kvm=: the reason of an exit, or the whole of kvm_run. */
  readonly kvm: 'none' | 'vcpu' | 'vcpu+';
  /** -e namespace=new */
  readonly namespaces: boolean;
  /** -e secontext=: undefined when it was not asked for. */
  readonly secontext: ReadonlySet<'full' | 'mismatch'> | undefined;
  /** --color */
  readonly color: 'auto' | 'always' | 'never';
  readonly tips: TipOptions;
  /** --where: an expression over arguments, not yet parsed. */
  readonly where: string | undefined;
  readonly outputFormat: OutputFormat;
  /** --record: where the records go. */
  readonly record?: string;
  /** --log-level, --log-file: diagnostics of tstrace itself; undefined when neither was given. */
  readonly log: { readonly level: LogLevel; readonly file: string | undefined } | undefined;
  /** --replay: the recording that is printed, instead of a trace. */
  readonly replay: string | undefined;
  /** -q, -e quiet=: what is left out was said; otherwise it depends on what is traced. */
  readonly quietGiven: boolean;
  /** --oci-profile: where the seccomp profile goes. */
  readonly ociProfile?: string;
  /** --report: where the page about the trace goes. */
  readonly report?: string;
  readonly explainFilter: boolean;
  /** In strace's order, to be printed before tracing. */
  readonly warnings: readonly string[];
}
