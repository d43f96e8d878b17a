/**
 * Traces system calls from a program: `trace` starts a command, `attach` takes processes that run. Both give an async
 * iterator of events, which are those of `tstrace --json`.
 *
 * ```ts
 * import { trace } from 'tstrace';
 *
 * for await (const event of trace(['npm', 'test'], { calls: ['openat'] }))
 *   if (event.type === 'syscall' && event.syscall === 'openat') console.log(event.args.pathname?.str, event.ret);
 * ```
 *
 * A session traces in a process of its own: the event loop stays free, and no handler, signal or child of the host is
 * touched. Any number of sessions may run at a time.
 *
 * @packageDocumentation
 */
import { attachRequest, commandRequest } from './options.js';
import type { AttachOptions, TraceOptions } from './options.js';
import { Session, stdioList } from './session.js';

/**
 * Starts a command and traces it.
 * @param command the program, which is looked for in PATH unless there is a slash in it, and its arguments.
 * @returns the session, at once: what goes wrong from here on (no such program: `SpawnError`; no such call:
 * `OptionError`) is thrown by the iteration.
 * @throws OptionError when an option has a wrong type; SpawnError when there is no such directory as `cwd`; the reason of
 * a `signal` that has aborted already.
 */
export function trace(command: readonly string[], options: TraceOptions = {}): Session {
  const stdio = stdioList(options?.stdio);
  const request = commandRequest(command, options, stdio.length);
  options.signal?.throwIfAborted();
  return new Session(request, stdio, options);
}

/**
 * Traces processes that run, with all their threads and, unless `follow` is false, what they start from now on. When
 * the session ends they go on untraced.
 *
 * Where the kernel has Yama (`/proc/sys/kernel/yama/ptrace_scope` is 1 or more), only root may trace a process that
 * it has not started, and the session's process is not the one that started it: use `trace` there.
 * @param processes one process id, or several. When all are refused, the iteration throws an `AttachError`; when
 * some are, each is told in an event of type `message`.
 * @throws OptionError when an option has a wrong type; the reason of a `signal` that has aborted already.
 */
export function attach(processes: number | readonly number[], options: AttachOptions = {}): Session {
  const request = attachRequest(processes, options);
  options.signal?.throwIfAborted();
  return new Session(request, ['ignore', 'ignore', 'ignore'], { signal: options.signal });
}

export type { Session };
export type { Ending } from './session.js';
export { AttachError, OptionError, SessionError, SpawnError, TstraceError } from './errors.js';
export type * from './events.js';
export type { CallArguments, CallClass, CallName } from './generated/calls.js';
export type { ErrorName, SignalName } from './names.js';
export type {
  AttachOptions,
  CallSelection,
  CallSelector,
  DescriptorDetail,
  Injection,
  SessionOptions,
  TraceOptions,
  WhenStopped,
} from './options.js';
export type { CallStatus } from '../trace/options.js';
export type * from './values.js';
