// The events of a trace as data: what --json writes, a line each, and what the library yields.
import type { AbiName } from '../abi/abi.js';
import type { Decoded } from '../decode/value.js';

/** Version of this model and of schema/event.schema.json. A member is added with the minor number, changed with the major. */
export const EVENT_VERSION = '1.1';

/** With -k: a function under way. */
export interface StackFrame {
  /** The file that the code is in; absent for code made at run time. */
  readonly file?: string;
  /** Name of the function, demangled. */
  readonly symbol?: string;
  /** From the start of that function, bytes. */
  readonly offset?: number;
  /** In the file, as addr2line(1) takes it; in memory where there is no file. Hexadecimal. */
  readonly address: string;
  /** With -kk: FILE:LINE. */
  readonly source?: string;
  /** With -kk: functions that were inlined there, the innermost first, and FILE:LINE of their calls. */
  readonly inlined?: readonly { readonly symbol: string; readonly source?: string }[];
}

/** What every event tells. */
interface Base {
  /** Process, or 0 when it is not known. */
  readonly pid: number;
  /** Thread; the process's id in its first one. */
  readonly tid: number;
  /** Name of the process (comm, 15 bytes at most), when it is known. */
  readonly comm?: string;
  /** When it happened: milliseconds since the epoch, with three decimals (microseconds). Of a call: its entry. */
  readonly time: number;
  /** The event as a line of text. */
  readonly line: string;
  /** With -k, in events of calls, signals and group-stops: the user's stack, the innermost function first. */
  readonly stack?: readonly StackFrame[];
}

/** Why a call failed. */
export interface CallError {
  /** Positive errno; kernel-internal numbers from 512 ask for a restart (ERESTARTSYS and others). */
  readonly code: number;
  readonly name?: string;
  readonly text?: string;
}

/** A system call that has ended, or ended its task. */
export interface SyscallEvent extends Base {
  readonly type: 'syscall';
  /** Its name; `syscall_0x…` for a number without one. */
  readonly syscall: string;
  readonly nr: number;
  readonly personality: AbiName;
  /** Decoded arguments by name. */
  readonly args: Readonly<Record<string, Decoded>>;
  /** The six registers as they were at the entry, in hexadecimal. */
  readonly raw: readonly string[];
  /** What it returned, -1 when it failed; a string when a double does not hold it; null when it did not return. */
  readonly ret: number | string | null;
  /** The result as text: with a descriptor's path, the error's name, and remarks. */
  readonly result: string;
  readonly error?: CallError;
  /** Seconds between entry and exit; null when the entry was not seen. */
  readonly duration: number | null;
  /** The result or the arguments were changed by -e inject=. */
  readonly injected?: true;
  /** The call was held up by -e inject=. */
  readonly delayed?: true;
}

/** A signal that is about to be delivered. */
export interface SignalEvent extends Base {
  readonly type: 'signal';
  readonly signal: string;
  readonly number: number;
  readonly siginfo?: Decoded;
}

/** A group-stop. */
export interface StoppedEvent extends Base {
  readonly type: 'stopped';
  readonly signal: string;
  readonly number: number;
}

/** A task's end by exit(2). */
export interface ExitedEvent extends Base {
  readonly type: 'exited';
  readonly status: number;
}

/** A task's end by a signal. */
export interface KilledEvent extends Base {
  readonly type: 'killed';
  readonly signal: string;
  readonly number: number;
  readonly core: boolean;
}

/** A task is traced from here on. */
export interface AttachedEvent extends Base {
  readonly type: 'attached';
  /** The command, a process named by -p, a child of a tracee, or a thread of an attached process. */
  readonly origin: 'command' | 'attach' | 'child' | 'thread';
  /** The task that made it, when that is known. */
  readonly parent?: number;
}

/** A task is no longer traced, but lives on. */
export interface DetachedEvent extends Base {
  readonly type: 'detached';
}

/** A successful exec. It precedes the event of its call. */
export interface ExecEvent extends Base {
  readonly type: 'exec';
}

/** Exec in a thread that was not the leader: it goes on under the leader's id. */
export interface SupersededEvent extends Base {
  readonly type: 'superseded';
  /** The thread's former id. */
  readonly former: number;
}

/** A word of the tracer itself. */
export interface MessageEvent {
  readonly type: 'message';
  readonly time: number;
  readonly line: string;
}

/** Any event of a trace, told apart by `type`. */
export type TraceEvent =
  | SyscallEvent
  | SignalEvent
  | StoppedEvent
  | ExitedEvent
  | KilledEvent
  | AttachedEvent
  | DetachedEvent
  | ExecEvent
  | SupersededEvent
  | MessageEvent;
