// --report: what happened in a trace, summed up as records come; at the end, a page about it.
import { hostname, release, availableParallelism } from 'node:os';
import { signalName } from '../../abi/signal.js';
import type { CompiledCall } from '../../decode/call.js';
import { Sink } from '../../decode/sink.js';
import type { Cursor } from '../../record/cursor.js';
import { Event, Offset, RecordFlag } from '../../record/layout.js';
import { VERSION } from '../../version.js';
import { CallPairs, OpenCall } from '../call-pairs.js';
import { styleOf, type Calls } from '../calls.js';
import { ALL_STATUSES, type TraceOptions } from '../options.js';
import { Buckets, Scale } from './buckets.js';
import { CallStats, type Failure } from './call-stats.js';
import { categoryOf, categoryOfKind, transferOf, type Transfer } from './categories.js';
import { commandOfProcess, executedCommand, shellWords } from './command-line.js';
import { CATEGORIES, type CallNote, type Ending, type ReportData, type SignalData } from './data.js';
import { Files } from './files.js';
import { Ranking } from './ranking.js';
import { readable, visible } from './readable.js';
import { Tasks, type TaskNode } from './tasks.js';
import { TouchedFiles, type Touched } from './touched.js';

/** How many of the slowest calls are told, and how many of those that are there to wait. */
const SLOWEST = 50;
const WAITS = 25;
/** Most characters of a line that is told. */
const LINE_MAX = 400;
/** Of the command of the trace. */
const COMMAND_MAX = 2000;
const TIDS_TOLD = 5;
const WAIT = CATEGORIES.indexOf('wait');
/** Series of the timeline behind those of time by category: calls by category, then errors. */
const CALLS = CATEGORIES.length;
const ERRORS = 2 * CATEGORIES.length;

/** How a task came to be traced (`task_origin` of native/record.h). */
const enum Origin {
  Attach = 1,
  Child = 2,
}

/** A living task. */
class Task extends OpenCall {
  cwd: string | undefined;

  constructor(readonly node: TaskNode) {
    super();
  }
}

/** What is known of a compiled call. */
interface Known {
  readonly stats: CallStats;
  /** Index into CATEGORIES; -1: it depends on the file. */
  readonly category: number;
  readonly transfer: Transfer | undefined;
  readonly opens: boolean;
  readonly execs: boolean;
  readonly moves: boolean;
  /** It never returns. */
  readonly leaves: boolean;
  /** Its first path is a text that nothing is looked up by. */
  readonly skips: number;
}

type Note = Omit<CallNote, 'task'> & { readonly node: TaskNode };

/** Sums up records. */
export class Report {
  private readonly scale = new Scale();
  private readonly timeline = new Buckets(this.scale, ERRORS + 1);
  private readonly tasks = new Tasks(this.scale);
  private readonly living = new Map<number, Task>();
  private readonly stats = new Map<string, CallStats>();
  private readonly known = new Map<CompiledCall, Known>();
  private readonly files = new Files();
  private readonly touched: TouchedFiles;
  private readonly slowest = new Ranking<Note>(SLOWEST);
  private readonly waits = new Ranking<Note>(WAITS);
  private readonly signals = new Map<number, { count: number; tids: number[] }>();
  private readonly sums = { calls: 0, errors: 0, time: 0, read: 0, written: 0 };
  private readonly pairs: CallPairs;
  private readonly sink = new Sink(4096);
  private startSeconds = -1;
  private startNanoseconds = 0;
  private started = 0;
  /** The moment of the last record. */
  private now = 0;
  private ending: Ending | null = null;

  /** `calls`: as a person reads them; their captures are those of the records. */
  constructor(
    private readonly options: TraceOptions,
    calls: Calls,
  ) {
    this.pairs = new CallPairs(options, calls);
    this.touched = new TouchedFiles(styleOf(options, 0, -1), options.trace.complete);
  }

  /** Nanoseconds since the first record. */
  private moment(c: Cursor): number {
    const at = (c.base + Offset.Monotonic) >> 2;
    const seconds = c.words[at] >>> 0;
    const nanoseconds = c.words[at + 1] >>> 0;
    if (this.startSeconds < 0) {
      if (seconds === 0) return 0; // A message from before there was a clock.
      this.startSeconds = seconds;
      this.startNanoseconds = nanoseconds;
      const real = (c.base + Offset.Realtime) >> 2;
      this.started = (c.words[real] >>> 0) * 1000 + (c.words[real + 1] >>> 0) / 1e6;
    }
    return (seconds - this.startSeconds) * 1e9 + nanoseconds - this.startNanoseconds;
  }

