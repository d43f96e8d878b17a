// What all outputs of events have in common: the limit, the command's end, and the tracer's own words.
import type { Cursor } from '../record/cursor.js';
import { Event, RecordFlag } from '../record/layout.js';
import type { Calls } from './calls.js';
import type { StreamOf } from './destination.js';
import { EventReader } from './event-reader.js';
import type { TraceEvent } from './event.js';
import type { Messages } from './messages.js';
import type { TraceOptions } from './options.js';
import type { Output } from './output.js';
import type { Wanted } from './wanted.js';

/** What an output is made of. */
export interface EventOutputParts {
  readonly options: TraceOptions;
  readonly wanted: Wanted;
  readonly messages: Messages;
  readonly streamOf: StreamOf;
}

/** Reads events from records, and writes each when its record comes. */
export abstract class EventOutput implements Output {
  /** Calls shown, for --syscall-limit. */
  private shown = 0;
  limited = false;
  ended = false;
  private readonly reader: EventReader;
  private readonly messages: Messages;
  private readonly limit: number;
  protected readonly streamOf: StreamOf;

  constructor({ options, wanted, messages, streamOf }: EventOutputParts) {
    this.reader = new EventReader(options, wanted);
    this.messages = messages;
    this.limit = options.syscallLimit;
    this.streamOf = streamOf;
  }

  /** The calls whose plans are needed. */
  get calls(): Calls {
    return this.reader.calls;
  }

  /** Writes one event. */
  protected abstract write(event: TraceEvent): void;

  /** Shows a message of the tracer itself. */
  message?(text: string): void;

  /** A task is traced no more; its last event has been written. */
  protected gone?(tid: number): void;

  /** Writes the event of a record, if there is one. */
  record(c: Cursor): void {
    if (this.limited) return;
    if (c.event === Event.Message) {
      this.messages.record(c);
      return;
    }
    const ends = c.event === Event.Exited || c.event === Event.Killed;
    if (ends && c.flags & RecordFlag.Spawned) this.ended = true;
    const event = this.reader.read(c);
    if (event) this.write(event);
    if (ends || c.event === Event.Detached || c.event === Event.Lost) this.gone?.(c.tid);
    if (event?.type === 'syscall' && ++this.shown === this.limit) {
      this.messages.attach('System call limit has been reached, detaching tracees');
      this.limited = true;
    }
  }

  finish(): void {
    // Every event has been written when its record came.
  }

  summaryText(): string {
    return '';
  }
}

/** An output by its parts, and the calls whose plans it needs, as outputs are made by name. */
export const outputOf =
  (Kind: new (parts: EventOutputParts) => EventOutput) =>
  (
    options: TraceOptions,
    wanted: Wanted,
    messages: Messages,
    streamOf: StreamOf,
  ): { calls: Calls; output: EventOutput } => {
    const output = new Kind({ options, wanted, messages, streamOf });
    return { calls: output.calls, output };
  };
