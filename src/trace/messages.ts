// The tracer's own lines on standard error, in strace's words.
import { writeSync } from 'node:fs';
import { errnoText } from '../abi/errno.js';
import type { Cursor } from '../record/cursor.js';
import type { Stream } from './destination.js';
import type { TraceOptions } from './options.js';

/** `message_code` of native/internal.h. */
const enum Code {
  AttachFailed = 1,
  ExecFailed = 2,
  UntracedChild = 4,
}

/** Prints messages; where the trace goes to standard error, too, they keep their place in it. */
export class Messages {
  /** Processes that could not be attached. */
  failures = 0;

  constructor(
    private readonly options: TraceOptions,
    /** The stream on standard error, when the trace goes there. */
    private readonly screen: Stream | undefined,
  ) {}

  /** One line in the program's name. */
  say(text: string): void {
    const line = `${this.options.programName}: ${text}\n`;
    const { screen } = this;
    if (screen) {
      // An open line goes on behind the message as if it had not been cut: its column stays.
      const { sink } = screen;
      const { column } = sink;
      sink.text(line);
      sink.lineStart = sink.pos - column;
      return;
    }
    try {
      writeSync(2, line);
    } catch {
      // Standard error may be closed; there is nobody to tell.
    }
  }

  /** Process … attached, detached: silent under -q. */
  attach(text: string): void {
    if (!this.options.quiet.has('attach')) this.say(text);
  }

  /** A message that the tracer thread recorded. */
  record(c: Cursor): void {
    const errno = c.retLo | 0;
    switch (c.nr) {
      case Code.AttachFailed: {
        this.failures++;
        this.say(`attach: ptrace(PTRACE_SEIZE, ${c.tid}): ${errnoText(errno)}`);
        const by = c.argLo(0);
        if (by !== 0) this.say(`Process ${c.tid} is already being traced by pid ${by}`);
        else this.text(c);
        break;
      }
      case Code.ExecFailed:
        this.say(`exec: ${errnoText(errno)}`);
        break;
      case Code.UntracedChild:
        this.say(`Process ${c.tid} made a child with CLONE_UNTRACED: its filtered system calls will fail`);
        break;
      default:
        this.text(c);
    }
  }

  /** The text that a message carries. */
  private text(c: Cursor): void {
    if (c.findSite(0)) this.say(Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('utf8'));
  }
}