  /** Takes a record in. */
  record(c: Cursor): void {
    if (c.event === Event.Message || c.event === Event.Data) return;
    const now = this.moment(c);
    // Records of several tasks may pass each other on their way.
    if (now > this.now) this.now = now;
    if (c.event === Event.Task) {
      this.attached(c, now);
      return;
    }
    const task = this.living.get(c.tid) ?? this.begin(c.tid, c.tid, undefined, now);
    switch (c.event) {
      case Event.Enter:
        this.pairs.enter(task, c);
        break;
      case Event.Exit:
        this.exit(task, c, now);
        break;
      case Event.Exec:
      case Event.Renamed:
        this.name(task, c);
        break;
      case Event.Signal:
        if (this.pairs.shows(c.nr)) this.signal(c.tid, c.nr);
        break;
      case Event.Exited:
        this.end(task, now, { how: 'exited', status: c.retLo | 0 }, c);
        break;
      case Event.Killed: {
        const core = (c.flags & RecordFlag.Core) !== 0;
        this.end(task, now, { how: 'killed', signal: signalName(c.nr), core }, c);
        break;
      }
      case Event.Detached:
      case Event.Lost:
        this.end(task, now, { how: 'gone' }, c);
        break;
      case Event.Superseded:
        this.superseded(task, c.argLo(0), now);
        break;
    }
  }

  private begin(tid: number, pid: number, parent: Task | undefined, now: number): Task {
    const task = new Task(this.tasks.add(tid, pid, parent?.node, now));
    task.cwd = parent?.cwd;
    this.living.set(tid, task);
    return task;
  }

  /** A new task. Processes are children of processes, whichever thread made them. */
  private attached(c: Cursor, now: number): void {
    const { tid } = c;
    const [origin, pid, detail] = [c.argLo(0), c.argLo(1) || tid, c.argLo(2)];
    const maker = origin === Origin.Child ? this.living.get(detail) : undefined;
    const leader = this.living.get(pid === tid ? (maker?.node.pid ?? -1) : pid);
    const task = this.begin(tid, pid, leader ?? maker, now);
    if (maker) task.cwd = maker.cwd;
    this.name(task, c);
    if (origin !== Origin.Attach) return;
    const command = commandOfProcess(pid);
    if (command !== undefined) task.node.executes(command);
  }

  private name({ node }: Task, c: Cursor): void {
    if (c.findSite(0)) node.comm = readable(c.bytes.subarray(c.at, c.at + c.length));
  }

  private signal(tid: number, nr: number): void {
    let seen = this.signals.get(nr);
    if (!seen) this.signals.set(nr, (seen = { count: 0, tids: [] }));
    seen.count++;
    if (seen.tids.length < TIDS_TOLD && !seen.tids.includes(tid)) seen.tids.push(tid);
  }

  private end(task: Task, now: number, ending: Ending, c: Cursor): void {
    this.leave(task, now);
    task.node.end = now;
    task.node.ending = ending;
    this.living.delete(task.node.tid);
    if (c.flags & RecordFlag.Spawned) this.ending = ending;
  }

  /** A call that has not returned, and will not be seen to. */
  private leave(task: Task, now: number): void {
    const { call, entry } = task;
    task.call = undefined;
    if (call && !task.undecided && this.options.statuses.has('unfinished'))
      this.count(task, call, entry, undefined, now);
  }

  /** The thread goes on under its leader's id, and is the process from now on. */
  private superseded(leader: Task, former: number, now: number): void {
    const thread = this.living.get(former);
    if (!thread) return;
    this.living.delete(former);
    this.leave(leader, now);
    thread.node.end = now;
    thread.node.ending = { how: 'gone' };
    const goesOn = new Task(leader.node);
    goesOn.cwd = thread.cwd;
    goesOn.call = thread.call;
    goesOn.skipped = thread.skipped;
    goesOn.undecided = thread.undecided;
    if (thread.call) goesOn.entry.copyFrom(thread.entry);
    this.living.set(leader.node.tid, goesOn);
  }

  private exit(task: Task, c: Cursor, now: number): void {
    const ended = this.pairs.exit(task, c);
    if (ended) this.count(task, ended.call, ended.entry, c, now);
  }

