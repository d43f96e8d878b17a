// The events that a session yields: those of --json (trace/event.ts), with the arguments of each call by its name.
import type { TraceEvent as AnyEvent, SyscallEvent } from '../trace/event.js';
import type { CallArguments } from './generated/calls.js';

export type {
  AttachedEvent,
  CallError,
  DetachedEvent,
  ExecEvent,
  ExitedEvent,
  KilledEvent,
  MessageEvent,
  SignalEvent,
  StackFrame,
  StoppedEvent,
  SupersededEvent,
  SyscallEvent,
} from '../trace/event.js';

/**
 * A call of this name that has ended. Its arguments are all optional: those of which the memory lies behind the end of
 * a task, or which a call does not take in the form that was made, are absent; null is a null pointer.
 */
export type CallEvent<Name extends keyof CallArguments> = Omit<SyscallEvent, 'syscall' | 'args'> & {
  readonly syscall: Name;
  readonly args: CallArguments[Name];
};

/** A call by a number that has no name. */
export type UnknownCallEvent = Omit<SyscallEvent, 'syscall'> & { readonly syscall: `syscall_0x${string}` };

/** Any call, told apart by `syscall`. */
export type AnyCallEvent = { [Name in keyof CallArguments]: CallEvent<Name> }[keyof CallArguments] | UnknownCallEvent;

/** Any event, told apart by `type`: `syscall`, `signal`, `exec`, `exited`, `killed`, `attached`, `detached`, … */
export type TraceEvent = AnyCallEvent | Exclude<AnyEvent, SyscallEvent>;
