// Where a trace's lines go: one stream, or with -ff a file for each task, opened when it has something to say.
import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { errnoText } from '../abi/errno.js';
import { bytesOf } from '../binding/raw-text.js';
import { UsageError } from '../errors.js';
import type { Cursor } from '../record/cursor.js';
import { Event } from '../record/layout.js';
import { openStream, Stream } from './destination.js';
import type { Messages } from './messages.js';
import type { TraceOptions } from './options.js';

/** What ends a task, for us. */
const ENDINGS: ReadonlySet<number> = new Set([
  Event.Exited,
  Event.Killed,
  Event.Detached,
  Event.Lost,
  Event.Superseded,
]);

/** What strace says of a file that cannot be opened. */
export const cannotOpen = (path: string, error: unknown): string =>
  `Can't fopen '${path}': ${errnoText(-((error as NodeJS.ErrnoException).errno ?? -5))}`;

/** -o FILE. @throws UsageError when it cannot be opened. */
export function openOutput(path: string, append: boolean): Stream {
  try {
    return openStream(path, append);
  } catch (error) {
    throw new UsageError(cannotOpen(path, error));
  }
}

/** -ff: finds out before the command runs that no file for `pid` can be made. @throws UsageError */
export function checkPlace(path: string, pid: number): void {
  try {
    accessSync(bytesOf(`${dirname(path)}/`), constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new UsageError(cannotOpen(`${path}.${pid}`, error));
  }
}

/** All streams of a trace. */
export class Streams {
  private readonly all: Set<Stream>;
  private readonly own = new Map<number, Stream>();
  private complained = false;
  /** -ff: a task's file could not be opened, which ends the trace. */
  broken = false;

  constructor(
    private readonly options: Pick<TraceOptions, 'output' | 'append' | 'separate'>,
    /** The stream of all tasks without -ff. */
    private readonly main: Stream,
    private readonly messages: Messages,
  ) {
    this.all = new Set([main]);
  }

  /** The stream of a task. */
  readonly of = (tid: number): Stream => {
    const { separate, output } = this.options;
    if (!separate || output === undefined) return this.main;
    return this.own.get(tid) ?? this.open(tid, `${output}.${tid}`);
  };

  private open(tid: number, path: string): Stream {
    let made: Stream;
    try {
      made = openStream(path, this.options.append);
    } catch (error) {
      if (!this.broken) this.messages.say(cannotOpen(path, error));
      this.broken = true;
      made = new Stream(-1, false);
    }
    this.own.set(tid, made);
    this.all.add(made);
    made.onClose = () => {
      this.own.delete(tid);
      this.all.delete(made);
    };
    return made;
  }

  /** -ff: a task that is gone needs its file no more. */
  closeEnded(c: Cursor): void {
    if (this.options.separate && ENDINGS.has(c.event))
      this.own.get(c.event === (Event.Superseded as number) ? c.argLo(0) : c.tid)?.close();
  }

  /** Writes what has been printed; the first failure is told. */
  flush(): void {
    for (const s of this.all) {
      s.flush();
      if (s.failure && !this.complained && s.fd !== 2) {
        this.messages.say(`${this.options.output ?? 'standard output'}: ${s.failure.message}`);
        this.complained = true;
      }
    }
  }
}
