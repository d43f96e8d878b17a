// What a trace is asked to do and how it is to look: the engine's options, frozen by the command line.
import type { AbiName } from '../abi/abi.js';
import type { ConstantStyle, DescriptorSet, HexStyle } from '../decode/style.js';

/** A set of system calls. */
export interface SyscallSet {
  /** Everything, unknown numbers included. */
  readonly complete: boolean;
  has(abi: AbiName, nr: number): boolean;
}

/** Digits behind the decimal point of times. */
export type Precision = 's' | 'ms' | 'us' | 'ns';

export interface TimeFormat {
  readonly format: 'none' | 'time' | 'unix';
  readonly precision: Precision;
}

export type QuietKind = 'attach' | 'exit' | 'path-resolution' | 'personality' | 'superseded';

/** Statuses of `-e status=`. */
export type CallStatus = 'successful' | 'failed' | 'unfinished' | 'unavailable' | 'detached';

/** How many statuses there are: with all of them wanted, nothing is left out. */
export const ALL_STATUSES = 5;

export interface FdOptions {
  readonly path: boolean;
  readonly socket: boolean;
  readonly dev: boolean;
  readonly eventfd: boolean;
  readonly pidfd: boolean;
  readonly signalfd: boolean;
}

/** The kinds of descriptors that are told of. */
export const fdOptions = (has: (kind: keyof FdOptions) => boolean): FdOptions => ({
  path: has('path'),
  socket: has('socket'),
  dev: has('dev'),
  eventfd: has('eventfd'),
  pidfd: has('pidfd'),
  signalfd: has('signalfd'),
});

/** How much tstrace tells of itself: pino's levels. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Lines as strace writes them, a JSON object for each event, a timeline; or nothing, for what is written beside it. */
export type OutputFormat = 'text' | 'json' | 'perfetto' | 'none';

/** The table of -c and -C. */
export interface SummaryOptions {
  /** `only`: -c; `also`: -C. */
  readonly mode: 'none' | 'only' | 'also';
  /** -w: latencies instead of system time. */
  readonly wallClock: boolean;
  readonly sortBy: string;
  readonly columns: readonly string[];
  /** -O: nanoseconds taken off each call. */
  readonly overhead: number;
}

/** Who the command runs as. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
  /** All supplementary groups; none for UID:GID. */
  readonly groups: readonly number[];
}

/** What is asked of a trace. */
export interface TraceOptions {
  /** `tstrace`, or `strace` when invoked under that name; stands before messages. */
  readonly programName: string;
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
  /** A CPU for tracer and command; `none`: both run where the scheduler likes; else they are kept together in the moment of a stop. */
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
  /** -e kvm=: the reason of an exit, or the whole of kvm_run. */
  readonly kvm: 'none' | 'vcpu' | 'vcpu+';
  /** -e namespace=new */
  readonly namespaces: boolean;
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
  /** Descriptors, or with `inverted` all but those that it iterates over. */
  readonly traceFds: (Iterable<number> & { readonly inverted: boolean; has(fd: number): boolean }) | undefined;
  /** -e read=, -e write=: descriptors whose data is dumped. */
  readonly readFds: DescriptorSet;
  readonly writeFds: DescriptorSet;
  readonly outputFormat: OutputFormat;
  /** --record: where the records go. */
  readonly record?: string;
  /** --color */
  readonly color: 'auto' | 'always' | 'never';
  /** --oci-profile: where the seccomp profile of what the tracees did goes. */
  readonly ociProfile?: string;
  /** -k: stacks behind calls and signals, with names, or -kk with sources, too. */
  readonly stack: 'none' | 'symbol' | 'source';
  /** --stack-trace-frame-limit */
  readonly stackFrames: number;
  /** --report: where the page about the trace goes. */
  readonly report?: string;
  /** Arguments are printed to be read back into values. */
  readonly structured?: boolean;
  /** Warnings of the command line, to be printed before tracing. */
  readonly warnings: readonly string[];
}
