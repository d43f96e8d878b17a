// Where lines go: standard error, a file, a pipe to a command; written in batches of whole records, never partly lost.
import { closeSync, openSync, writeSync } from 'node:fs';
import { errnoText } from '../abi/errno.js';
import { bytesOf } from '../binding/raw-text.js';
import { Sink } from '../decode/sink.js';

/** A reader that went away, or a full disk: the tracees go on. */
export interface WriteFailure {
  readonly code: string;
  readonly message: string;
}

/** Errors of a disk that may have room again. */
const FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);
/** Most bytes that wait for room on a full disk. */
const WAITING_MAX = 1 << 20;
const NEWLINE = 10;

const sleeper = new Int32Array(new SharedArrayBuffer(4));

/** One stream of lines with the state of its last line. */
export class Stream {
  readonly sink = new Sink();
  /** Tracee whose line is begun and not ended; 0 for none. */
  open = 0;
  /** Whether what is written are lines: of these some can be lost, of anything else all that follows is. */
  inLines = true;
  private ended = false;
  /** Why bytes were not written, the last time that they were not. */
  failure: WriteFailure | undefined;

  constructor(
    readonly fd: number,
    private readonly owned: boolean,
  ) {}

  /** Writes what has been printed, and keeps what waits for room; the column of an unfinished line is kept. */
  flush(): void {
    const { sink } = this;
    let from = 0;
    // There is no reader any more, or never was one.
    if (this.failure?.code === 'EPIPE' || this.fd < 0 || this.ended) from = sink.pos;
    while (from < sink.pos) {
      try {
        from += writeSync(this.fd, sink.buf, from, sink.pos - from);
      } catch (error) {
        const { code, errno = -5 } = error as NodeJS.ErrnoException;
        // A pipe that its owner made non-blocking is full: the reader slows us, and through the ring the tracee.
        if (code === 'EAGAIN') Atomics.wait(sleeper, 0, 0, 5);
        else if (code !== 'EINTR') {
          this.failure = { code: code ?? 'EIO', message: errnoText(-errno) };
          if (!FULL.has(code)) from = sink.pos;
          break;
        }
      }
    }
    sink.remove(0, from);
    if (sink.pos > WAITING_MAX) this.lose();
  }

  /** Leaves the rest of the line that a full disk cut, and the line that is not finished. */
  private lose(): void {
    const { sink } = this;
    this.ended = !this.inLines;
    const cut = this.inLines ? sink.buf.indexOf(NEWLINE) + 1 : 0;
    const begun = this.inLines ? sink.buf.lastIndexOf(NEWLINE, sink.pos - 1) + 1 : sink.pos;
    if (cut < begun) sink.remove(cut, begun);
  }

  /** What else is to be done when it is closed. */
  onClose: (() => void) | undefined;

  close(): void {
    this.onClose?.();
    this.flush();
    if (this.owned) closeSync(this.fd);
  }
}

/** Chooses the stream of a tracee (-ff: its own file). */
export type StreamOf = (tid: number) => Stream;

/** Opens a file for lines, as -o does. */
export function openStream(path: string, append: boolean): Stream {
  return new Stream(openSync(bytesOf(path), append ? 'a' : 'w', 0o666), true);
}
