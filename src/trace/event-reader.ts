// Records -> events. Calls are read when they end, from both of their records; filters are those of the text output.
import { ABIS, X86_64 } from '../abi/abi.js';
import { errnoName, errnoText, restartName } from '../abi/errno.js';
import { signalName } from '../abi/signal.js';
import type { CompiledCall } from '../decode/call.js';
import { deliveredSiginfo } from '../decode/leaf/siginfo.js';
import { compileObject } from '../decode/object.js';
import type { MemoryPrinter } from '../decode/printer.js';
import { Sink } from '../decode/sink.js';
import type { Decoded } from '../decode/value.js';
import { readArguments, ValueReader } from '../decode/value.js';
import type { Cursor } from '../record/cursor.js';
import { Event, Offset, RecordFlag } from '../record/layout.js';
import { CallPairs, elapsed, OpenCall } from './call-pairs.js';
import { Calls, styleOf } from './calls.js';
import type { AttachedEvent, CallError, StackFrame, SyscallEvent, TraceEvent } from './event.js';
import type { TraceOptions } from './options.js';
import { readStack, stackData } from './stack.js';
import type { Wanted } from './wanted.js';

const ORIGINS: readonly AttachedEvent['origin'][] = ['command', 'attach', 'child', 'thread', 'child'];

/** The options by which arguments are printed so that they can be read back (decode/value.ts). */
export const structuredOptions = (options: TraceOptions): TraceOptions => ({
  ...options,
  constants: 'verbose',
  hex: 'none',
  argNames: true,
  structured: true,
});

/** What is known of a task. */
class Task extends OpenCall {
  pid = 0;
  comm: string | undefined;
  /** The stack of its next event (-k). */
  stack: StackFrame[] | undefined;
}

/** Registers hold descriptors, counts and flags more often than anything else. */
const SMALL = Array.from({ length: 1024 }, (_, n) => `0x${n.toString(16)}`);

function hex(lo: number, hi: number): string {
  if (hi === 0) return lo < SMALL.length ? SMALL[lo] : `0x${lo.toString(16)}`;
  return `0x${hi.toString(16)}${lo.toString(16).padStart(8, '0')}`;
}

/** The six registers of an entry. */
const registers = (c: Cursor): string[] => [
  hex(c.argLo(0), c.argHi(0)),
  hex(c.argLo(1), c.argHi(1)),
  hex(c.argLo(2), c.argHi(2)),
  hex(c.argLo(3), c.argHi(3)),
  hex(c.argLo(4), c.argHi(4)),
  hex(c.argLo(5), c.argHi(5)),
];

/** A signed 64-bit number; a string where a double does not hold it. */
function signed(lo: number, hi: number): number | string {
  const value = (hi | 0) * 4294967296 + lo;
  return Number.isSafeInteger(value) ? value : BigInt.asIntN(64, (BigInt(hi) << 32n) | BigInt(lo)).toString();
}

/** Milliseconds since the epoch, at the stop. */
function timeOf(c: Cursor): number {
  const sec = c.words[(c.base + Offset.Realtime) >> 2] >>> 0;
  const nsec = c.words[(c.base + Offset.Realtime + 4) >> 2] >>> 0;
  return sec * 1000 + Math.floor(nsec / 1000) / 1000;
}

function errorOf(code: number): CallError {
  if (code >= 512 && code <= 516) return { code, name: restartName(code), text: 'To be restarted' };
  const name = errnoName(code);
  return name === undefined ? { code } : { code, name, text: errnoText(code) };
}

/** Turns records into events. */
export class EventReader {
  private readonly tasks = new Map<number, Task>();
  private readonly sink = new Sink();
  /** The sink's bytes. */
  private view: Buffer = Buffer.alloc(0);
  private readonly siginfos: (readonly [MemoryPrinter, MemoryPrinter])[] = [];
  /** The calls whose plans capture, and whose printers are read back. */
  readonly calls: Calls;
  /** The same calls as a person reads them. */
  private readonly lines: Calls;
  private readonly pairs: CallPairs;

