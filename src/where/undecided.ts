// Why a part of --where is not decided by the filter: a filter sees the registers of a call that begins, and nothing else
// (seccomp(2), struct seccomp_data).
import { testsOf, type Bound } from './bind.js';
import { isExact } from './bounds.js';

/** A part of an expression that the tracer tests. */
export interface Undecided {
  /** The part, as it was written. */
  readonly text: string;
  readonly why: string;
}

function reason({ phase, captured, form }: Bound & { kind: 'test' }): string {
  if (form) return 'only some forms of the call have it';
  if (captured.length > 0)
    return phase === 'exit' ? 'it is in memory that the call fills' : 'it is in memory, or the path of a descriptor';
  if (phase === 'exit') return 'it is known when the call has ended';
  return 'it is no comparison of one register with a constant';
}

/** The parts of a bound expression that registers do not decide. */
export function undecidedIn(bound: Bound, text: string): Undecided[] {
  return testsOf(bound)
    .filter((test) => !isExact(test.bounds))
    .map((test) => ({ text: test.span ? text.slice(test.span.start, test.span.end) : text, why: reason(test) }));
}
