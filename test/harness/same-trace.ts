// A program that does the same each time, under the installed strace and under tstrace.
import { expect } from 'vitest';
import { normalise } from './normalise.js';
import { trace, TSTRACE } from './run.js';
import { difference } from './same-lines.js';

/** Expects the same status, and the same lines but for those that are newer, as `comparable` leaves them; returns strace's. */
export function expectSameTrace(
  options: readonly string[],
  command: readonly string[],
  comparable: (text: string) => string = (text) => text,
): string {
  const theirs = trace('strace', options, command);
  const ours = trace(TSTRACE, options, command);
  expect(ours.status, ours.stderr).toBe(theirs.status);
  const expected = comparable(normalise(theirs.trace, { old: true }));
  const found = difference(expected, comparable(normalise(ours.trace)));
  expect(found, found).toBeUndefined();
  return expected;
}
