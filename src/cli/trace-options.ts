// What a command line asks for, field by field: a superset of the engine's options, frozen by parseCommandLine.
import type {
  CallStatus,
  FdOptions,
  LogLevel,
  OutputFormat,
  Precision,
  QuietKind,
  RunAs,
  SummaryOptions as EngineSummary,
  SyscallSet,
  TimeFormat,
  TraceOptions as EngineOptions,
} from '../trace/options.js';
import type { NumberSet } from './expression.js';

export type { CallStatus, FdOptions, OutputFormat, Precision, QuietKind, RunAs, SyscallSet, TimeFormat };

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
  /** -S */
  readonly sortBy: SummarySort;
  /** -U; always with `name`. */
  readonly columns: readonly SummaryColumn[];
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

/** A tip at the end. */
export interface TipOptions {
  readonly id: number | 'random';
  readonly format: 'none' | 'compact' | 'full';
}

/** Everything a command line can say. */
export interface TraceOptions extends EngineOptions {
  /** `tstrace`, or `strace` when invoked under that name; stands before messages. */
  readonly programName: 'tstrace' | 'strace';
  readonly summary: SummaryOptions;
  /** --trace-fds: only calls on these descriptors, or on `paths`. */
  readonly traceFds: NumberSet | undefined;
  /** -e read=: descriptors whose input is dumped. */
  readonly readFds: NumberSet;
  /** -e write=: descriptors whose output is dumped. */
  readonly writeFds: NumberSet;
  /** In order of the command line: of several rules for a call the last one counts. */
  readonly injections: readonly InjectRule[];
  /** -e secontext=: undefined when it was not asked for. */
  readonly secontext: ReadonlySet<'full' | 'mismatch'> | undefined;
  readonly tips: TipOptions;
  /** --where: an expression over arguments, not yet parsed. */
  readonly where: string | undefined;
  /** --log-level, --log-file: diagnostics of tstrace itself; undefined when neither was given. */
  readonly log: { readonly level: LogLevel; readonly file: string | undefined } | undefined;
  /** --replay: the recording that is printed, instead of a trace. */
  readonly replay: string | undefined;
  /** -q, -e quiet=: what is left out was said; otherwise it depends on what is traced. */
  readonly quietGiven: boolean;
  readonly explainFilter: boolean;
}
