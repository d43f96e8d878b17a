// --json: an event per line, through pino, whose conventions hold: level, time (milliseconds), pid, msg.
import pino from 'pino';
import type { Stream } from './destination.js';
import type { TraceEvent } from './event.js';
import { EVENT_VERSION } from './event.js';
import { EventOutput, outputOf } from './event-output.js';

/** What deserves attention has a level above `info`. */
const levelOf = (event: TraceEvent): 'info' | 'warn' =>
  event.type === 'message' || event.type === 'killed' ? 'warn' : 'info';

/** Writes events as lines of JSON. */
class JsonOutput extends EventOutput {
  private time = 0;
  private readonly loggers = new WeakMap<Stream, pino.Logger>();

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

  /** The tracer's own words stand in the stream of the first tracee. */
  override message(text: string): void {
    this.write({ type: 'message', time: Date.now(), line: text });
  }

  protected override write(event: TraceEvent): void {
    const { time, line, ...rest } = event;
    this.time = time;
    const stream = this.streamOf('tid' in event ? event.tid : 0);
    this.logger(stream)[levelOf(event)]({ v: EVENT_VERSION, ...rest }, line);
  }
}

/** The output of --json. */
export const jsonOutput = outputOf(JsonOutput);
