// The two records of a call side by side when it has ended, as far as the options want it: what all outputs of data need.
import { carrierOf, IPC, SOCKETCALL } from '../abi/multiplexers.js';
import type { CompiledCall } from '../decode/call.js';
import { Cursor } from '../record/cursor.js';
import { Offset, RecordFlag } from '../record/layout.js';
import type { Calls } from './calls.js';
import type { TraceOptions } from './options.js';
import { AT_EXIT, decisionAtEntry, decisionAtExit, NOT_WANTED } from './wanted.js';

/** The call that a task is in, kept between its records. */
export class OpenCall {
  /** Copy of the entering record, while `call` is there. */
  readonly entry = new Cursor(new Uint8Array(1024));
  call: CompiledCall | undefined;
  skipped = false;
  /** Whether its call is wanted will be known at the exit. */
  undecided = false;
}

/** A call that has ended and is wanted. */
export interface EndedCall {
  readonly call: CompiledCall;
  /** Its entering record; null when it was not seen. */
  readonly entry: Cursor | null;
}

/** Nanoseconds from one stop to another. */
export function elapsed(a: Cursor, b: Cursor): number {
  const from = (a.base + Offset.Monotonic) >> 2;
  const to = (b.base + Offset.Monotonic) >> 2;
  const seconds = (b.words[to] >>> 0) - (a.words[from] >>> 0);
  return seconds * 1e9 + (b.words[to + 1] >>> 0) - (a.words[from + 1] >>> 0);
}

/** Pairs records, and decides which calls are wanted: the filters are those of the text output. */
export class CallPairs {
  private readonly carried = new Map<number, boolean>();

  constructor(
    private readonly options: TraceOptions,
    private readonly calls: Calls,
  ) {}

  /** An entering record. */
  enter(open: OpenCall, c: Cursor): void {
    open.call = undefined;
    open.skipped = c.abi === 1 && !this.wantsCarried(c.nr);
    if (open.skipped) return;
    const call = this.calls.get(c.abi, c.nr);
    const decision = decisionAtEntry(call, c);
    open.skipped = decision === NOT_WANTED;
    open.undecided = decision === AT_EXIT;
    if (open.skipped) return;
    open.call = call;
    open.entry.copyFrom(c);
  }

  /** An exiting record: the call, if it is wanted. */
  exit(open: OpenCall, c: Cursor): EndedCall | undefined {
    const { skipped } = open;
    const entry = open.call ? open.entry : null;
    const call = open.call ?? this.calls.get(c.abi, c.nr);
    open.call = undefined;
    if (skipped || !this.wants(c)) return undefined;
    if (entry && open.undecided && !decisionAtExit(call, entry, c)) return undefined;
    // Its entry, which would have decided, was not seen.
    if (!entry && call.choice) return undefined;
    return { call, entry };
  }

  /** Whether a signal is wanted. */
  shows(signal: number): boolean {
    const { signals } = this.options;
    return signals === 'all' || signals.has(signal);
  }

  /** The tracer stops at a multiplexer of i386 for any call that it carries; not each of them is wanted. */
  private wantsCarried(nr: number): boolean {
    if (nr !== SOCKETCALL && nr !== IPC && carrierOf(nr) === undefined) return true;
    let wanted = this.carried.get(nr);
    if (wanted === undefined) this.carried.set(nr, (wanted = this.options.trace.has('i386', nr)));
    return wanted;
  }

  /** Whether a call with this outcome is wanted. */
  private wants(c: Cursor): boolean {
    const { statuses } = this.options;
    if (c.flags & RecordFlag.NoReturn) return statuses.has('unfinished');
    return statuses.has(c.failed ? 'failed' : 'successful');
  }
}
