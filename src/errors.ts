// The error classes of tstrace. Memory faults of a tracee are data, never errors.

/** Base of all errors that tstrace raises on purpose; `code` is stable for callers. */
export class TstraceError extends Error {
  constructor(
    readonly code: string,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Wrong input from the user: printed as one line behind `tstrace: `, exit status 1. */
export class UsageError extends TstraceError {
  /** @param hint whether the line `Try 'tstrace -h' for more information.` follows (getopt-style errors). */
  constructor(
    message: string,
    readonly hint = false,
  ) {
    super('USAGE', message);
  }
}

/** A mistake that was found after warnings had become due; they are to be printed before it. */
export class WarnedUsageError extends UsageError {
  constructor(
    cause: UsageError,
    readonly warnings: readonly string[],
  ) {
    super(cause.message, cause.hint);
  }
}

/** There is no such program; `errno` is positive. */
export class NoProgramError extends UsageError {
  constructor(
    message: string,
    readonly errno: number,
  ) {
    super(message);
  }
}

/** A request to the kernel or to the native library failed; `errno` is positive. */
export class TracerError extends TstraceError {
  constructor(
    message: string,
    readonly request: string,
    readonly errno: number,
    readonly tid = 0,
  ) {
    super('TRACER', message);
  }
}

/** A system-call description breaks a rule; `path` names the node (recvmsg.msg.msg_iov). */
export class DescriptionError extends TstraceError {
  constructor(
    readonly path: string,
    message: string,
  ) {
    super('DESCRIPTION', `${path}: ${message}`);
  }
}

/** Bytes that should be a record, a plan or a ring header are not. */
export class ProtocolError extends TstraceError {
  constructor(message: string) {
    super('PROTOCOL', message);
  }
}
