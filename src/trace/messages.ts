// The tracer's own lines on standard error, in strace's words.
import { ABIS } from '../abi/abi.js';
import { errnoText } from '../abi/errno.js';
import { bytesOf } from '../binding/raw-text.js';
import { callName, syscallArgCount, unnamedCall } from '../abi/syscalls.js';
import type { Cursor } from '../record/cursor.js';
import { Stream } from './destination.js';
import type { TraceOptions } from './options.js';

/** `message_code` of native/internal.h. */
const enum Code {
  AttachFailed = 1,
  ExecFailed = 2,
  UntracedChild = 4,
  PokeFailed = 5,
}

/** Why memory could not be tampered with. `word`: index of the argument, and the call's number above it. */
function pokeProblem(word: number, abi: number): string {
  const [arg, nr] = [word & 0xff, word >>> 8];
  const { name } = ABIS[abi];
  const count = syscallArgCount(name, nr);
  if (arg < count) return "couldn't poke";
  const call = callName(name, nr) ?? unnamedCall(name, nr);
  return `requested to tamper with argument #${arg + 1}, but system call '${call}' has only ${count} arguments`;
}

/** The text that a message carries; empty when it has none. */
const textOf = (c: Cursor): string =>
  c.findSite(0) ? Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('utf8') : '';

const STANDARD_ERROR = 2;

/** A process that the kernel did not let us trace. */
export interface Refusal {
  readonly pid: number;
  /** Positive. */
  readonly errno: number;
  /** Its tracer, 0 for none. */
  readonly tracer: number;
  /** What more is known of the reason. */
  readonly text: string;
}

/** Prints messages; where the trace goes to standard error, too, they keep their place in it. */
export class Messages {
  /** Processes that could not be attached. */
  readonly refusals: Refusal[] = [];
  /** Why the command could not be executed: an errno, 0 when it was. */
  execError = 0;
  private readonly own: Stream | undefined;
  private readonly out: Stream;

  constructor(
    private readonly options: TraceOptions,
    /** The stream on standard error, when the trace goes there. */
    screen: Stream | undefined,
    /** Told of every message, too. */
    private readonly listener?: (text: string) => void,
  ) {
    this.own = screen ? undefined : new Stream(STANDARD_ERROR, false);
    this.out = screen ?? this.own!;
  }

  /** One line in the program's name. */
  say(text: string): void {
    // An open line of the trace goes on behind the message as if it had not been cut: its column stays.
    this.listener?.(text);
    const { sink } = this.out;
    const { column } = sink;
    const line = bytesOf(`${this.options.programName}: ${text}\n`);
    if (typeof line === 'string') sink.text(line);
    else sink.bytes(line);
    sink.lineStart = sink.pos - column;
  }

  /** Writes what has been said, when the trace goes elsewhere. Nobody is told when that fails. */
  flush(): void {
    this.own?.flush();
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
        const by = c.argLo(0);
        this.refusals.push({ pid: c.tid, errno, tracer: by, text: textOf(c) });
        this.say(`attach: ptrace(PTRACE_SEIZE, ${c.tid}): ${errnoText(errno)}`);
        if (by !== 0) this.say(`Process ${c.tid} is already being traced by pid ${by}`);
        else this.text(c);
        break;
      }
      case Code.ExecFailed:
        this.execError = errno;
        this.say(`exec: ${errnoText(errno)}`);
        break;
      case Code.PokeFailed:
        this.say(`poke_tcb: Failed to tamper with process ${c.tid}: ${pokeProblem(c.argLo(0), c.argHi(0))}`);
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
    const text = textOf(c);
    if (text !== '') this.say(text);
  }
}