  private knownOf(call: CompiledCall): Known {
    let known = this.known.get(call);
    if (known) return known;
    const { name } = call;
    let stats = this.stats.get(name);
    if (!stats) this.stats.set(name, (stats = new CallStats(name)));
    const category = categoryOf(name);
    known = {
      stats,
      category: category === undefined ? -1 : CATEGORIES.indexOf(category),
      transfer: transferOf(name),
      opens: /^(?:open(?:at2?|_by_handle_at)?|creat)$/.test(name),
      execs: /^execve(?:at)?$/.test(name),
      leaves: /^exit(?:_group)?$/.test(name),
      moves: /^f?chdir$/.test(name),
      skips: /^symlink(?:at)?$/.test(name) ? 1 : 0,
    };
    this.known.set(call, known);
    return known;
  }

  /** One call: `c` is its exiting record, undefined when it has not returned. */
  private count(task: Task, call: CompiledCall, entry: Cursor | null, c: Cursor | undefined, now: number): void {
    const known = this.knownOf(call);
    const { stats, leaves } = known;
    const { node } = task;
    const returned = c !== undefined && (c.flags & RecordFlag.NoReturn) === 0;
    const failed = returned && c.failed;
    const start = entry ? this.moment(entry) : now;
    const time = Math.max(0, now - start);
    const touched = this.touch(task, known, call, entry, c, time);
    const category = known.category >= 0 ? known.category : this.categoryOfFile(touched, call);
    for (const sums of [this.sums, stats, node]) {
      sums.calls++;
      sums.time += time;
      if (failed) sums.errors++;
    }
    stats.categories[category] += time;
    if (!returned && !leaves) stats.unfinished++;
    else if (entry) stats.times.add(time);
    this.timeline.span(category, start, now);
    this.timeline.count(CALLS + category, now, 1);
    node.lane.span(category, start, now);
    if (failed) {
      this.timeline.count(ERRORS, now, 1);
      this.failure(stats.failure(-(c.retLo | 0)), touched, call, entry, c, time);
    }
    const ranking = category === WAIT ? this.waits : this.slowest;
    if (entry && time > 0 && !leaves && ranking.admits(time)) {
      const line = this.line(call, entry, c);
      const file = touched?.name ?? '';
      ranking.add(time, { tid: node.tid, comm: node.comm, start, time, line, file, unfinished: !returned, node });
    }
    if (known.execs && returned && !failed && entry) {
      const command = this.command(call, entry);
      if (command !== undefined) node.executes(command);
    }
    if (known.moves && returned && !failed) task.cwd = undefined;
  }

  private failure(
    failure: Failure,
    touched: Touched | undefined,
    call: CompiledCall,
    entry: Cursor | null,
    c: Cursor,
    time: number,
  ): void {
    if (failure.calls++ === 0) failure.line = this.line(call, entry, c);
    failure.time += time;
    if (touched) failure.path(touched.name);
  }

  private categoryOfFile(touched: Touched | undefined, { files }: CompiledCall): number {
    if (touched) return CATEGORIES.indexOf(categoryOfKind(touched.kind));
    return CATEGORIES.indexOf(files && files.paths.length + files.descriptors.length > 0 ? 'file' : 'other');
  }

  /** Counts a call for the files that it touches; returns the first of them, which its time goes to. */
  private touch(
    task: Task,
    { transfer, opens, skips }: Known,
    { files }: CompiledCall,
    entry: Cursor | null,
    c: Cursor | undefined,
    time: number,
  ): Touched | undefined {
    if (!files || !entry) return undefined;
    const done = c && !c.failed && (c.flags & RecordFlag.NoReturn) === 0 ? c : undefined;
    let first: Touched | undefined;
    const touch = (touched: Touched | undefined): Touched | undefined => {
      if (!touched || touched.name === first?.name) return touched;
      const file = this.files.entry(touched.name, touched.kind);
      file.calls++;
      if (c?.failed) file.errors++;
      if (!first) {
        file.time += time;
        first = touched;
      }
      return touched;
    };
    // What was opened is told by the descriptor, links followed.
    if (opens && done) {
      const opened = touch(this.touched.returned(files, done));
      if (opened) this.files.entry(opened.name, opened.kind).opens++;
    }
    const bytes = transfer && done ? done.retLo + done.retHi * 4294967296 : 0;
    for (let i = 0; i < files.descriptors.length; i++) {
      const isBase = files.descriptors[i].at && files.paths.length > 0;
      if (isBase) continue;
      const file = touch(this.touched.descriptor(files, i, entry, c));
      if (!file || !transfer || !done) continue;
      this.transferred(file, i, transfer, bytes);
    }
    for (let i = skips; i < files.paths.length && !(opens && first); i++) {
      const path = this.touched.path(files, i, entry, c, task);
      const { base } = files.paths[i];
      touch(path ?? (base < 0 ? undefined : this.touched.descriptor(files, base, entry, c)));
    }
    return first;
  }