  constructor(
    private readonly options: TraceOptions,
    wanted: Wanted,
  ) {
    this.calls = new Calls(structuredOptions(options), wanted);
    this.lines = new Calls(options, wanted);
    this.pairs = new CallPairs(options, this.calls);
  }

  private task(tid: number): Task {
    let task = this.tasks.get(tid);
    if (!task) this.tasks.set(tid, (task = new Task()));
    return task;
  }

  /** What was printed from `from` on, as text. */
  private printed(encoding: 'latin1' | 'utf8', from = 0): string {
    const { buf, pos } = this.sink;
    // The sink grows now and then.
    if (this.view.buffer !== buf.buffer) this.view = Buffer.from(buf.buffer, buf.byteOffset, buf.length);
    return this.view.toString(encoding, from, pos);
  }

  /** What was printed since the last call, a byte for each character. */
  private take(): string {
    const text = this.printed('latin1');
    this.sink.rewind(0);
    return text;
  }

  /** A line with bytes that are no ASCII as they are in UTF-8. */
  private takeLine(): string {
    const text = this.printed('utf8');
    this.sink.rewind(0);
    return text;
  }

  private base(
    c: Cursor,
    task: Task,
    line: string,
  ): { pid: number; tid: number; comm?: string; time: number; line: string; stack?: StackFrame[] } {
    const { tid } = c;
    const { comm, stack } = task;
    task.stack = undefined;
    const common = { pid: task.pid || tid, tid, time: timeOf(c), line };
    return { ...common, ...(comm === undefined ? {} : { comm }), ...(stack === undefined ? {} : { stack }) };
  }

  /** The event of a record; undefined when it is none, or is not wanted. */
  read(c: Cursor): TraceEvent | undefined {
    const task = this.task(c.tid);
    switch (c.event) {
      case Event.Enter:
        this.pairs.enter(task, c);
        return undefined;
      case Event.Exit: {
        const event = this.exit(task, c);
        task.stack = undefined;
        return event;
      }
      case Event.Signal:
        return this.signal(task, c);
      case Event.Stopped: {
        if (!this.pairs.shows(c.nr)) return undefined;
        const signal = signalName(c.nr);
        return { type: 'stopped', signal, number: c.nr, ...this.base(c, task, `--- stopped by ${signal} ---`) };
      }
      case Event.Exited: {
        const status = c.retLo | 0;
        this.tasks.delete(c.tid);
        if (this.options.quiet.has('exit')) return undefined;
        return { type: 'exited', status, ...this.base(c, task, `+++ exited with ${status} +++`) };
      }
      case Event.Killed: {
        const signal = signalName(c.nr);
        const core = (c.flags & RecordFlag.Core) !== 0;
        this.tasks.delete(c.tid);
        if (!this.pairs.shows(c.nr)) return undefined;
        const line = `+++ killed by ${signal}${core ? ' (core dumped)' : ''} +++`;
        return { type: 'killed', signal, number: c.nr, core, ...this.base(c, task, line) };
      }
      case Event.Task:
        return this.attached(task, c);
      case Event.Stack:
        task.stack = stackData(readStack(c));
        return undefined;
      case Event.Detached:
        this.tasks.delete(c.tid);
        return { type: 'detached', ...this.base(c, task, `Process ${c.tid} detached`) };
      case Event.Lost:
        this.tasks.delete(c.tid);
        return undefined;
      case Event.Exec:
        if (c.findSite(0)) task.comm = Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('utf8');
        return { type: 'exec', ...this.base(c, task, `Process ${c.tid} executes ${task.comm ?? 'another program'}`) };
      case Event.Renamed:
        if (c.findSite(0)) task.comm = Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('utf8');
        return undefined;
      case Event.Superseded: {
        const former = c.argLo(0);
        const old = this.tasks.get(former);
        this.tasks.delete(former);
        if (old) this.tasks.set(c.tid, old);
        const line = `+++ superseded by execve in pid ${former} +++`;
        return { type: 'superseded', former, ...this.base(c, old ?? task, line) };
      }
      default:
        return undefined;
    }
  }

