// What a trace is shown by: text, or data.
import type { Cursor } from '../record/cursor.js';

/** Shows records, in order. */
export interface Output {
  record(c: Cursor): void;
  /** A message of the tracer itself, which standard error shows anyway. */
  message?(text: string): void;
  /** Calls are neither shown nor counted. */
  readonly blind?: boolean;
  /** There are no more records. */
  finish(): void;
  /** What stands behind all lines: tables of -c. */
  summaryText(): string;
  /** --syscall-limit was reached: what comes now was recorded before the tracees could be let go. */
  readonly limited: boolean;
  /** The command's end has been seen. */
  readonly ended: boolean;
}
