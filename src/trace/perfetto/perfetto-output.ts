// --output-format=perfetto: events as a timeline that ui.perfetto.dev opens. Packets are written as calls end; Perfetto sorts.
import type { Cursor } from '../../record/cursor.js';
import { Event, RecordFlag } from '../../record/layout.js';
import type { Calls } from '../calls.js';
import type { Stream } from '../destination.js';
import type { SyscallEvent, TraceEvent } from '../event.js';
import { EventReader } from '../event-reader.js';
import type { Messages } from '../messages.js';
import type { TraceOptions } from '../options.js';
import type { Output } from '../output.js';
import type { Wanted } from '../wanted.js';
import { EventType } from './fields.js';
import type { TaskName } from './packets.js';
import { Packets } from './packets.js';
import { ProtobufWriter } from './protobuf.js';

/** Flows are named by who is at their end; a name is free again when its flow has ended. */
const birthOf = (tid: number): number => tid * 2;
const execOf = (pid: number): number => pid * 2 + 1;

/** Nanoseconds of a time in milliseconds that has three decimals. */
const nanoseconds = (time: number): bigint => BigInt(Math.round(time * 1000)) * 1000n;

/** Writes events as packets. */
class PerfettoOutput implements Output {
  private shown = 0;
  limited = false;
  ended = false;
  private readonly files = new WeakMap<Stream, Packets>();
  private readonly tasks = new Map<number, TaskName>();
  private readonly writer = new ProtobufWriter();

  constructor(
    private readonly reader: EventReader,
    private readonly streamOf: (tid: number) => Stream,
    private readonly limit: number,
    private readonly onLimit: () => void,
  ) {}

  private packets(tid: number): Packets {
    const stream = this.streamOf(tid);
    let packets = this.files.get(stream);
    // Sequence ids are uint32 and not 0; with -ff files may be concatenated, so each has its own.
    if (!packets) this.files.set(stream, (packets = new Packets(stream, this.writer, tid)));
    return packets;
  }

  record(c: Cursor): void {
    if (this.limited) return;
    const ends = c.event === Event.Exited || c.event === Event.Killed;
    if (ends && c.flags & RecordFlag.Spawned) this.ended = true;
    const event = this.reader.read(c);
    if (event && event.type !== 'message') this.write(event);
    if (ends || c.event === Event.Detached || c.event === Event.Lost) {
      const task = this.tasks.get(c.tid);
      if (task) this.packets(c.tid).forget(task);
      this.tasks.delete(c.tid);
    }
  }

  private write(event: Exclude<TraceEvent, { type: 'message' }>): void {
    this.tasks.set(event.tid, event);
    const packets = this.packets(event.tid);
    if (event.type === 'syscall') {
      this.call(event, packets);
      return;
    }
    const instant = { type: EventType.Instant, time: nanoseconds(event.time), notes: { line: event.line } };
    switch (event.type) {
      case 'signal':
        packets.mark(event, {
          ...instant,
          name: event.signal,
          category: 'signal',
          notes: event.siginfo === undefined ? instant.notes : { siginfo: event.siginfo },
        });
        return;
      case 'attached': {
        const parent = event.parent === undefined ? undefined : this.tasks.get(event.parent);
        const flow = parent ? birthOf(event.tid) : undefined;
        if (parent)
          this.packets(parent.tid).mark(parent, { ...instant, name: 'new task', category: 'task', from: flow });
        packets.mark(event, { ...instant, name: 'attached', category: 'task', to: flow });
        return;
      }
      case 'exec':
        packets.mark(event, { ...instant, name: 'exec', category: 'task', to: execOf(event.pid) });
        return;
      default:
        packets.mark(event, { ...instant, name: event.type, category: 'task' });
    }
  }

  private call(event: SyscallEvent, packets: Packets): void {
    const time = nanoseconds(event.time);
    const { error } = event;
    const executed = /^execve(at)?$/.test(event.syscall) && event.ret === 0;
    packets.mark(event, {
      type: EventType.Begin,
      time,
      name: error ? `${event.syscall} ${error.name ?? error.code}` : event.syscall,
      category: error ? 'failed' : 'syscall',
      notes: { ...event.args, result: event.result },
      ...(executed ? { from: execOf(event.pid) } : {}),
    });
    packets.mark(event, { type: EventType.End, time: time + BigInt(Math.round((event.duration ?? 0) * 1e9)) });
    if (++this.shown === this.limit) {
      this.onLimit();
      this.limited = true;
    }
  }

  finish(): void {
    // Every event has been written when its record came.
  }

  summaryText(): string {
    return '';
  }
}

/** The output of --output-format=perfetto, and the calls whose plans it needs. */
export function perfettoOutput(
  options: TraceOptions,
  wanted: Wanted,
  messages: Messages,
  streamOf: (tid: number) => Stream,
): { calls: Calls; output: Output } {
  const reader = new EventReader(options, wanted);
  const limit = (): void => messages.attach('System call limit has been reached, detaching tracees');
  return { calls: reader.calls, output: new PerfettoOutput(reader, streamOf, options.syscallLimit, limit) };
}
