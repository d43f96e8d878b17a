// --json: an event per line, through pino, whose conventions hold: level, time (milliseconds), pid, msg.
import pino from 'pino';
import type { Stream } from './destination.js';
import type { SyscallEvent, TraceEvent } from './event.js';
import { EVENT_VERSION } from './event.js';
import { EventOutput, outputOf } from './event-output.js';

/** What deserves attention has a level above `info`. */
const levelOf = (event: TraceEvent): 'info' | 'warn' =>
  event.type === 'message' || event.type === 'killed' ? 'warn' : 'info';

/** Most loggers that are kept for calls of one stream. */
const CALLS_MAX = 4096;

/** pino's loggers of one stream. */
interface Loggers {
  readonly all: pino.Logger;
  /** By personality and number of a call: what is the same for all its events is made into text once. */
  readonly calls: Map<string, pino.Logger>;
}

/** Writes events as lines of JSON. */
class JsonOutput extends EventOutput {
  private time = 0;
  private readonly loggers = new WeakMap<Stream, Loggers>();

  private of(stream: Stream): Loggers {
    let loggers = this.loggers.get(stream);
    if (!loggers) {
      const { sink } = stream;
      const all = pino(
        { base: { v: EVENT_VERSION }, timestamp: () => `,"time":${this.time}` },
        { write: (line: string) => sink.utf8(line) },
      );
      this.loggers.set(stream, (loggers = { all, calls: new Map<string, pino.Logger>() }));
    }
    return loggers;
  }

  /** The tracer's own words stand in the stream of the first tracee. */
  override message(text: string): void {
    this.write({ type: 'message', time: Date.now(), line: text });
  }

  protected override write(event: TraceEvent): void {
    this.time = event.time;
    if (event.type === 'syscall') {
      this.call(event);
      return;
    }
    const { time, line, ...rest } = event;
    void time;
    const { all } = this.of(this.streamOf('tid' in event ? event.tid : 0));
    all[levelOf(event)](rest, line);
  }

  /** Calls are many: no object is copied for them. */
  private call(event: SyscallEvent): void {
    const { type, syscall, nr, personality } = event;
    const { all, calls } = this.of(this.streamOf(event.tid));
    const key = personality + nr;
    let logger = calls.get(key);
    if (!logger) {
      // A program may make up numbers.
      if (calls.size > CALLS_MAX) calls.clear();
      calls.set(key, (logger = all.child({ type, syscall, nr, personality })));
    }
    logger.info(
      {
        args: event.args,
        raw: event.raw,
        ret: event.ret,
        result: event.result,
        error: event.error,
        injected: event.injected,
        delayed: event.delayed,
        duration: event.duration,
        pid: event.pid,
        tid: event.tid,
        comm: event.comm,
        stack: event.stack,
      },
      event.line,
    );
  }
}

/** The output of --json. */
export const jsonOutput = outputOf(JsonOutput);
