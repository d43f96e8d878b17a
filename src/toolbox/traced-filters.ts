// Runs a program and collects the filters that it and its children install, in their order.
import { ABIS } from '../abi/abi.js';
import type { Abi } from '../abi/abi.js';
import { syscallNumbers } from '../abi/syscalls.js';
import { ConfigFlag, MAX_NR, Next, PIN_STEERED, Tracer } from '../binding/tracer.js';
import { Cursor } from '../record/cursor.js';
import { Event, RecordFlag } from '../record/layout.js';
import { capturedFilter, filterPlan } from './filter-plan.js';

const PR_SET_SECCOMP = 22;
const SECCOMP_MODE_STRICT = 1;
const SECCOMP_MODE_FILTER = 2;
const SECCOMP_SET_MODE_STRICT = 0;
const SECCOMP_SET_MODE_FILTER = 1;
/** How often the clock is looked at when nothing happens. */
const TICK_MS = 20;

/** An installed filter; `bytes` undefined: strict mode. */
export interface Installed {
  readonly pid: number;
  readonly abi: Abi;
  readonly bytes: Buffer | undefined;
}

/** What is run, and how long. */
export interface RunRequest {
  readonly path: string;
  readonly argv: readonly string[];
  /** The run ends with this many filters; Infinity: all. */
  readonly limit: number;
  /** Seconds; undefined: as long as it takes. */
  readonly timeout: number | undefined;
}

/** Filters, and how the run ended. */
export interface RunResult {
  readonly filters: readonly Installed[];
  readonly timedOut: boolean;
  /** Wait status of the program; -1 when it was ended by us, -2 when it could not be started. */
  readonly status: number;
}

/** What a call is about to install; undefined for anything else. */
function requested(c: Cursor, abi: Abi): Omit<Installed, 'pid'> | undefined {
  const isPrctl = syscallNumbers(abi.name, 'prctl').includes(c.nr);
  const operation = c.argLo(0);
  const mode = c.argLo(1);
  const strict = isPrctl
    ? operation === PR_SET_SECCOMP && mode === SECCOMP_MODE_STRICT
    : operation === SECCOMP_SET_MODE_STRICT;
  if (strict) return { abi, bytes: undefined };
  const filter = isPrctl
    ? operation === PR_SET_SECCOMP && mode === SECCOMP_MODE_FILTER
    : operation === SECCOMP_SET_MODE_FILTER;
  const bytes = filter ? capturedFilter(c) : undefined;
  return bytes && { abi, bytes };
}

/** Runs a program until it has installed enough filters, has ended, or its time is up. @throws TracerError */
export function traceFilters({ path, argv, limit, timeout }: RunRequest): RunResult {
  const tracer = new Tracer({
    flags: ConfigFlag.Follow | ConfigFlag.ExitKill,
    ringBytes: 1 << 20,
    pinCpu: PIN_STEERED,
  });
  const table = new Uint8Array(ABIS.length * MAX_NR);
  for (const abi of ABIS) {
    for (const name of ['prctl', 'seccomp']) {
      for (const nr of syscallNumbers(abi.name, name)) table[abi.index * MAX_NR + nr] = 1;
    }
  }
  tracer.setTraced(table);
  const env = Object.entries(process.env).map(([name, value]) => `${name}=${value ?? ''}`);
  tracer.spawn({ path, argv, env });
  tracer.takeSignals(2);
  tracer.start();
  const filters: Installed[] = [];
  const pending = new Map<number, Omit<Installed, 'pid'>>();
  const cursor = new Cursor(tracer.data);
  const deadline = timeout === undefined ? Infinity : performance.now() + timeout * 1000;
  let timedOut = false;
  let position = 0;
  let consumed = 0;
  const end = (): boolean => {
    timedOut = performance.now() >= deadline;
    return timedOut || filters.length >= limit;
  };
  try {
    while (!end()) {
      const there = tracer.next(consumed, 1, -TICK_MS);
      consumed = 0;
      if (there === Next.Request) {
        const request = tracer.request();
        if (request === -1) continue; // Nothing is waited for any more.
        const abi = ABIS[request >>> 16];
        tracer.setPlan(abi.index, request & 0xffff, filterPlan(abi), new Uint8Array(0));
        continue;
      }
      if (there < 0) break;
      for (; consumed < there; position += cursor.size, consumed += cursor.size) {
        cursor.set(position & (tracer.ringBytes - 1));
        const { tid, event } = cursor;
        if (event === Event.Enter) {
          const wanted = requested(cursor, ABIS[cursor.abi]);
          if (wanted) pending.set(tid, wanted);
          else pending.delete(tid);
        } else if (event === Event.Exit) {
          const wanted = pending.get(tid);
          pending.delete(tid);
          // SECCOMP_FILTER_FLAG_NEW_LISTENER returns a descriptor.
          const succeeded = !cursor.failed && !(cursor.flags & RecordFlag.NoReturn);
          if (wanted && succeeded && filters.length < limit) filters.push({ pid: tid, ...wanted });
        }
      }
    }
    return { filters, timedOut, status: tracer.status };
  } finally {
    // Ends the program, if it is still there.
    tracer.destroy();
  }
}
