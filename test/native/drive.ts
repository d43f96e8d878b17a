// A trace without decoder or command line: every record as a plain object. For tests of the native library, and by hand:
//   npx tsx test/native/drive.ts [-f] [-p PID] [--] PROGRAM [ARGS]
import { fileURLToPath } from 'node:url';
import { encodeInsn, Op } from './plans.js';
import { Tracer, MAX_NR, Next, ConfigFlag } from '../../src/binding/tracer.js';
import type { Command } from '../../src/binding/spawn-spec.js';
import { Cursor } from '../../src/record/cursor.js';
import { Event } from '../../src/record/layout.js';

export interface Seen {
  readonly event: number;
  readonly tid: number;
  readonly nr: number;
  readonly flags: number;
  readonly abi: number;
  readonly ret: number;
  readonly args: readonly number[];
  /** Bytes of the first region, as Latin-1 text. */
  readonly text: string | undefined;
}

export interface DriveOptions {
  readonly flags?: number;
  readonly command?: Command;
  readonly attach?: readonly number[];
  readonly ringBytes?: number;
  /** Numbers (x86_64) that make records; all when left out. */
  readonly traced?: readonly number[];
  /** Called for each record; the session ends by the signal that it returns (0: detach). */
  readonly on?: (seen: Seen) => number | undefined;
  /** Handlers as with -I, instead of none. */
  readonly signals?: number;
  readonly pin?: number;
  /** Records are only counted, not decoded. */
  readonly countOnly?: boolean;
}

export interface Driven {
  readonly records: number;
  readonly seen: Seen[];
  readonly status: number;
  readonly interruptedBy: number;
}

/** A command with our environment, for `drive`. */
export function command(path: string, ...args: string[]): Command {
  return { path, argv: [path, ...args], env: Object.entries(process.env).map(([k, v]) => `${k}=${v ?? ''}`) };
}

function read(c: Cursor): Seen {
  const has = c.findSite(0);
  return {
    event: c.event,
    tid: c.tid,
    nr: c.nr,
    flags: c.flags,
    abi: c.abi,
    ret: (c.retHi | 0) * 4294967296 + c.retLo,
    args: [0, 1, 2, 3, 4, 5].map((i) => c.argHi(i) * 4294967296 + c.argLo(i)),
    text: has ? Buffer.from(c.bytes.subarray(c.at, c.at + c.length)).toString('latin1') : undefined,
  };
}

/** Runs a session to its end. Plans: write(2) captures its buffer, execve and openat their path, others nothing. */
export function drive(options: DriveOptions): Driven {
  const tracer = new Tracer({
    flags: options.flags ?? 0,
    ringBytes: options.ringBytes ?? 1 << 20,
    pinCpu: options.pin ?? -1,
  });
  const table = new Uint8Array(3 * MAX_NR).fill(options.traced ? 0 : 1);
  for (const nr of options.traced ?? []) table[nr] = 1;
  tracer.setTraced(table);
  for (const pid of options.attach ?? []) tracer.attach(pid);
  if (options.command) tracer.spawn(options.command);
  if (options.signals) tracer.takeSignals(options.signals);
  tracer.start();
  const cursor = new Cursor(tracer.data);
  const seen: Seen[] = [];
  const none = new Uint8Array(0);
  let position = 0;
  let consumed = 0;
  let records = 0;
  try {
    for (;;) {
      const there = tracer.next(consumed, 65536, 10);
      consumed = 0;
      if (there === Next.Request) {
        const request = tracer.request();
        const enter =
          request === 1
            ? encodeInsn(Op.MEMV, 1, 15, 2, 0, 64)
            : request === 59
              ? encodeInsn(Op.ZMEM, 0, 15, 1, 0, 4096)
              : request === 257
                ? encodeInsn(Op.ZMEM, 1, 15, 1, 0, 4096)
                : none;
        tracer.setPlan(request >>> 16, request & 0xffff, enter, none);
        continue;
      }
      if (there < 0) break;
      while (consumed < there) {
        cursor.set(position & (tracer.ringBytes - 1));
        records++;
        if (!options.countOnly) {
          const one = read(cursor);
          seen.push(one);
          const end = options.on?.(one);
          if (end !== undefined) tracer.interrupt(end);
        }
        position += cursor.size;
        consumed += cursor.size;
      }
    }
    const { status, interruptedBy } = tracer;
    return { records, seen, status, interruptedBy };
  } finally {
    tracer.destroy();
  }
}

/** One record as a line. */
export function show(s: Seen): string {
  const text = s.text === undefined || s.event === Event.Signal ? '' : ' ' + JSON.stringify(s.text);
  return `${s.tid} event=${s.event} nr=${s.nr} flags=${s.flags} ret=${s.ret} args=${s.args.map((a) => a.toString(16)).join(',')}${text}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const argv = process.argv.slice(2);
  let flags = 0;
  const attach: number[] = [];
  let quiet = false;
  for (;;) {
    const word = argv[0];
    if (word === '-f') flags |= ConfigFlag.Follow;
    else if (word === '-q') quiet = true;
    else if (word === '-p') attach.push(Number((argv.shift(), argv[0])));
    else {
      if (word === '--') argv.shift();
      break;
    }
    argv.shift();
  }
  const run = argv.length > 0 ? command(argv[0], ...argv.slice(1)) : undefined;
  const { records, seen, status, interruptedBy } = drive({ flags, attach, command: run, signals: 2, countOnly: quiet });
  for (const s of seen) console.log(show(s));
  console.log(`${records} records, status ${status}, interrupted by ${interruptedBy}`);
}
