// What the host's side of a session and its session process tell each other. A request: its length in 4 bytes, then
// JSON. Events: JSON, a line each. At the end one answer, as JSON. From the host a single byte ends the session: the signal
// to end with (native/control.c).
import type { TraceEvent } from '../trace/event.js';
import type { CallStatus, FdOptions } from '../trace/options.js';

/** Bytes in front of a request. */
export const LENGTH_BYTES = 4;

/** How a session ends the command: SIGKILL with all that it made, or 0, which lets it go on untraced. */
export const KILL = 9;
export const LET_GO = 0;

/** A set of system calls. */
export interface WireCalls {
  /** Names and classes (`%file`), as the grammar of -e takes them. */
  readonly names: readonly string[];
  /** Patterns of names: source and flags of regular expressions. */
  readonly patterns: readonly (readonly [source: string, flags: string])[];
  /** All but those. */
  readonly inverted: boolean;
}

/** One thing that is done to calls. */
export interface WireInjection {
  readonly calls: WireCalls;
  /** Name of the error to return. */
  readonly error?: string;
  /** Result, in decimal. */
  readonly result?: string;
  /** Name of the signal to deliver at the entry. */
  readonly signal?: string;
  /** Nanoseconds. */
  readonly delayEntry?: number;
  readonly delayExit?: number;
  readonly first: number;
  readonly step: number;
  /** Absent: for ever. */
  readonly last?: number;
}

/** The command, when one is to be started. */
export interface WireCommand {
  readonly argv: readonly string[];
  readonly argv0?: string;
  /** `NAME=value` */
  readonly environment: readonly string[];
  readonly user?: string;
  /** Descriptors of the session process that the command has, too. */
  readonly descriptors: readonly number[];
  readonly useFilter: boolean;
  /** KILL or LET_GO: what becomes of it when the host ends the session, or is gone. */
  readonly whenStopped: number;
}

/** What a session is to do: options that were checked for their types, not for what they name. */
export interface Request {
  readonly command?: WireCommand;
  readonly attach: readonly number[];
  readonly follow: boolean;
  readonly calls?: WireCalls;
  readonly raw?: WireCalls;
  readonly paths: readonly string[];
  readonly descriptors?: { readonly members: readonly number[]; readonly inverted: boolean };
  /** Names; absent: all. */
  readonly signals?: readonly string[];
  readonly statuses?: readonly CallStatus[];
  readonly stringLimit?: number;
  readonly describe: readonly (keyof FdOptions)[];
  readonly verbose: boolean;
  readonly where?: string;
  readonly inject: readonly WireInjection[];
}

/** An error on its way to the host, where it becomes an object of the class `kind`. */
export type WireError =
  | { readonly kind: 'option'; readonly option: string; readonly message: string }
  | { readonly kind: 'spawn'; readonly errno: number; readonly path: string; readonly message: string }
  | {
      readonly kind: 'attach';
      readonly pid: number;
      readonly errno: number;
      readonly tracer: number;
      readonly message: string;
    }
  | { readonly kind: 'session'; readonly message: string; readonly stack?: string };

/** How a session ended. */
export type Answer =
  | { readonly ended: true; readonly status: number | null; readonly signal: string | null }
  | { readonly ended: false; readonly error: WireError };

export type { TraceEvent };