  private attached(task: Task, c: Cursor): AttachedEvent {
    task.pid = c.argLo(1);
    if (c.findSite(0)) task.comm = Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('utf8');
    const origin = ORIGINS[c.argLo(0)] ?? 'child';
    const parent = origin === 'child' ? c.argLo(2) : 0;
    return {
      type: 'attached',
      origin,
      ...(parent ? { parent } : {}),
      ...this.base(c, task, `Process ${c.tid} attached`),
    };
  }

  /** Prints all arguments of a call, from both of its records; `entry` null: its entry was not seen. */
  private print(call: CompiledCall, c: Cursor, entry: Cursor | null): void {
    if (!entry) return;
    const { sink } = this;
    const printed = call.entry(entry, sink);
    if (c.flags & RecordFlag.NoReturn) return;
    c.entry = entry;
    call.exit(c, sink, printed);
    c.entry = null;
  }

  private exit(task: Task, c: Cursor): SyscallEvent | undefined {
    const ended = this.pairs.exit(task, c);
    if (!ended) return undefined;
    const { call, entry } = ended;
    const noReturn = (c.flags & RecordFlag.NoReturn) !== 0;
    this.print(call, c, entry);
    const args = readArguments(this.take());
    const plain = this.lines.get(c.abi, c.nr);
    this.sink.bytes(plain.open);
    this.print(plain, c, entry);
    this.sink.text(') = ');
    const head = this.sink.pos;
    plain.result(c, this.sink);
    const result = this.printed('utf8', head);
    const line = this.takeLine();
    const failed = !noReturn && c.failed;
    const narrow = c.abi === 1;
    const start = entry ?? c;
    const { comm, stack } = task;
    task.stack = undefined;
    // All events have the same members in the same order, absent ones undefined: what handles them stays fast.
    return {
      type: 'syscall',
      syscall: call.name,
      nr: c.nr,
      personality: ABIS[c.abi].name,
      args,
      raw: registers(start),
      ret: noReturn ? null : failed ? -1 : signed(c.retLo, narrow ? c.retLo >> 31 : c.retHi),
      result,
      error: failed ? errorOf(-(c.retLo | 0)) : undefined,
      injected: c.flags & (RecordFlag.Tampered | RecordFlag.Poked) ? true : undefined,
      delayed: c.flags & RecordFlag.Delayed ? true : undefined,
      duration: entry ? elapsed(entry, c) / 1e9 : null,
      pid: task.pid || c.tid,
      tid: c.tid,
      comm,
      stack,
      time: timeOf(start),
      line,
    };
  }

  /** Printers of delivered signals: to be read back, and for people. */
  private siginfo(abi: number): readonly [MemoryPrinter, MemoryPrinter] {
    const compile = (options: TraceOptions): MemoryPrinter =>
      compileObject('siginfo', deliveredSiginfo[ABIS[abi].name], styleOf(options, X86_64.index, -1));
    return (this.siginfos[abi] ??= [compile(structuredOptions(this.options)), compile(this.options)]);
  }

  private signal(task: Task, c: Cursor): TraceEvent | undefined {
    if (!this.pairs.shows(c.nr)) return undefined;
    const signal = signalName(c.nr);
    let siginfo: Decoded | undefined;
    let text = '';
    if (c.flags & RecordFlag.HasInfo && c.findSite(0)) {
      const [structured, plain] = this.siginfo(c.abi);
      const { at, length } = c;
      structured(c, this.sink, at, length);
      siginfo = new ValueReader(this.take()).value();
      plain(c, this.sink, at, length);
      text = this.take();
    }
    const line = text === '' ? `--- ${signal} ---` : `--- ${signal} ${text} ---`;
    return {
      type: 'signal',
      signal,
      number: c.nr,
      ...(siginfo === undefined ? {} : { siginfo }),
      ...this.base(c, task, line),
    };
  }
}
