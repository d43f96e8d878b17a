// --output-format=perfetto: events as a timeline that ui.perfetto.dev opens. Packets are written as calls end; Perfetto sorts.
import type { Stream } from '../destination.js';
import type { SyscallEvent, TraceEvent } from '../event.js';
import { EventOutput, outputOf } from '../event-output.js';
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
class PerfettoOutput extends EventOutput {
  private readonly files = new WeakMap<Stream, Packets>();
  private readonly tasks = new Map<number, TaskName>();
  private readonly writer = new ProtobufWriter();

  private packets(tid: number): Packets {
    const stream = this.streamOf(tid);
    let packets = this.files.get(stream);
    // Sequence ids are uint32 and not 0; with -ff files may be concatenated, so each has its own.
    if (!packets) this.files.set(stream, (packets = new Packets(stream, this.writer, tid)));
    return packets;
  }

  protected override gone(tid: number): void {
    const task = this.tasks.get(tid);
    if (task) this.packets(tid).forget(task);
    this.tasks.delete(tid);
  }

  protected override write(event: TraceEvent): void {
    if (event.type === 'message') return;
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
      case 'superseded':
        // The thread goes on under its leader's id.
        this.gone(event.former);
        packets.mark(event, { ...instant, name: event.type, category: 'task' });
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
  }
}

/** The output of --output-format=perfetto. */
export const perfettoOutput = outputOf(PerfettoOutput);
