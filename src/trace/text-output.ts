// Text, line by line as strace writes it: prefixes, unfinished and resumed calls, results, signals, ends.
import { ABIS, X86_64 } from '../abi/abi.js';
import { carrierOf, IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { signalName } from '../abi/signal.js';
import { deliveredSiginfo } from '../decode/leaf/siginfo.js';
import { compileObject } from '../decode/object.js';
import { commLength } from '../decode/process-id.js';
import type { MemoryPrinter } from '../decode/printer.js';
import { printDump } from '../decode/dump.js';
import { isEmpty } from '../capture/dump.js';
import { label } from '../decode/sink.js';
import type { Sink } from '../decode/sink.js';
import { Cursor } from '../record/cursor.js';
import { Event, RecordFlag } from '../record/layout.js';
import type { CompiledCall } from '../decode/call.js';
import type { Painter } from './colour/painter.js';
import type { Calls } from './calls.js';
import { styleOf } from './calls.js';
import type { Stream, StreamOf } from './destination.js';
import type { Messages } from './messages.js';
import { ALL_STATUSES } from './options.js';
import type { TraceOptions } from './options.js';
import type { Output } from './output.js';
import { LinePrefix } from './prefix.js';
import type { Stack } from './stack.js';
import { printStack, readStack } from './stack.js';
import { startOf, Summary } from './summary.js';
import { Tracee } from './tracee.js';
import { AT_EXIT, decisionAtEntry, decisionAtExit, NOT_WANTED } from './wanted.js';

const UNFINISHED = label(' <unfinished ...>');
const DETACHED = label(' <detached ...>');
const EQUALS = label(' = ');
/** Names of personalities by index. */
const MODES = ['64 bit', '32 bit', 'x32'];
const CLOSE = 41;

/** Keeps the name that a record tells of its task. */
function takeName(tracee: Tracee, c: Cursor): void {
  if (c.findSite(0)) tracee.comm = c.bytes.slice(c.at, c.at + commLength(c));
}

/** Turns records into lines. */
export class TextOutput implements Output {
  private readonly tracees = new Map<number, Tracee>();
  private readonly prefix: LinePrefix;
  /** Whether calls of i386's multiplexers are wanted, by number. */
  private readonly carried = new Map<number, boolean>();
  /** Calls that passed all filters, for --syscall-limit. */
  private shown = 0;
  /** --syscall-limit was reached: what comes now was recorded before the tracees could be let go. */
  limited = false;
  /** The command's end has been seen. */
  ended = false;

  private readonly siginfos: MemoryPrinter[] = [];
  private readonly summary: Summary | undefined;
  /** Lines are printed at the exit only, when it is known whether they are wanted (-e status=, -z, -Z). */
  private readonly staged: boolean;
  /** Nothing but the tables of -c, or not even those. */
  private readonly silent: boolean;
  /** Calls may be followed by a dump. */
  private readonly dumps: boolean;
  /** A stack that follows the dump under way. */
  private owed: { readonly stack: Stack; readonly stream: Stream } | undefined;

  readonly blind: boolean;

  constructor(
    private readonly options: TraceOptions,
    private readonly calls: Calls,
    private readonly messages: Messages,
    private readonly streamOf: StreamOf,
    /** Undefined: nothing is coloured. */
    private readonly painter?: Painter,
  ) {
    this.prefix = new LinePrefix(options);
    this.staged = options.statuses.size < ALL_STATUSES;
    this.silent = options.summary.mode === 'only' || options.outputFormat === 'none';
    this.dumps = !isEmpty(options.readFds) || !isEmpty(options.writeFds);
    this.blind = options.outputFormat === 'none' && options.summary.mode === 'none' && options.syscallLimit === 0;
    if (options.summary.mode !== 'none') this.summary = new Summary(options.summary);
  }

  /** Prints one record. */
  record(c: Cursor): void {
    if (this.limited) return;
    const { tid, event } = c;
    if (this.owed && event !== Event.Data) this.payStack();
    switch (event) {
      case Event.Enter:
        if (!this.blind) this.enter(this.tracee(tid), c);
        break;
      case Event.Exit:
        if (!this.blind) this.exit(this.tracee(tid), c);
        break;
      case Event.Signal:
        this.signal(this.tracee(tid), c);
        break;
      case Event.Stopped:
        if (this.shows(c.nr)) this.line(this.tracee(tid), c, `--- stopped by ${signalName(c.nr)} ---`);
        this.stack(this.tracee(tid), this.shows(c.nr));
        break;
      case Event.Exited:
        this.end(tid, c, `+++ exited with ${c.retLo | 0} +++`, !this.options.quiet.has('exit'));
        break;
      case Event.Killed: {
        const core = c.flags & RecordFlag.Core ? ' (core dumped)' : '';
        this.end(tid, c, `+++ killed by ${signalName(c.nr)}${core} +++`, this.shows(c.nr));
        break;
      }
      case Event.Lost:
        this.drop(tid);
        break;
      case Event.Task:
        this.task(tid, c);
        break;
      case Event.Exec:
      case Event.Renamed:
        this.renamed(this.tracee(tid), c);
        break;
      case Event.Detached:
        this.detached(tid);
        break;
      case Event.Personality:
        this.personality(this.tracee(tid), c);
        break;
      case Event.Superseded:
        this.superseded(tid, c);
        break;
      case Event.Data:
        if (this.tracee(tid).dumping) printDump(c, this.tracee(tid).stream.sink);
        break;
      case Event.Stack:
        this.tracee(tid).stack = this.silent ? undefined : readStack(c);
        break;
      case Event.Message:
        this.messages.record(c);
        break;
    }
  }

  private tracee(tid: number): Tracee {
    let tracee = this.tracees.get(tid);
    if (tracee === undefined) this.tracees.set(tid, (tracee = new Tracee(tid, this.streamOf(tid))));
    return tracee;
  }

  private drop(tid: number): void {
    const tracee = this.tracees.get(tid);
    if (!tracee) return;
    if (tracee.stream.open === tid) {
      tracee.stream.sink.bytes(UNFINISHED);
      this.endLine(tracee);
    }
    this.tracees.delete(tid);
    if (this.options.separate) tracee.stream.close();
  }

  /** Begins a line: an unfinished one of somebody else is closed first. */
  private begin(tracee: Tracee, c: Cursor): Sink {
    const { painter } = this;
    const { stream } = tracee;
    const { sink } = stream;
    if (stream.open !== 0) {
      sink.bytes(UNFINISHED);
      painter?.reset(sink);
      sink.newline();
      stream.open = 0;
    }
    const from = sink.pos;
    this.prefix.print(sink, c, tracee, this.tracees);
    painter?.prefix(sink, from);
    return sink;
  }

  private endLine({ stream }: Tracee): void {
    const { painter } = this;
    painter?.reset(stream.sink);
    stream.sink.newline();
    stream.open = 0;
  }

  private line(tracee: Tracee, c: Cursor, text: string): void {
    if (!this.silent) this.say(tracee, c, text);
  }

  /** A line that -c does not silence. */
  private say(tracee: Tracee, c: Cursor, text: string): void {
    const sink = this.begin(tracee, c);
    sink.text(text);
    this.endLine(tracee);
  }

  private enter(tracee: Tracee, c: Cursor): void {
    const { abi, nr } = c;
    if (abi === 1 && !this.wantsCarried(nr)) {
      tracee.skipped = true;
      return;
    }
    const call = this.calls.get(abi, nr);
    const decision = decisionAtEntry(call, c);
    tracee.skipped = decision === NOT_WANTED;
    tracee.undecided = decision === AT_EXIT;
    if (decision === NOT_WANTED) return;
    if (this.summary) tracee.start = startOf(c);
    tracee.entryKept = false;
    tracee.call = call;
    tracee.printed = 0;
    const staged = this.staged || decision === AT_EXIT;
    if (this.silent && !staged) return;
    if (staged || call.keepsEntry?.(c)) {
      tracee.entry ??= new Cursor(new Uint8Array(4096));
      tracee.entry.copyFrom(c);
      tracee.entryKept = true;
    }
    if (this.prefix.timesCalls) this.prefix.entered(tracee, c);
    if (!staged) this.open(tracee, c, call);
  }

  /** Begins the line of a call: what is known at its entry. */
  private open(tracee: Tracee, c: Cursor, call: CompiledCall): void {
    const { painter } = this;
    const sink = this.begin(tracee, c);
    const from = sink.pos;
    sink.bytes(call.open);
    tracee.printed = call.entry(c, sink);
    painter?.opening(sink, from);
    tracee.stream.open = tracee.tid;
  }

  /** Whether a call with this outcome is wanted. */
  private wants(c: Cursor): boolean {
    const { statuses } = this.options;
    if (c.flags & RecordFlag.NoReturn) return statuses.has('unfinished');
    return statuses.has(c.failed ? 'failed' : 'successful');
  }

  /** Whether a call is wanted that its entry left open. */
  private chosen({ undecided, entry }: Tracee, call: CompiledCall | undefined, c: Cursor): boolean {
    return !undecided || !call || !entry || decisionAtExit(call, entry, c);
  }

  /** The tracer stops at a multiplexer of i386 for any call that it carries; not each of them is wanted. */
  private wantsCarried(nr: number): boolean {
    if (nr !== SOCKETCALL && nr !== IPC && carrierOf(nr) === undefined) return true;
    let wanted = this.carried.get(nr);
    if (wanted === undefined) this.carried.set(nr, (wanted = this.options.trace.has('i386', nr)));
    return wanted;
  }

  /** The stack that came in front of this event: behind its line if that was shown, behind its dump where there may be one. */
  private stack(tracee: Tracee, shown: boolean): void {
    const { stack } = tracee;
    tracee.stack = undefined;
    if (!stack || !shown) return;
    this.owed = { stack, stream: tracee.stream };
    if (!this.dumps) this.payStack();
  }

  private payStack(): void {
    const { owed } = this;
    this.owed = undefined;
    if (owed) printStack(owed.stack, owed.stream.sink);
  }

  private exit(tracee: Tracee, c: Cursor): void {
    tracee.dumping = false;
    if (!tracee.skipped) this.exitLine(tracee, c);
    // Where the program ends with the call, its stack stands behind the line that says so.
    if (tracee.stack && !(c.flags & RecordFlag.NoReturn)) this.stack(tracee, tracee.dumping);
  }

  private exitLine(tracee: Tracee, c: Cursor): void {
    const known = tracee.call;
    const returns = (c.flags & RecordFlag.NoReturn) === 0;
    tracee.call = undefined;
    tracee.failed = c.failed;
    if (this.staged || tracee.undecided) {
      if (!this.wants(c) || !this.chosen(tracee, known, c)) return;
      if (known && tracee.entry && !this.silent) this.open(tracee, tracee.entry, known);
    }
    const call = known ?? this.calls.get(c.abi, c.nr);
    // Its entry, which would have decided, was not seen.
    if (!known && call.choice) return;
    if (this.summary && tracee.start && returns) this.summary.count(c, tracee.start);
    if (!this.silent) this.close(tracee, c, call, known !== undefined, returns);
    if (++this.shown === this.options.syscallLimit) this.reachLimit();
  }

  /** Ends the line of a call. `entered`: its entry was seen. */
  private close(tracee: Tracee, c: Cursor, call: CompiledCall, entered: boolean, returns: boolean): void {
    const { stream } = tracee;
    const { painter } = this;
    const { sink } = stream;
    if (stream.open !== tracee.tid || tracee.reprint) {
      tracee.reprint = false;
      this.begin(tracee, c);
      sink.bytes(call.resumed);
    }
    stream.open = 0;
    let from = sink.pos;
    if (!returns) {
      if (entered && !call.complete(c, tracee.printed)) {
        sink.bytes(UNFINISHED);
        from = sink.pos;
      }
    } else if (entered) {
      c.entry = tracee.entryKept && tracee.entry ? tracee.entry : null;
      call.exit(c, sink, tracee.printed);
    }
    if (painter) painter.closing(sink, from, call.name, this.options.columns);
    else {
      sink.byte(CLOSE);
      // Blanks up to the result's column (-a).
      sink.padTo(this.options.columns - 1);
      sink.bytes(EQUALS);
    }
    from = sink.pos;
    call.result(c, sink);
    painter?.result(sink, from);
    from = sink.pos;
    if (returns && this.prefix.timesCalls) this.prefix.callTime(sink, c, tracee);
    painter?.time(sink, from);
    this.endLine(tracee);
    call.behind?.(c, sink);
    c.entry = null;
    tracee.dumping = true;
  }

  /** --syscall-limit: that many calls have been shown, or counted. */
  private reachLimit(): void {
    this.messages.attach('System call limit has been reached, detaching tracees');
    for (const tid of [...this.tracees.keys()]) this.detached(tid);
    this.limited = true;
  }

  private shows(signal: number): boolean {
    const { signals } = this.options;
    return signals === 'all' || signals.has(signal);
  }

  /** The printer of delivered signals: the layout is the tracer's own, names of calls are the personality's. */
  private siginfo(abi: number): MemoryPrinter {
    return (this.siginfos[abi] ??= compileObject(
      'siginfo',
      deliveredSiginfo[ABIS[abi].name],
      styleOf(this.options, X86_64.index, -1),
    ));
  }

  private signal(tracee: Tracee, c: Cursor): void {
    const shown = this.shows(c.nr) && !this.silent;
    if (shown) this.signalLine(tracee, c);
    this.stack(tracee, shown);
  }

  private signalLine(tracee: Tracee, c: Cursor): void {
    const sink = this.begin(tracee, c);
    const from = sink.pos;
    const name = signalName(c.nr);
    if (c.flags & RecordFlag.HasInfo && c.findSite(0)) {
      sink.text(`--- ${name} `);
      this.siginfo(c.abi)(c, sink, c.at, c.length);
      sink.text(' ---');
    } else sink.text(`--- ${name} ---`);
    this.painter?.signal(sink, from);
    this.endLine(tracee);
  }

  private end(tid: number, c: Cursor, text: string, shown: boolean): void {
    const tracee = this.tracees.get(tid);
    if (!tracee) return;
    if (c.flags & RecordFlag.Spawned) this.ended = true;
    if (shown) this.line(tracee, c, text);
    this.stack(tracee, true);
    this.drop(tid);
  }

  private task(tid: number, c: Cursor): void {
    const origin = c.argLo(0);
    takeName(this.tracee(tid), c);
    if (origin === 1) {
      const threads = c.argLo(2);
      this.messages.attach(threads > 1 ? `Process ${tid} attached with ${threads} threads` : `Process ${tid} attached`);
    } else if (origin === 2 || origin === 4) this.messages.attach(`Process ${tid} attached`);
  }

  private renamed(tracee: Tracee, c: Cursor): void {
    if (!tracee.failed) takeName(tracee, c);
  }

  private detached(tid: number): void {
    const tracee = this.tracees.get(tid);
    if (!tracee) return;
    const { stream } = tracee;
    // The message comes before its line's end, as under strace, whose line is ended when the task is dropped.
    this.messages.attach(`Process ${tid} detached`);
    const { call, entry, entryKept, undecided } = tracee;
    if (
      this.staged &&
      call &&
      entry &&
      entryKept &&
      !undecided &&
      !this.silent &&
      this.options.statuses.has('detached')
    )
      this.open(tracee, entry, call);
    if (stream.open === tid) {
      stream.sink.bytes(DETACHED);
      this.endLine(tracee);
    }
    this.tracees.delete(tid);
    if (this.options.separate) stream.close();
  }

  /** Exec in a thread that is not the leader: that thread goes on under the leader's id. */
  private superseded(tid: number, c: Cursor): void {
    const old = c.argLo(0);
    const leader = this.tracee(tid);
    const former = this.tracees.get(old);
    if (!former) return;
    if (former.stream.open === old) {
      former.stream.sink.text(` <pid changed to ${tid} ...>`);
      former.stream.sink.newline();
      former.stream.open = 0;
    }
    if (!this.options.quiet.has('superseded')) this.line(leader, c, `+++ superseded by execve in pid ${old} +++`);
    this.tracees.delete(old);
    if (this.options.separate && former.stream !== leader.stream) former.stream.close();
    former.tid = tid;
    former.stream = leader.stream;
    former.reprint = true;
    this.tracees.set(tid, former);
  }

  private personality(tracee: Tracee, c: Cursor): void {
    if (this.options.quiet.has('personality') || this.options.outputFormat === 'none') return;
    this.say(tracee, c, `[ Process PID=${tracee.tid} runs in ${MODES[c.abi]} mode. ]`);
  }

  /** Lines that are still open when the records end. */
  finish(): void {
    this.payStack();
    for (const tid of [...this.tracees.keys()]) this.drop(tid);
  }

  /** The tables of -c and -C; empty without them. */
  summaryText(): string {
    return this.summary?.text() ?? '';
  }
}
