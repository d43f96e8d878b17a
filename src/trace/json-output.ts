// --json: an event per line, through pino, whose conventions hold: level, time (milliseconds), pid, msg.
import pino from 'pino';
import type { Cursor } from '../record/cursor.js';
import { Event, RecordFlag } from '../record/layout.js';
import type { Stream } from './destination.js';
import type { TraceEvent } from './event.js';
import { EVENT_VERSION } from './event.js';
import { EventReader } from './event-reader.js';
import type { Calls } from './calls.js';
import type { Messages } from './messages.js';
import type { TraceOptions } from './options.js';
import type { Output } from './output.js';
import type { Wanted } from './wanted.js';

/** Chooses the stream of a tracee (-ff: its own file). */
type StreamOf = (tid: number) => Stream;

/** What deserves attention has a level above `info`. */
const levelOf = (event: TraceEvent): 'info' | 'warn' =>
  event.type === 'message' || event.type === 'killed' ? 'warn' : 'info';

/** Writes events as lines of JSON. */
export class JsonOutput implements Output {
  /** Calls shown, for --syscall-limit. */
  private shown = 0;
  limited = false;
  /** The command's end has been seen. */
  ended = false;
  private time = 0;
  private readonly loggers = new WeakMap<Stream, pino.Logger>();

  constructor(
    private readonly reader: EventReader,
    private readonly streamOf: StreamOf,
    private readonly limit: number,
    /** Says why it ends when the limit is reached. */
    private readonly onLimit: () => void,
  ) {}

  private logger(stream: Stream): pino.Logger {
    let logger = this.loggers.get(stream);
    if (!logger) {
      logger = pino(
        { base: null, timestamp: () => `,"time":${this.time}` },
        { write: (line: string) => stream.sink.text(line) },
      );
      this.loggers.set(stream, logger);
    }
    return logger;
  }

  /** Writes the event of a record, if there is one. */
  record(c: Cursor): void {
    if (this.limited) return;
    if ((c.event === Event.Exited || c.event === Event.Killed) && c.flags & RecordFlag.Spawned) this.ended = true;
    const event = this.reader.read(c);
    if (event) this.write(event, this.streamOf('tid' in event ? event.tid : 0));
  }

  /** The tracer's own words stand in the stream of the first tracee. */
  message(text: string): void {
    this.write({ type: 'message', time: Date.now(), line: text }, this.streamOf(0));
  }

  finish(): void {
    // Every event has been written when its record came.
  }

  summaryText(): string {
    return '';
  }

  /** Writes an event. */
  private write(event: TraceEvent, stream: Stream): void {
    const { time, line, ...rest } = event;
    this.time = time;
    this.logger(stream)[levelOf(event)]({ v: EVENT_VERSION, ...rest }, line);
    if (event.type === 'syscall' && ++this.shown === this.limit) {
      this.onLimit();
      this.limited = true;
    }
  }
}

/** The output of --json, and the calls whose plans it needs. */
export function jsonOutput(
  options: TraceOptions,
  wanted: Wanted,
  messages: Messages,
  streamOf: StreamOf,
): { calls: Calls; output: Output } {
  const reader = new EventReader(options, wanted);
  const limit = (): void => messages.attach('System call limit has been reached, detaching tracees');
  return { calls: reader.calls, output: new JsonOutput(reader, streamOf, options.syscallLimit, limit) };
}
