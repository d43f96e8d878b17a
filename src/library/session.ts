// The host's side of a session: starts the session process, yields the events that come from it, ends it.
import type { ChildProcess, StdioOptions } from 'node:child_process';
import { spawn } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Duplex, Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { fromWire, OptionError, reason, SessionError, SpawnError } from './errors.js';
import type { TraceEvent } from './events.js';
import type { Answer, Request } from './wire.js';
import { KILL, LENGTH_BYTES, LET_GO } from './wire.js';

/** How a session ended. */
export interface Ending {
  /** Exit status of the command; null when it has none that is known. */
  readonly status: number | null;
  /** The signal that killed it (`SIGKILL`); null when none did. */
  readonly signal: string | null;
}

/** Variables that the session process gets: what makes Node or the native library work, and nothing else. */
const KEPT = /^(?:TSTRACE_|LD_|ASAN_|UBSAN_|LSAN_|TZ$)/;

const PROCESS = join('dist', 'session.cjs');

/** The session process's program lies in dist, whether we run from there or from src. @throws SessionError */
function locate(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  for (let i = 0; i < 4; i++, dir = dirname(dir)) {
    const path = join(dir, PROCESS);
    if (existsSync(path)) return path;
  }
  throw new SessionError(`${PROCESS} is missing: run 'npm run build'`);
}

/** The entries of `stdio`, at least three. @throws OptionError */
export function stdioList(stdio: StdioOptions | undefined): Exclude<StdioOptions, string> {
  const list = stdio === undefined ? ['inherit' as const] : Array.isArray(stdio) ? [...stdio] : [stdio];
  const rest = Array.isArray(stdio) ? ('pipe' as const) : (list[0] as 'pipe');
  while (list.length < 3) list.push(rest);
  if (list.some((entry) => entry === 'ipc' || entry === 'overlapped'))
    throw new OptionError('stdio', "stdio: 'ipc' and 'overlapped' cannot be had");
  return list as Exclude<StdioOptions, string>;
}

/** Takes bytes as they come, and the rest of a line until its end has come, too. */
class Lines {
  private rest: Buffer[] = [];

  /** The whole lines of what has come, as parsed. */
  take(chunk: Buffer): TraceEvent[] {
    const end = chunk.lastIndexOf(10);
    if (end < 0) {
      this.rest.push(chunk);
      return [];
    }
    const text = Buffer.concat([...this.rest, chunk.subarray(0, end)]).toString('utf8');
    this.rest = end + 1 < chunk.length ? [chunk.subarray(end + 1)] : [];
    return text.split('\n').map((line) => JSON.parse(line) as TraceEvent);
  }
}

/**
 * A trace under way: an iterator of its events, once. A consumer that is slow slows the tracees: nothing is lost, and
 * nothing piles up. Leaving the loop ends the session.
 */
export class Session implements AsyncIterableIterator<TraceEvent> {
  /** Standard input of the command, where `stdio` says `'pipe'`; else null. */
  readonly stdin: Writable | null;
  /** Standard output of the command, where `stdio` says `'pipe'`; else null. */
  readonly stdout: Readable | null;
  /** Standard error of the command, where `stdio` says `'pipe'`; else null. */
  readonly stderr: Readable | null;
  /** All entries of `stdio`: a stream where it says `'pipe'`, else null. */
  readonly stdio: readonly (Readable | Writable | null)[];
  /**
   * Settles when the session is over, all tracees have gone or been let go, and no process of ours is left. Rejects with
   * what the iteration throws, but for an abort. It needs someone who takes the events (or leaves the loop).
   */
  readonly ended: Promise<Ending>;

  private readonly child: ChildProcess;
  private readonly control: Duplex;
  private readonly pipe: Readable;
  private readonly events: AsyncGenerator<TraceEvent, void, undefined>;
  /** Goes on with who waits for bytes. */
  private wake: () => void = () => undefined;
  private stopping = false;
  private readonly abortSignal: AbortSignal | undefined;

