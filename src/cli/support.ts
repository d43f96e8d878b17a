// What the command line understands but the engine cannot do yet: refused with one line, marked in the help text.
import { UsageError } from '../errors.js';
import type { TraceOptions } from './trace-options.js';

/** What users call it, and how to tell that they ask for it. Whoever teaches the engine takes the line out. */
const MISSING: readonly (readonly [called: string, asked: (o: TraceOptions) => boolean])[] = [
<<<<<<< HEAD
  ['-e kvm=', (o) => o.kvm !== 'none'],
=======
  ['-k/--stack-trace', (o) => o.stack !== 'none'],
>>>>>>> 1629c58 (-e kvm=: why virtual processors stop, and their shared memory; tests of pid namespaces and of namespaces that a call enters)
];

/** What options ask for that the engine cannot do yet, as the user knows it. */
export function unsupported(options: TraceOptions): readonly string[] {
  return MISSING.filter(([, asked]) => asked(options)).map(([called]) => called);
}

/** @throws UsageError for the first thing that cannot be done yet: nothing is left out silently. */
export function refuseUnsupported(options: TraceOptions): void {
  const [first] = unsupported(options);
  if (first !== undefined) throw new UsageError(`${first} is not supported yet`);
}

/** Names of what is missing, for the help text. */
export function missing(): readonly string[] {
  return MISSING.map(([called]) => called);
}
