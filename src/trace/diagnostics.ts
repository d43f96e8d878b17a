// What tstrace says of itself (--log-level, --log-file), through pino and apart from the trace. Loaded when it is asked for.
import pino from 'pino';
import { ABIS } from '../abi/abi.js';
import { callName, unnamedCall } from '../abi/syscalls.js';
import { INSN_BYTES } from '../capture/opcode.js';
import type { Plans } from '../capture/compile.js';
import type { Selection } from '../decode/call.js';
import { UsageError } from '../errors.js';
import type { Cursor } from '../record/cursor.js';
import { Event } from '../record/layout.js';
import { VERSION } from '../version.js';
import type { LogLevel, TraceOptions } from './options.js';
import type { PlanListener } from './plans.js';
import { cannotOpen } from './streams.js';

/** Names of options' values that say what a session is about. */
const TOLD = [
  'command',
  'attach',
  'follow',
  'separate',
  'output',
  'outputFormat',
  'record',
  'replay',
  'seccomp',
  'stringLimit',
  'fds',
  'stack',
] as const;

const nameOf = (abi: number, nr: number): string => callName(ABIS[abi].name, nr) ?? unnamedCall(ABIS[abi].name, nr);
const ORIGINS = ['command', 'attach', 'child', 'thread', 'command'];
const REASONS = ['interrupt', 'execve', 'limit', 'gone'];

/** What a session has come to. */
export interface SessionEnd {
  /** Wait status of the command; -1 when there is none, -2 when it could not be started. */
  readonly status: number;
  /** The signal that ended the session, 0 for none. */
  readonly interruptedBy: number;
  readonly tasks: number;
  /** How often the tracer had to wait for room in the ring. */
  readonly stalls: number;
}

/** Writes diagnostics. */
export class Diagnostics implements PlanListener {
  private readonly log: pino.Logger;
  private readonly begun = performance.now();
  private records = 0;
  private bytes = 0;
  private batches = 0;
  private plans = 0;

  /** Without a file, lines go to standard error. @throws UsageError when the file cannot be opened. */
  constructor(level: LogLevel, file: string | undefined) {
    try {
      // Written at once: what was said last is there when the process dies.
      const destination = pino.destination({ dest: file ?? 2, sync: true, append: true });
      this.log = pino({ name: 'tstrace', level }, destination);
    } catch (error) {
      throw new UsageError(cannotOpen(file ?? 'standard error', error));
    }
  }

  /** A session, or a replay, begins. */
  start(options: TraceOptions): void {
    const told = Object.fromEntries(
      Object.entries(options).filter(
        ([key, value]) => (TOLD as readonly string[]).includes(key) && value !== undefined,
      ),
    );
    const { version, platform, arch } = process;
    this.log.info({ version: VERSION, node: version, platform, arch, options: told }, 'session start');
  }

  /** The filter that the command gets. `bytes`: of the program, eight to an instruction. */
  filter(bytes: number, order: number): void {
    this.log.info(
      { instructions: bytes / 8, order: order === 1 ? 'syscall stop last' : 'seccomp stop last' },
      'filter',
    );
  }

  plan(abi: number, nr: number, { enter, exit }: Plans): void {
    this.plans++;
    if (this.log.isLevelEnabled('debug'))
      this.log.debug(
        { syscall: nameOf(abi, nr), nr, personality: ABIS[abi].name, ...sizes(enter, exit) },
        'plan compiled',
      );
  }

  selection(abi: number, nr: number, { first, mask, second }: Selection): void {
    this.log.debug(
      { syscall: nameOf(abi, nr), nr, personality: ABIS[abi].name, key: { first, mask, second } },
      'forms by key',
    );
  }

  form(abi: number, nr: number, words: readonly [number, number], variant: number, plans?: Plans): void {
    if (plans) this.plans++;
    const compiled = plans ? sizes(plans.enter, plans.exit) : {};
    this.log.debug(
      { syscall: nameOf(abi, nr), nr, personality: ABIS[abi].name, words, variant, ...compiled },
      plans ? 'plan compiled' : 'form known',
    );
  }

  /** Records that came together. */
  batch(records: Uint8Array): void {
    this.batches++;
    this.bytes += records.length;
    this.log.trace({ bytes: records.length }, 'batch');
  }

  record(c: Cursor): void {
    this.records++;
    const { tid } = c;
    switch (c.event as Event) {
      case Event.Task:
        this.log.debug({ tid, origin: ORIGINS[c.argLo(0)], tgid: c.argLo(1) }, 'task attached');
        break;
      case Event.Detached:
      case Event.Lost:
        this.log.debug({ tid, reason: REASONS[c.argLo(0)] }, 'task detached');
        break;
      case Event.Exec:
        this.log.debug({ tid }, 'task executes another program');
        break;
      case Event.Exited:
        this.log.debug({ tid, status: c.retLo | 0 }, 'task exited');
        break;
      case Event.Killed:
        this.log.debug({ tid, signal: c.nr }, 'task killed');
        break;
    }
  }

  /** A word of the tracer that standard error shows, too. */
  message(text: string): void {
    this.log.warn(text);
  }

  /** The session, or the replay, has ended. */
  end(how: SessionEnd | { readonly exit: number }): void {
    const { records, bytes, batches, plans } = this;
    const seconds = Math.round(performance.now() - this.begun) / 1000;
    if ('stalls' in how && how.stalls > 0)
      this.log.warn({ stalls: how.stalls }, 'the ring was full: tracees had to wait for the output');
    this.log.info({ ...how, seconds, records, bytes, batches, plans }, 'session end');
  }
}

const sizes = (enter: Uint8Array, exit: Uint8Array): { enter: number; exit: number } => ({
  enter: enter.length / INSN_BYTES,
  exit: exit.length / INSN_BYTES,
});
