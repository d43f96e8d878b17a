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

export interface SummaryOptions {
  /** `only`: -c; `also`: -C. */
  readonly mode: 'none' | 'only' | 'also';
  readonly wallClock: boolean;
  readonly sortBy: string;
  readonly columns: readonly string[];
  /** Nanoseconds taken off each call. */
  readonly overhead: number;
}

export interface TraceOptions {
  /** `tstrace`, or `strace` when invoked under that name; stands before messages. */
  readonly programName: string;
  readonly command: readonly string[];
  readonly argv0: string | undefined;
  /** `-E`: assignments and removals, in order. */
  readonly environment: readonly { readonly name: string; readonly value: string | undefined }[];
  readonly attach: readonly number[];
  readonly user: string | undefined;
  /** -u, looked up. */
  readonly runAs?: { readonly uid: number; readonly gid: number; readonly groups: readonly number[] };
  readonly follow: boolean;
  readonly separate: boolean;
  readonly output: string | undefined;
  readonly append: boolean;
  readonly seccomp: boolean;
  readonly debug: boolean;
  readonly interruptible: 1 | 2 | 3 | 4;
  readonly daemonize: 0 | 1 | 2 | 3;
  readonly detachOnExecve: boolean;
  readonly killOnExit: boolean;
  readonly syscallLimit: number;
  /** A CPU for tracer and command; `none`: both run where the scheduler likes; else they are kept together in the moment of a stop. */
  readonly pin: number | 'none' | undefined;
  readonly alwaysShowPid: boolean;
  readonly columns: number;
  readonly stringLimit: number;
  readonly trace: SyscallSet;
  readonly abbrev: SyscallSet;
  readonly verbose: SyscallSet;
  readonly raw: SyscallSet;
  /** Signals shown. */
  readonly signals: ReadonlySet<number> | 'all';
  readonly statuses: ReadonlySet<CallStatus>;
  readonly quiet: ReadonlySet<QuietKind>;
  readonly constants: ConstantStyle;
  readonly hex: HexStyle;
  readonly argNames: boolean;
  readonly fds: FdOptions;
  readonly comm: boolean;
  /** --decode-pids=pidns */
  readonly pidns: boolean;
  /** -e kvm= */
  readonly kvm: 'none' | 'vcpu' | 'vcpu+';
  /** -e namespace=new */
  readonly namespaces: boolean;
  readonly syscallNumber: boolean;
  readonly instructionPointer: boolean;
  readonly absolute: TimeFormat;
  readonly relative: Precision | undefined;
  readonly callTime: Precision | undefined;
  readonly summary: SummaryOptions;
  readonly paths: readonly string[];
  /** Descriptors; undefined: any call. */
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
