// The packets of one Perfetto trace file: what has been said of names and tracks so far, and what an event adds.
import type { Decoded } from '../../decode/value.js';
import type { Stream } from '../destination.js';
import {
  Annotation,
  Entry,
  Interned,
  Packet,
  Process,
  SequenceFlag,
  Thread,
  Trace,
  Track,
  TrackEvent,
} from './fields.js';
import type { ProtobufWriter } from './protobuf.js';

/** PID_MAX_LIMIT of the kernel: ids are below it. */
const PIDS = 4194304;

/** The task that something happened in. */
export interface TaskName {
  readonly pid: number;
  readonly tid: number;
  readonly comm?: string;
}

/** One slice's begin or end, or an instant. */
export interface Mark {
  /** Of EventType. */
  readonly type: number;
  /** Nanoseconds since the epoch. */
  readonly time: bigint;
  readonly name?: string;
  readonly category?: string;
  readonly notes?: Readonly<Record<string, Decoded | number | string>>;
  /** A flow that begins here, and one that ends here. */
  readonly from?: number;
  readonly to?: number;
}

/** Texts that are written once and then named by number. */
class Names {
  private readonly ids = new Map<string, number>();
  /** Those that the file does not have yet. */
  fresh: (readonly [id: number, text: string])[] = [];

  constructor(readonly field: number) {}

  id(text: string): number {
    let id = this.ids.get(text);
    if (id === undefined) {
      this.ids.set(text, (id = this.ids.size + 1));
      this.fresh.push([id, text]);
    }
    return id;
  }
}

/** A value without members as text. */
function textOf(value: NonNullable<Decoded>): string {
  const number = value.num?.toString() ?? value.big ?? value.hex ?? '';
  if (value.names?.length) return value.names.join('|');
  if (value.path !== undefined) return `${number}<${value.path}>`;
  if (value.str !== undefined) return value.cut ? `${value.str}...` : value.str;
  if (value.b64 !== undefined) return `base64:${value.b64}${value.cut ? '...' : ''}`;
  return value.text ?? value.hex ?? number;
}

/** Writes the packets of one stream. */
export class Packets {
  private readonly names = new Names(Interned.names);
  private readonly categories = new Names(Interned.categories);
  private readonly annotations = new Names(Interned.annotationNames);
  /** Names of the tracks that have been described; a living task's only. */
  private readonly tracks = new Map<number, string>();
  private begun = false;

  constructor(
    private readonly stream: Stream,
    private readonly out: ProtobufWriter,
    /** Tells apart what several runs appended to one file. */
    private readonly sequence: number,
  ) {
    stream.inLines = false;
  }

  /** The track of a task is not needed any more. */
  forget({ pid, tid }: TaskName): void {
    this.tracks.delete(pid * PIDS * 2 + tid);
    if (pid === tid) this.tracks.delete(pid * PIDS * 2 + PIDS);
  }

  private packet(write: () => void): void {
    const { out } = this;
    out.reset();
    const start = out.begin(Trace.packet);
    out.integer(Packet.sequence, this.sequence);
    out.integer(Packet.sequenceFlags, this.begun ? SequenceFlag.NeedsState : SequenceFlag.Cleared);
    this.begun = true;
    write();
    out.end(start);
    this.stream.sink.bytes(out.buf.subarray(0, out.pos));
  }

  private describe(uuid: number, name: string, write: () => void): void {
    if (this.tracks.get(uuid) === name) return;
    this.tracks.set(uuid, name);
    this.packet(() => {
      const start = this.out.begin(Packet.trackDescriptor);
      this.out.integer(Track.uuid, uuid);
      write();
      this.out.end(start);
    });
  }

  /** The track of a task, described whenever its name is a new one. */
  private track({ pid, tid, comm = '' }: TaskName): number {
    const { out } = this;
    const process = pid * PIDS * 2 + PIDS;
    const thread = pid * PIDS * 2 + tid;
    if (pid === tid || !this.tracks.has(process))
      this.describe(process, comm, () => {
        const start = out.begin(Track.process);
        out.integer(Process.pid, pid);
        if (comm) out.string(Process.name, comm);
        out.end(start);
      });
    this.describe(thread, comm, () => {
      out.integer(Track.parent, process);
      const start = out.begin(Track.thread);
      out.integer(Thread.pid, pid);
      out.integer(Thread.tid, tid);
      if (comm) out.string(Thread.name, comm);
      out.end(start);
    });
    return thread;
  }

  private value(value: Decoded | number | string): void {
    const { out } = this;
    if (value === null) out.string(Annotation.string, 'NULL');
    else if (typeof value === 'string') out.string(Annotation.string, value);
    else if (typeof value === 'number') out.integer(Annotation.integer, value);
    else if (value.struct) this.members(value.struct, Annotation.members);
    else if (value.items) {
      if (value.items.length === 0) out.string(Annotation.string, '[]');
      for (const item of value.items) {
        const start = out.begin(Annotation.items);
        this.value(item);
        out.end(start);
      }
    } else if (value.before !== undefined || value.after !== undefined)
      this.members({ before: value.before ?? null, after: value.after ?? null }, Annotation.members);
    else if (value.num !== undefined && !value.names?.length && value.path === undefined)
      out.integer(Annotation.integer, value.num);
    else out.string(Annotation.string, textOf(value));
  }

  private members(members: Readonly<Record<string, Decoded | number | string>>, field: number): void {
    const { out } = this;
    for (const [name, value] of Object.entries(members)) {
      const start = out.begin(field);
      // Names of members may come from the traced program (environments): only those of arguments are interned.
      if (field === TrackEvent.annotations) out.integer(Annotation.nameId, this.annotations.id(name));
      else out.string(Annotation.name, name);
      this.value(value);
      out.end(start);
    }
  }

  private interned(): void {
    const { out } = this;
    const tables = [this.names, this.categories, this.annotations].filter((table) => table.fresh.length > 0);
    if (tables.length === 0) return;
    const start = out.begin(Packet.internedData);
    for (const table of tables) {
      for (const [id, text] of table.fresh) {
        const entry = out.begin(table.field);
        out.integer(Entry.id, id);
        out.string(Entry.text, text);
        out.end(entry);
      }
      table.fresh = [];
    }
    out.end(start);
  }

  /** Writes a mark on a task's track. */
  mark(task: TaskName, mark: Mark): void {
    const track = this.track(task);
    const { out } = this;
    this.packet(() => {
      out.integer(Packet.timestamp, mark.time);
      const start = out.begin(Packet.trackEvent);
      out.integer(TrackEvent.type, mark.type);
      out.integer(TrackEvent.track, track);
      if (mark.name !== undefined) out.integer(TrackEvent.name, this.names.id(mark.name));
      if (mark.category !== undefined) out.integer(TrackEvent.categories, this.categories.id(mark.category));
      if (mark.from !== undefined) out.fixed64(TrackEvent.flows, mark.from);
      if (mark.to !== undefined) out.fixed64(TrackEvent.endingFlows, mark.to);
      if (mark.notes) this.members(mark.notes, TrackEvent.annotations);
      out.end(start);
      this.interned();
    });
  }
}
