// Which records of a recording a trace with other options would have had: the tracer thread makes none of calls that are
// not traced, nor of what belongs to them.
import { Cursor } from '../../record/cursor.js';
import { Event, Offset, RecordFlag } from '../../record/layout.js';
import { MAX_NR } from '../../binding/tracer.js';
import type { TraceOptions } from '../options.js';
import { tracedTable } from '../session.js';

/** A task's stack until it is known what it belongs to, and whether its last call is traced. */
class Task {
  stack: Cursor | undefined;
  /** The entry of the call that it is in, if any, was passed on. */
  inside = true;
  /** So was the end of its last one: data that follows belongs to it. */
  ended = true;
}

const CALLS_ENDS: ReadonlySet<number> = new Set([Event.Exited, Event.Killed, Event.Lost, Event.Detached]);

/** Passes records on, in order. */
export class ReplayFilter {
  private readonly traced: Uint8Array;
  private readonly tasks = new Map<number, Task>();

  constructor(
    private readonly options: TraceOptions,
    private readonly next: (c: Cursor) => void,
  ) {
    this.traced = tracedTable(options, false);
  }

  private task(tid: number): Task {
    let task = this.tasks.get(tid);
    if (!task) this.tasks.set(tid, (task = new Task()));
    return task;
  }

  private isTraced(c: Cursor): boolean {
    const { nr } = c;
    return nr >= MAX_NR || this.traced[c.abi * MAX_NR + nr] !== 0;
  }

  /** One record. */
  record(c: Cursor): void {
    const task = this.task(c.tid);
    let passed = true;
    switch (c.event as Event) {
      case Event.Enter:
        passed = task.inside = this.isTraced(c);
        // What a filter proved of a call, it proved for the recording's own --where.
        if (c.flags & RecordFlag.Seccomp) c.words[(c.base + Offset.Ret) >> 2] = 0;
        break;
      case Event.Exit:
        passed = task.ended = this.isTraced(c);
        task.inside = true;
        if (!passed) task.stack = undefined;
        break;
      case Event.Ask:
        // The tracer's question about a call that was to be tampered with.
        return;
      case Event.Data:
        passed = task.ended;
        break;
      case Event.Stack:
        if (this.options.stack !== 'none') (task.stack = new Cursor(new Uint8Array(c.size))).copyFrom(c);
        return;
      case Event.Exited:
      case Event.Killed:
        // The stack of the call that ended the program.
        if (!task.inside) task.stack = undefined;
        break;
    }
    if (passed && task.stack) {
      this.next(task.stack);
      task.stack = undefined;
    }
    if (passed) this.next(c);
    if (CALLS_ENDS.has(c.event)) this.tasks.delete(c.tid);
  }
}
