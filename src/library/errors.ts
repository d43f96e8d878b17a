// The errors that a session ends with, as classes. Each has a stable `code` beside its own members.
import { errnoName, errnoText } from '../abi/errno.js';
import { TstraceError } from '../errors.js';
import type { WireError } from './wire.js';

export { TstraceError };

/** An option's value is not one that the option takes. `code` is `BAD_OPTION`. */
export class OptionError extends TstraceError {
  constructor(
    /** Name of the option: `calls`, `where`, … */
    readonly option: string,
    message: string,
  ) {
    super('BAD_OPTION', message);
  }
}

/** The command could not be started. `code` is `SPAWN_FAILED`. */
export class SpawnError extends TstraceError {
  /** Name of the error, `ENOENT` or the like; the number where it has none. */
  readonly errorName: string;

  constructor(
    /** Why: a positive errno. */
    readonly errno: number,
    /** What was to be executed. */
    readonly path: string,
    message: string,
  ) {
    super('SPAWN_FAILED', message);
    this.errorName = errnoName(errno) ?? String(errno);
  }
}

/** The kernel did not let us trace a process. `code` is `ATTACH_REFUSED`. */
export class AttachError extends TstraceError {
  /** Name of the error, `EPERM` or the like; the number where it has none. */
  readonly errorName: string;

  constructor(
    /** The process; of several the first one that was refused. */
    readonly pid: number,
    /** Why: a positive errno; ESRCH (3): there is no such process, EPERM (1): it may not be traced. */
    readonly errno: number,
    /** Process id of the tracer that it has already; 0: none. */
    readonly tracer: number,
    message: string,
  ) {
    super('ATTACH_REFUSED', message);
    this.errorName = errnoName(errno) ?? String(errno);
  }
}

/** The session itself failed: its process could not run, or ended before its time. `code` is `SESSION_FAILED`. */
export class SessionError extends TstraceError {
  constructor(message: string, options?: { cause?: unknown }) {
    super('SESSION_FAILED', message, options);
  }
}

/** `No such file or directory`, or the number. */
export const reason = (errno: number): string => errnoText(errno);

/** The object that an error on the wire stands for. */
export function fromWire(error: WireError): TstraceError {
  switch (error.kind) {
    case 'option':
      return new OptionError(error.option, error.message);
    case 'spawn':
      return new SpawnError(error.errno, error.path, error.message);
    case 'attach':
      return new AttachError(error.pid, error.errno, error.tracer, error.message);
    case 'session': {
      const made = new SessionError(error.message);
      if (error.stack !== undefined) made.stack = error.stack;
      return made;
    }
  }
}