  /** @internal Made by `trace` and `attach`. */
  constructor(
    private readonly request: Request,
    stdio: Exclude<StdioOptions, string>,
    { cwd, signal }: { readonly cwd?: string; readonly signal?: AbortSignal },
  ) {
    checkDirectory(cwd, request);
    this.abortSignal = signal;
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => KEPT.test(name)));
    this.child = spawn(process.execPath, ['--no-warnings', locate(), String(stdio.length)], {
      cwd,
      env,
      stdio: [...stdio, 'pipe', 'pipe'],
    });
    // Without descriptors left there are no streams; the error comes as an event, too.
    const all = (this.child.stdio ?? []) as unknown as (Readable | Writable | null)[];
    if (all.length === 0) {
      this.child.on('error', () => undefined);
      throw new SessionError(`cannot start ${process.execPath}: no descriptors are left`);
    }
    this.stdio = all.slice(0, stdio.length);
    [this.stdin, this.stdout, this.stderr] = this.stdio as [Writable | null, Readable | null, Readable | null];
    this.control = all[stdio.length] as Duplex;
    this.pipe = all[stdio.length + 1] as Readable;
    // Always listened to: a stream of a process that has gone is emptied by Node.js when nobody waits for what it holds.
    for (const name of ['readable', 'end', 'close'] as const) this.pipe.on(name, () => this.wake());
    this.ended = this.conclude();
    // Whoever does not look at it sees the error in the iteration.
    this.ended.catch(() => undefined);
    this.events = this.read();
    this.send(request);
    signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  private readonly onAbort = (): void => this.abandon();

  private send(request: Request): void {
    const text = Buffer.from(JSON.stringify(request));
    const length = Buffer.alloc(LENGTH_BYTES);
    length.writeUInt32LE(text.length);
    this.control.write(Buffer.concat([length, text]));
  }

  /** Waits for the answer, and for the end of the process. */
  private async conclude(): Promise<Ending> {
    const parts: Buffer[] = [];
    this.control.on('data', (part: Buffer) => parts.push(part));
    // A process that has gone does not read: its end is told below.
    this.control.on('error', () => undefined);
    this.pipe.on('error', () => undefined);
    const how = await new Promise<string>((resolve, reject) => {
      this.child.once('error', (cause) =>
        reject(new SessionError(`cannot start ${process.execPath}: ${cause.message}`, { cause })),
      );
      // 'exit', not 'close': pipes of the command's may be open in processes that it left behind.
      this.child.once('exit', (status, by) => resolve(by ?? `status ${status}`));
    }).finally(() => this.abortSignal?.removeEventListener('abort', this.onAbort));
    if (!this.control.readableEnded && !this.control.destroyed)
      await new Promise((resolve) => this.control.once('close', resolve));
    if (parts.length === 0) throw new SessionError(`the session's process ended before its time: ${how}`);
    const answer = JSON.parse(Buffer.concat(parts).toString('utf8')) as Answer;
    if (!answer.ended) throw fromWire(answer.error);
    return { status: answer.status, signal: answer.signal };
  }

  /** The next bytes; null at the end. */
  private async chunk(): Promise<Buffer | null> {
    const { pipe } = this;
    for (;;) {
      const chunk = pipe.read() as Buffer | null;
      if (chunk !== null) return chunk;
      if (pipe.readableEnded || pipe.destroyed) return null;
      await new Promise<void>((resolve) => (this.wake = resolve));
    }
  }

  private async *read(): AsyncGenerator<TraceEvent, void, undefined> {
    const lines = new Lines();
    try {
      for (let chunk; (chunk = await this.chunk()) !== null && !this.aborted;)
        for (const event of lines.take(chunk)) {
          if (this.aborted) break;
          yield event;
        }
      // The last event has come: there is nothing to end.
      if (!this.pipe.destroyed) this.stopping = true;
    } finally {
      this.abandon();
      // An abort that came first is what the iteration ends with, below.
      await this.ended.catch((error: unknown) => {
        if (!this.aborted) throw error;
      });
    }
    if (this.aborted) throw this.abortSignal?.reason;
  }

  private get aborted(): boolean {
    return this.abortSignal?.aborted === true;
  }

  /** Ends the session, and what it says is of no interest. */
  private abandon(): void {
    this.end(this.request.command?.whenStopped ?? LET_GO);
    this.pipe.destroy();
  }

  private end(signal: number): void {
    if (this.stopping) return;
    this.stopping = true;
    if (this.control.writable) this.control.write(Buffer.of(signal));
  }

  /**
   * Ends the session: processes that were attached to go on untraced; the command ends as `how` says, by default as
   * `whenStopped` does. The iteration goes on to the last event, and ends.
   * @throws OptionError for `'let-go'` under `useFilter`.
   */
  stop(how?: 'kill' | 'let-go'): void {
    const { command } = this.request;
    if (how === 'let-go' && command?.useFilter)
      throw new OptionError('useFilter', 'under the filter nothing runs untraced: the command can only be killed');
    const usual = command?.whenStopped ?? LET_GO;
    this.end(!command || how === undefined ? usual : how === 'kill' ? KILL : LET_GO);
  }

  /** The next event. */
  next(): Promise<IteratorResult<TraceEvent, undefined>> {
    return this.events.next() as Promise<IteratorResult<TraceEvent, undefined>>;
  }

  /** Ends the session; what `break` in a loop calls. Settles when no task is held any more. */
  async return(): Promise<IteratorResult<TraceEvent, undefined>> {
    this.abandon();
    await this.ended.catch(() => undefined);
    return this.events.return() as Promise<IteratorResult<TraceEvent, undefined>>;
  }

  /** Ends the session, as `return` does, then throws. */
  async throw(error?: unknown): Promise<IteratorResult<TraceEvent, undefined>> {
    await this.return();
    throw error;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

/** The process could not be started in such a directory, and would not say why. @throws SpawnError */
function checkDirectory(cwd: string | undefined, { command }: Request): void {
  if (cwd === undefined || !command) return;
  const ENOENT = 2;
  const ENOTDIR = 20;
  let errno = 0;
  try {
    if (!statSync(cwd).isDirectory()) errno = ENOTDIR;
  } catch (error) {
    errno = -((error as NodeJS.ErrnoException).errno ?? -ENOENT);
  }
  if (errno !== 0)
    throw new SpawnError(errno, command.argv[0], `cannot change to directory '${cwd}': ${reason(errno)}`);
}
