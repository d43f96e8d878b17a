// A native tracing session: start, plans, records, end. errno becomes TracerError.
import { TracerError } from '../errors.js';
import { RING_CONTROL_BYTES } from '../record/layout.js';
import { openLibrary } from './library.js';
import type { Library } from './library.js';
import type { Command, Inherited } from './spawn-spec.js';
import { packCommand } from './spawn-spec.js';

/** In the moment of a stop a task of the command's is kept on the tracer thread's CPU (native/steer.c). */
export const PIN_STEERED = -1;
/** Tracer thread and tasks run where the scheduler puts them. */
export const PIN_NONE = -2;

/** `config_flag` of native/tracer.h. */
export enum ConfigFlag {
  Follow = 1,
  Seccomp = 2,
  Times = 4,
  SystemTime = 8,
  Sync = 16,
  ExitKill = 32,
  Comm = 64,
  DetachOnExec = 256,
  Ip = 512,
  OldSeccomp = 1024,
  Shared = 2048,
  PidNamespaces = 4096,
  Ask = 8192,
  Decide = 16384,
}

/** Whether a call is wanted that may be tampered with: `verdict` of native/tracer.h. */
export enum Verdict {
  Unwanted = 0,
  Wanted = 1,
  /** It is recorded, but not tampered with. */
  Undecided = 2,
}

/** `next_code` of native/tracer.h. */
export enum Next {
  Done = -1000,
  Request = -1001,
}

/** Numbers above are always traced. TRACER_MAX_NR. */
export const MAX_NR = 1024;
const CONFIG_VERSION = 1;
const CONFIG_BYTES = 32;
/** TRACER_SIGNAL_PATHS of native/tracer.h. */
const SIGNAL_PATHS = 0x80000000;

export interface TracerConfig {
  /** Sum of ConfigFlag. */
  readonly flags: number;
  /** A power of two, at least 65536. */
  readonly ringBytes: number;
  /** CPU that tracer thread and command share; else PIN_STEERED or PIN_NONE. */
  readonly pinCpu: number;
  /** What is told of the descriptor that a SIGIO is about: sum of PathMode; absent: nothing. */
  readonly signalPaths?: number;
}

/** A request's bit: the variant of a key is wanted. REQUEST_KEYED of native/record.h. */
export const REQUEST_KEYED = 0x40000000;

const EMPTY = new Uint8Array(0);

/** Both plans in a row; an empty buffer would have no address. */
const packed = (enter: Uint8Array, exit: Uint8Array): Buffer =>
  Buffer.concat([enter, exit, Buffer.alloc(enter.length + exit.length === 0 ? 8 : 0)]);

/** One session of libtstrace. All methods are synchronous; `next` blocks. */
export class Tracer {
  private readonly library: Library;
  private readonly handle: number;
  /** The ring's data, mapped twice in a row. */
  readonly data: Uint8Array;
  readonly ringBytes: number;

  constructor(config: TracerConfig) {
    this.library = openLibrary();
    const packed = Buffer.alloc(CONFIG_BYTES);
    packed.writeUInt32LE(CONFIG_VERSION, 0);
    packed.writeUInt32LE(config.flags, 4);
    packed.writeUInt32LE(config.ringBytes, 8);
    packed.writeInt32LE(config.pinCpu, 12);
    if (config.signalPaths !== undefined) packed.writeUInt32LE((SIGNAL_PATHS | config.signalPaths) >>> 0, 20);
    const { native } = this.library;
    this.handle = native.tracer_create([packed, packed.length]);
    if (this.handle < 0) throw this.failure('tracer_create', this.handle, -1);
    this.ringBytes = config.ringBytes;
    const all = this.library.view(native.tracer_ring([this.handle]), RING_CONTROL_BYTES + 2 * config.ringBytes);
    this.data = new Uint8Array(all.buffer, all.byteOffset + RING_CONTROL_BYTES, 2 * config.ringBytes);
  }

