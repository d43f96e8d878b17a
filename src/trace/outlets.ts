// Everywhere that the records of a trace go, live or from a recording: lines, messages, report, profile, diagnostics.
import { UsageError, WarnedUsageError } from '../errors.js';
import type { Inherited, Text } from '../binding/spawn-spec.js';
import type { Cursor } from '../record/cursor.js';
import type { Where } from '../where/where.js';
import { Calls } from './calls.js';
import type { Stream } from './destination.js';
import type { Diagnostics } from './diagnostics.js';
import { Messages } from './messages.js';
import type { ProfileRecorder } from './oci-profile.js';
import type { TraceOptions } from './options.js';
import type { Output } from './output.js';
import { isTerminal, makerOf, openDestination } from './outputs.js';
import type { Pipe } from './pipe.js';
import type { ReportFile } from './report/report-file.js';
import { Streams } from './streams.js';
import { resolveTargets } from './targets.js';
import type { Wanted } from './wanted.js';

/** What is known of the process that started us, and what was made of the options. */
export interface OutletSurroundings {
  readonly inherited: Inherited | undefined;
  readonly environment: readonly Text[];
  /** --where */
  readonly where?: Where;
  /** --log-level, --log-file */
  readonly log?: Diagnostics;
}

/** Whether lines of the output are data for programs: they go to standard output, and hold more than people want. */
export const isData = ({ outputFormat }: TraceOptions): boolean =>
  outputFormat === 'json' || outputFormat === 'perfetto';

/** Whether lines for people are printed. */
const isText = ({ outputFormat }: TraceOptions): boolean => outputFormat === 'text';

/** Where lines and messages go. Opened first: whoever sets up a trace may have something to say. */
export class Lines {
  private readonly listeners: ((text: string) => void)[] = [];
  readonly messages: Messages;
  /** Whether the trace goes to a terminal. */
  readonly terminal: boolean;
  /** The stream that trace and messages share, if they do. */
  readonly screen: Stream | undefined;

  private constructor(
    readonly options: TraceOptions,
    readonly stream: Stream,
    private readonly pipe: Pipe | undefined,
  ) {
    this.terminal = !options.separate && isTerminal(stream.fd);
    this.screen = options.output === undefined && isText(options) ? stream : undefined;
    this.messages = new Messages(options, this.screen, (text) => this.listeners.forEach((tell) => tell(text)));
  }

  /** `fd`: where the trace goes without -o; data goes to standard output. @throws UsageError */
  static async open(options: TraceOptions, around: OutletSurroundings, fd: number): Promise<Lines> {
    const { stream, pipe } = await openDestination(options, around, isData(options) ? 1 : fd).catch(
      (error: unknown) => {
        throw error instanceof UsageError ? new WarnedUsageError(error, options.warnings) : error;
      },
    );
    const lines = new Lines(options, stream, pipe);
    const { log } = around;
    if (log) lines.onMessage((text) => log.message(text));
    for (const warning of options.warnings) lines.messages.say(warning);
    return lines;
  }

  /** Tells of every message, too. */
  onMessage(listener: (text: string) => void): void {
    this.listeners.push(listener);
  }

  /** Nothing more is to be written. */
  close(): void {
    if (this.stream.fd > 2) this.stream.close();
    this.pipe?.finish();
  }
}

/** Takes in the records of a trace, each once, in order. */
export class Outlets {
  /** Takes in one record. */
  readonly record: (c: Cursor) => void;

  private constructor(
    private readonly lines: Lines,
    private readonly streams: Streams,
    /** Those of the output: their plans are what is captured. */
    readonly calls: Calls,
    readonly output: Output,
    /** What calls are selected by. */
    readonly wanted: Wanted,
    private readonly report: ReportFile | undefined,
    private readonly profile: ProfileRecorder | undefined,
    private readonly log: Diagnostics | undefined,
  ) {
    const only = !report && !profile && !log && !lines.options.separate;
    this.record = only ? (c) => output.record(c) : (c) => this.recordEverywhere(c);
  }

  /** `decides`: the tracer thread leaves out what it knows not to be wanted. @throws UsageError where a file cannot be opened. */
  static async open(lines: Lines, { where, log }: OutletSurroundings, decides = false): Promise<Outlets> {
    const { options, messages, stream } = lines;
    const selected: Wanted = { targets: resolveTargets(options, (text) => messages.say(text)), where };
    const wanted: Wanted = decides
      ? { ...selected, decide: (await import('./deciding.js')).deciding(options, selected) }
      : selected;
    const streams = new Streams(options, stream, messages);
    const { ociProfile, report } = options;
    const profile =
      ociProfile === undefined ? undefined : new (await import('./oci-profile.js')).ProfileRecorder(ociProfile);
    const { calls, output } = (await makerOf(options, lines.terminal))(options, wanted, messages, streams.of);
    const page =
      report === undefined
        ? undefined
        : (await import('./report/report-file.js')).openReport(
            { ...options, report },
            // Data is printed otherwise than people read it.
            isData(options) ? new Calls(options, wanted) : calls,
          );
    lines.onMessage((text) => output.message?.(text));
    return new Outlets(lines, streams, calls, output, wanted, page, profile, log);
  }

  /** Whether records of calls are of no use to any of them. */
  get skipsCalls(): boolean {
    return this.output.blind === true && !this.report && !this.profile && !this.log;
  }

  private recordEverywhere(c: Cursor): void {
    // The call that reaches --syscall-limit is the last one.
    if (!this.output.limited) this.report?.record(c);
    this.output.record(c);
    this.profile?.record(c);
    this.log?.record(c);
    this.streams.closeEnded(c);
  }

  /** Writes what has been printed. False: no more is wanted. */
  flush(): boolean {
    this.streams.flush();
    this.lines.messages.flush();
    return !this.output.limited && !this.broken;
  }

  /** Whether the trace ended because there was no place for it. */
  get broken(): boolean {
    return this.streams.broken;
  }

  /** There are no more records. */
  finish(): void {
    const { output, report, profile, lines } = this;
    output.finish();
    lines.stream.sink.text(output.summaryText());
    profile?.write();
    const lost = report?.write(output.limited);
    if (lost !== undefined) lines.messages.say(lost);
    if (profile && profile.left > 0)
      lines.messages.say(`--oci-profile: ${profile.left} system calls without a name are not in the profile`);
  }
}
