// What calls are selected by beside the trace set, and the decision about one of them.
import { AT_EXIT, NOT_WANTED, WANTED } from '../decode/choice.js';
import type { Decision } from '../decode/choice.js';
import type { CompiledCall } from '../decode/call.js';
import type { Targets } from '../decode/touch.js';
import type { Cursor } from '../record/cursor.js';
import { RecordFlag } from '../record/layout.js';
import type { TraceOptions } from './options.js';
import type { Where } from '../where/where.js';

/** Descriptors and paths (-P, --trace-fds), and an expression (--where); what is undefined asks for any call. */
export interface Wanted {
  readonly targets?: Targets;
  readonly where?: Where;
  /** Decides where it can; records of such calls are those of wanted ones only. */
  readonly decide?: Decide;
}

/**
 * The plan by which the tracer thread decides itself whether a call (x32 without its bit) is wanted: empty when it never
 * is, undefined where the records have to be looked at.
 */
export type Decide = (abi: number, nr: number) => Uint8Array | undefined;

/** Whether the calls that a trace selects depend on more than their numbers. */
export const selects = ({ paths, traceFds }: Pick<TraceOptions, 'paths' | 'traceFds'>, where: unknown): boolean =>
  paths.length > 0 || traceFds !== undefined || where !== undefined;

/** Whether a call is wanted, as far as its entry tells. What the filter has proved (by a rule's number) needs no test. */
export function decisionAtEntry({ wanted, choice }: CompiledCall, c: Cursor): Decision {
  if (!wanted && !choice) return WANTED;
  if (c.flags & RecordFlag.Decided || (c.flags & RecordFlag.Seccomp && c.retLo !== 0)) return WANTED;
  if (wanted && !wanted(c)) return NOT_WANTED;
  return choice ? choice.enter(c) : WANTED;
}

/** Whether a call is wanted that its entry left open. */
export function decisionAtExit({ choice }: CompiledCall, entry: Cursor, c: Cursor): boolean {
  if (!choice) return true;
  c.entry = entry;
  const wanted = choice.exit(entry, c);
  c.entry = null;
  return wanted;
}

export { AT_EXIT, NOT_WANTED };
