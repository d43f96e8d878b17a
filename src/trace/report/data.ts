// What a report's page is made of: written into it as JSON, read by its script. Times are nanoseconds; those of moments count
// from the start of the trace.

/** What calls are about, in the order of the arrays below. `wait`: calls that are there to wait. */
export const CATEGORIES = ['file', 'network', 'pipe', 'memory', 'process', 'wait', 'other'] as const;
export type Category = (typeof CATEGORIES)[number];

/** What a file is, by the path that /proc tells. */
export type FileKind = 'file' | 'device' | 'system' | 'socket' | 'pipe' | 'other';

/** How a task ended; `gone`: it was let go, or the trace ended before it did. */
export type Ending =
  | { readonly how: 'exited'; readonly status: number }
  | { readonly how: 'killed'; readonly signal: string; readonly core: boolean }
  | { readonly how: 'gone' };

/** Calls, errors among them, and the time they took. */
export interface Sums {
  readonly calls: number;
  readonly errors: number;
  readonly time: number;
}

/** Buckets of equal width from the start of the trace on. */
export interface TimelineData {
  /** Of a bucket. */
  readonly width: number;
  /** Time in calls by category and bucket: of all tasks together, so that it may exceed the width. */
  readonly time: readonly (readonly number[])[];
  /** Calls that ended in a bucket, by category. */
  readonly calls: readonly (readonly number[])[];
  /** Failed calls that ended in a bucket. */
  readonly errors: readonly number[];
}

/** A process, or a thread of one that is not its first. */
export interface TaskData extends Sums {
  readonly tid: number;
  readonly pid: number;
  /** Index of the task that made it, which stands before it; -1 when that is not known. */
  readonly parent: number;
  readonly comm: string;
  /** Command lines that it executed, in order; the first may be that of the command or of an attached process. */
  readonly commands: readonly string[];
  readonly start: number;
  readonly end: number;
  readonly ending: Ending;
  /**
   * What it did when: two letters for each two buckets of the timeline from `first` on. An index into CATEGORIES for where
   * most of the time in calls went, and that time's share of the pair, rounded up to tenths (0-9); `..` for none.
   */
  readonly lane: string;
  readonly first: number;
  /** Tasks that it made and that are not in the list. */
  readonly folded?: Sums & { readonly tasks: number };
}

/** All calls of a name. */
export interface CallData extends Sums {
  readonly name: string;
  readonly category: Category;
  /** Of the calls whose time is known; percentiles to an eighth of a power of two. */
  readonly least: number;
  readonly median: number;
  readonly p99: number;
  readonly most: number;
  /** Those that had not returned when the trace, or their task, ended. */
  readonly unfinished: number;
}

/** All failures of a call with one error. */
export interface ErrorData {
  readonly call: string;
  readonly error: string;
  readonly text: string;
  readonly calls: number;
  readonly time: number;
  /** The first of them, as a line of the trace. */
  readonly line: string;
  /** Paths that failed most often. */
  readonly paths: readonly (readonly [path: string, calls: number])[];
}

/** A file, by its path or what else is known of it. */
export interface FileData extends Sums {
  readonly name: string;
  readonly kind: FileKind;
  readonly opens: number;
  readonly reads: number;
  readonly writes: number;
  /** Bytes that were transferred. */
  readonly read: number;
  readonly written: number;
}

/** One call of note. */
export interface CallNote {
  /** Index of its task; -1 when it is not in the list. */
  readonly task: number;
  readonly tid: number;
  readonly comm: string;
  readonly start: number;
  readonly time: number;
  readonly line: string;
  /** The file that it was about; empty when it was about none. */
  readonly file: string;
  /** It had not returned. */
  readonly unfinished: boolean;
}

/** Deliveries of a signal. */
export interface SignalData {
  readonly name: string;
  readonly count: number;
  /** To whom, the first few. */
  readonly tids: readonly number[];
}

/** A report. */
export interface ReportData {
  /** Of this model: rises when a member changes its meaning. */
  readonly version: 1;
  readonly tracer: string;
  readonly host: { readonly name: string; readonly kernel: string; readonly cpus: number };
  /** As a shell would take it; empty with -p alone. */
  readonly command: string;
  readonly attached: readonly number[];
  /** Not all calls were asked for. */
  readonly filtered: boolean;
  /** Milliseconds since the epoch. */
  readonly started: number;
  readonly duration: number;
  /** How the command ended; null with -p alone. */
  readonly ending: Ending | null;
  readonly totals: Sums & {
    readonly processes: number;
    readonly threads: number;
    readonly read: number;
    readonly written: number;
    /** How many different files were met. */
    readonly files: number;
    /** The trace ended at --syscall-limit. */
    readonly limited: boolean;
  };
  readonly timeline: TimelineData;
  readonly tasks: readonly TaskData[];
  /** Tasks that are in no list, and whose parents are in none. */
  readonly folded: Sums & { readonly tasks: number };
  readonly calls: readonly CallData[];
  readonly errors: readonly ErrorData[];
  readonly files: readonly FileData[];
  /** Sums of the files that are not in the list. */
  readonly otherFiles: Sums & { readonly files: number; readonly read: number; readonly written: number };
  readonly slowest: readonly CallNote[];
  readonly waits: readonly CallNote[];
  readonly signals: readonly SignalData[];
}