  private failure(request: string, result: number, handle = this.handle): TracerError {
    const text = Buffer.alloc(512);
    const n = this.library.native.tracer_error([handle, text, text.length]);
    return new TracerError(n > 0 ? text.toString('utf8', 0, n) : `${request}: errno ${-result}`, request, -result);
  }
  private check(request: string, result: number): number {
    if (result < 0) throw this.failure(request, result);
    return result;
  }

  /** One byte for each ABI and number: `traced_bit` of native/tracer.h. */
  setTraced(traced: Uint8Array): void {
    this.check(
      'tracer_set_traced',
      this.library.native.tracer_set_traced([
        this.handle,
        Buffer.from(traced.buffer, traced.byteOffset, traced.length),
        traced.length,
      ]),
    );
  }
  /** -e inject=: the block that packTampering makes. Before `start`, once. */
  setTampering(block: Buffer): void {
    this.check('tracer_set_tampering', this.library.native.tracer_set_tampering([this.handle, block, block.length]));
  }
  /** -k: stacks of at most `limit` frames; before `start`. @throws TracerError (ENOENT) where libdw is not installed. */
  setStacks(limit: number, source: boolean): void {
    this.check('tracer_set_stacks', this.library.native.tracer_set_stacks([this.handle, limit, source ? 1 : 0]));
  }
  /** The answer to an Event.Ask, while its record is the current one. */
  decide(verdict: Verdict): void {
    this.library.native.tracer_decide([this.handle, verdict]);
  }
  /** A plan that says whether a call is wanted; empty: it never is. Before the call's other plans are given. */
  setDecision(abi: number, nr: number, plan: Uint8Array): void {
    const code = packed(plan, EMPTY);
    this.check(
      'tracer_set_decision',
      this.library.native.tracer_set_decision([this.handle, abi, nr, code, plan.length / 8]),
    );
  }
  /** What decision plans look for: the block that packTargets makes. Before `start`, once. */
  setTargets(block: Buffer): void {
    this.check('tracer_set_targets', this.library.native.tracer_set_targets([this.handle, block, block.length]));
  }
  setPlan(abi: number, nr: number, enter: Uint8Array, exit: Uint8Array): void {
    const code = packed(enter, exit);
    this.check(
      'tracer_set_plan',
      this.library.native.tracer_set_plan([this.handle, abi, nr, code, enter.length / 8, exit.length / 8]),
    );
  }
  /** The call's plans depend on the low words of registers: `first` under `mask`, and `second` unless it is -1 (from 6 on: high words). */
  setSelection(abi: number, nr: number, first: number, mask: number, second: number): void {
    this.check(
      'tracer_set_select',
      this.library.native.tracer_set_select([this.handle, abi, nr, first, mask | 0, second]),
    );
  }
  /** Plans of a variant; numbers are given in order, from 0. */
  setVariant(abi: number, nr: number, variant: number, enter: Uint8Array, exit: Uint8Array): void {
    const code = packed(enter, exit);
    this.check(
      'tracer_set_variant',
      this.library.native.tracer_set_variant([this.handle, abi, nr, variant, code, enter.length / 8, exit.length / 8]),
    );
  }
  /** Answers a request for a key. */
  choose(abi: number, nr: number, variant: number): void {
    this.check('tracer_choose', this.library.native.tracer_choose([this.handle, abi, nr, variant]));
  }
  /** A word of the key that a request asks for, unsigned. */
  requestKey(which: 0 | 1): number {
    return this.library.native.tracer_request_key([this.handle, which]) >>> 0;
  }
  spawn(command: Command): void {
    const spec = packCommand(command);
    this.check('tracer_spawn', this.library.native.tracer_spawn([this.handle, spec, spec.length]));
  }
  /** -D: the process that waits to become the command; `ready` is the descriptor on which it waits. */
  adopt(pid: number, ready: number): void {
    this.check('tracer_adopt', this.library.native.tracer_adopt([this.handle, pid, ready]));
  }
  attach(pid: number): void {
    this.check('tracer_attach', this.library.native.tracer_attach([this.handle, pid]));
  }
  start(): void {
    this.check('tracer_start', this.library.native.tracer_start([this.handle]));
  }
  /** Takes over the fatal signals of the process; `mode` is strace's -I. What was inherited as ignored may stay so. */
  takeSignals(mode: number, inherited?: Inherited): void {
    const ignored = Number.parseInt(inherited?.ignored.slice(-8) ?? '0', 16) | 0;
    this.check('tracer_signals', this.library.native.tracer_signals([this.handle, mode, ignored]));
  }
  /** Releases bytes and waits for more: bytes there, or a Next code. */
  next(consumed: number, minBytes: number, flushMs: number): number {
    return this.library.native.tracer_next([this.handle, consumed, minBytes, flushMs]);
  }
  /** The pending plan request, abi << 16 | nr, with REQUEST_KEYED for a variant; -1 when there is none. */
  request(): number {
    return this.library.native.tracer_request([this.handle]);
  }
  /** The signal that ended the session, 0 for none. */
  get interruptedBy(): number {
    return this.library.native.tracer_interrupted([this.handle]);
  }
  interrupt(signal: number): void {
    this.library.native.tracer_interrupt([this.handle, signal]);
  }
  /**
   * Lets a descriptor end the session while this thread is blocked: a byte from it is taken as `interrupt` takes a signal,
   * its end (who held the other end has gone) as `atEnd`.
   */
  controlledBy(fd: number, atEnd: number): void {
    this.check('tracer_control', this.library.native.tracer_control([this.handle, fd, atEnd]));
  }
  /** Nobody reads any more. */
  abandon(): void {
    this.library.native.tracer_abandon([this.handle]);
  }
  /** How many tasks have been traced. */
  get tasksSeen(): number {
    return this.library.native.tracer_stat([this.handle, 0]);
  }
  /** How often the tracer thread had to wait because the ring was full: the consumer was too slow. */
  get stalls(): number {
    return this.library.native.tracer_stat([this.handle, 2]);
  }
  /** Wait status of the command; -1: unknown, -2: it could not be started. */
  get status(): number {
    return this.library.native.tracer_status([this.handle]);
  }
  destroy(): void {
    this.library.native.tracer_destroy([this.handle]);
  }
}

