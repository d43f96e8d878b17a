// A trace from start to end: sets up the native session, pulls records, hands them to the output, settles the status.
import { ABIS, I386 } from '../abi/abi.js';
import { IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { syscallNumbers } from '../abi/syscalls.js';
import type { Tracer } from '../binding/tracer.js';
import { MAX_NR, Next } from '../binding/tracer.js';
import { Cursor } from '../record/cursor.js';
import { Event } from '../record/layout.js';
import type { Calls } from './calls.js';
import type { TraceOptions } from './options.js';
import { answer } from './plans.js';
import type { PlanListener } from './plans.js';
import { wantedSubcalls } from './subcalls.js';
import type { Decide } from './wanted.js';

/** Consumes records, in order. */
export interface RecordSink {
  readonly record: (c: Cursor) => void;
  /** Records of calls need not be given. */
  readonly skipsCalls?: boolean;
  /** The same records in a row, before the first of them is given. */
  batch?(records: Uint8Array): void;
  /** The records so far have been given: write what has been printed. False: nobody reads any more. */
  flush(): boolean;
  /** There are no more records. */
  finish(): void;
}

/** TRACED_WRITES_SHIFT of native/tracer.h. */
const WRITES_SHIFT = 4;
/** When the consumer is woken: when so many bytes are there, or so many milliseconds after the first of them. */
interface Pace {
  readonly bytes: number;
  readonly ms: number;
}
const PACES = {
  /** Each record is shown at once. */
  interactive: { bytes: 1, ms: 10 },
  /** A program waits for the events. */
  live: { bytes: 65536, ms: 10 },
  /** Each time that the consumer wakes it takes a processor, and what the caches held, from the tracees. */
  lines: { bytes: 65536, ms: 40 },
  /** Nobody waits for what is written, and the more of it is packed together, the better. */
  recording: { bytes: 1 << 18, ms: 50 },
} as const satisfies Record<string, Pace>;

/** Calls that write to a descriptor, and which of their arguments it is. */
const WRITERS: Readonly<Record<string, number>> = {
  write: 0,
  pwrite64: 0,
  writev: 0,
  pwritev: 0,
  pwritev2: 0,
  sendto: 0,
  sendmsg: 0,
  sendmmsg: 0,
  sendfile: 0,
  sendfile64: 0,
  vmsplice: 0,
  splice: 2,
  tee: 1,
  copy_file_range: 2,
};

/** Which calls make records and, where `writers` asks for it, which write: one byte for each ABI and number. */
export function tracedTable(options: TraceOptions, writers: boolean): Uint8Array {
  const table = new Uint8Array(ABIS.length * MAX_NR);
  markTraced(options, table);
  if (!writers) return table;
  for (const [name, argument] of Object.entries(WRITERS))
    for (const abi of ABIS)
      for (const nr of syscallNumbers(abi.name, name))
        if (nr < MAX_NR) table[abi.index * MAX_NR + nr] |= (argument + 1) << WRITES_SHIFT;
  return table;
}

function markTraced(options: TraceOptions, table: Uint8Array): void {
  if (options.trace.complete) {
    table.fill(1);
    return;
  }
  for (const abi of ABIS)
    for (let nr = 0; nr < MAX_NR; nr++) if (options.trace.has(abi.name, nr)) table[abi.index * MAX_NR + nr] = 1;
  for (const nr of [SOCKETCALL, IPC])
    if (wantedSubcalls(options.trace, nr).length > 0) table[I386.index * MAX_NR + nr] = 1;
}

/** Runs until every tracee has gone. */
export function consume(
  tracer: Tracer,
  calls: Calls,
  output: RecordSink,
  pace: keyof typeof PACES,
  listeners: readonly PlanListener[] = [],
  decide?: Decide,
): void {
  const cursor = new Cursor(tracer.data);
  const mask = tracer.ringBytes - 1;
  const { bytes, ms } = PACES[pace];
  const minBytes = Math.min(bytes, tracer.ringBytes / 4);
  const { record, skipsCalls = false } = output;
  let position = 0;
  let consumed = 0;
  for (;;) {
    const there = tracer.next(consumed, minBytes, ms);
    consumed = 0;
    if (there === Next.Request) {
      answer(tracer, calls, listeners, decide);
      continue;
    }
    if (there < 0) break;
    if (output.batch) {
      const from = position & mask;
      output.batch(tracer.data.subarray(from, from + there));
    }
    while (consumed < there) {
      cursor.set(position & mask);
      const { event, size } = cursor;
      if (!skipsCalls || (event !== Event.Enter && event !== Event.Exit)) record(cursor);
      position += size;
      consumed += size;
    }
    if (!output.flush()) {
      tracer.abandon();
      tracer.interrupt(0);
    }
  }
  output.finish();
  output.flush();
}
