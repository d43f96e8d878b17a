// Calls selected by an expression (--where): what is decided at the entry, what at the exit, and what that takes.
import type { Before } from '../capture/compile.js';
import type { Cursor } from '../record/cursor.js';

/** A decision at the entry: no, yes, or only at the exit. */
export type Decision = 0 | 1 | 2;
export const NOT_WANTED: Decision = 0;
export const WANTED: Decision = 1;
export const AT_EXIT: Decision = 2;

/** Decisions about a call, or about one form of it. */
export interface Choice {
  readonly enter: (c: Cursor) => Decision;
  /** The cursors are on the entering and on the exiting record. */
  readonly exit: (entry: Cursor, c: Cursor) => boolean;
  /** What is captured for the decisions, at the entry and at the exit. */
  readonly before: Before | undefined;
  readonly after: Before | undefined;
}

/** The choice for the form with a key; its sites begin at `firstSite`. */
export type Chooser = (first: number, second: number, firstSite: number) => Choice;