  private transferred(file: Touched, index: number, { from, to }: Transfer, bytes: number): void {
    const entry = this.files.entry(file.name, file.kind);
    if (index === from) {
      entry.reads++;
      entry.read += bytes;
      this.sums.read += bytes;
    }
    if (index === to) {
      entry.writes++;
      entry.written += bytes;
      this.sums.written += bytes;
    }
  }

  private takeText(): string {
    const { sink } = this;
    const text = Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
    sink.rewind(0);
    return text;
  }

  /** Prints the arguments of a call; returns whether all of them. */
  private print(call: CompiledCall, entry: Cursor, c: Cursor | undefined): boolean {
    const { sink } = this;
    const printed = call.entry(entry, sink);
    if (!c || c.flags & RecordFlag.NoReturn) return call.complete(entry, printed);
    c.entry = entry;
    call.exit(c, sink, printed);
    c.entry = null;
    return true;
  }

  /** A call as a line of the trace. */
  private line(call: CompiledCall, entry: Cursor | null, c: Cursor | undefined): string {
    const { sink } = this;
    sink.rewind(0);
    sink.bytes(call.open);
    const whole = !entry || this.print(call, entry, c);
    sink.text(whole ? ')' : ' <unfinished ...>');
    if (c) {
      sink.text(' = ');
      call.result(c, sink);
    } else if (whole) sink.text(' <unfinished ...>');
    const text = visible(Buffer.from(this.takeText(), 'latin1').toString('utf8'));
    return text.length > LINE_MAX ? `${text.slice(0, LINE_MAX)}…` : text;
  }

  private command(call: CompiledCall, entry: Cursor): string | undefined {
    this.sink.rewind(0);
    call.entry(entry, this.sink);
    return executedCommand(this.takeText());
  }

  /** The report so far. `limited`: the trace ended at --syscall-limit. */
  data(limited: boolean): ReportData {
    for (const task of this.living.values()) this.leave(task, this.now);
    const { options, timeline, sums, now } = this;
    timeline.sync();
    const { width } = this.scale;
    const buckets = Math.max(1, Math.ceil(now / width));
    const series = (s: number): number[] => Array.from({ length: buckets }, (_, i) => Math.round(timeline.at(s, i)));
    const byCategory = (from: number): number[][] => CATEGORIES.map((_, i) => series(from + i));
    const tasks = this.tasks.data(now);
    const notes = (ranking: Ranking<Note>): CallNote[] =>
      ranking.sorted().map(({ node, ...note }) => ({ task: node.index, ...note }));
    const stats = [...this.stats.values()];
    const signals = [...this.signals].map(([nr, seen]): SignalData => ({ name: signalName(nr), ...seen }));
    return {
      version: 1,
      tracer: `tstrace ${VERSION}`,
      host: { name: hostname(), kernel: release(), cpus: availableParallelism() },
      command: shellWords(options.command, COMMAND_MAX),
      attached: options.attach,
      filtered: isFiltered(options),
      started: this.started,
      duration: now,
      ending: this.ending,
      totals: {
        ...sums,
        processes: this.tasks.processes,
        threads: this.tasks.threads,
        files: this.files.size,
        limited,
      },
      timeline: { width, time: byCategory(0), calls: byCategory(CALLS), errors: series(ERRORS) },
      ...tasks,
      calls: stats.map((s) => s.data()).sort((a, b) => b.time - a.time),
      errors: stats.flatMap((s) => s.errorData()).sort((a, b) => b.calls - a.calls),
      ...this.files.data(),
      slowest: notes(this.slowest),
      waits: notes(this.waits),
      signals: signals.sort((a, b) => b.count - a.count),
    };
  }
}

/** Whether calls were left out. */
const isFiltered = ({ trace, statuses, paths, traceFds }: TraceOptions): boolean =>
  !trace.complete || statuses.size < ALL_STATUSES || paths.length > 0 || traceFds !== undefined;