/** Starts a program that reads from a pipe: the descriptor to write to, or -errno. */
export function startReader(command: Command): number {
  const spec = packCommand(command);
  return openLibrary().native.tracer_pipe([spec, spec.length]);
}

/** Closes the pipe of `startReader`, and waits until the program has ended. */
export function finishReader(): void {
  openLibrary().native.tracer_pipe_finish([]);
}

/** The kernel's order of stops: 1 (4.8 and later) or 2; otherwise the reason why seccomp cannot be used. */
export function probeSeccomp(): 1 | 2 | { readonly unavailable: string } {
  const { native } = openLibrary();
  const order = native.tracer_probe_seccomp([]);
  if (order === 1 || order === 2) return order;
  const text = Buffer.alloc(512);
  const n = native.tracer_error([-1, text, text.length]);
  return { unavailable: n > 0 ? text.toString('utf8', 0, n) : `errno ${-order}` };
}

/** Why the kernel does not have PTRACE_GET_SYSCALL_INFO: an errno; 0 where it has. */
export function probeSyscallInfo(): number {
  return -openLibrary().native.tracer_probe_info([]);
}

/**
 * Ends this process with a status, as _exit(2) does: V8's and Node's own ending costs milliseconds, and at the end of a
 * trace nothing is left for it to do. Only while nobody measures this process (V8's coverage, profile and code cache are
 * written by that ending).
 */
export function endAtOnce(status: number): void {
  openLibrary().native.tracer_exit([status]);
}

/** Ends this process by a signal, without a core file, as its tracee ended. Returns only if the signal is not fatal. */
export function dieBySignal(signal: number): void {
  openLibrary().native.tracer_die([signal]);
}
