// Which calls are wanted by what they are given: --trace-fds and --where, as conditions that a filter can test.
import { ABIS } from '../abi/abi.js';
import { carrierOf, IPC } from '../abi/multiplexers.js';
import { callName, unnamedCall } from '../abi/syscalls.js';
import { simplify } from '../bpf/simplify.js';
import { descriptionOf } from '../syscalls/index.js';
import { both, isExact, type Bounds, type Register } from '../where/bounds.js';
import { touchBounds } from '../where/touch-bounds.js';
import { where, type Where } from '../where/where.js';
import type { Undecided } from '../where/undecided.js';
import { styleOf } from './calls.js';
import { ALL_STATUSES } from './options.js';
import type { TraceOptions } from './options.js';
import { selects } from './wanted.js';

/** The expression of --where, checked. @throws UsageError */
export function readWhere(options: TraceOptions, text: string): Where {
  const made = where(text);
  made.check(styleOf(options, 0, 0));
  return made;
}

const simple = (register: Register): Register => (typeof register === 'boolean' ? register : simplify(register));

/** Whether registers decide it all, once what cannot be is left out. */
export const isSettled = ({ upper, lower }: Bounds): boolean => isExact({ upper: simple(upper), lower: simple(lower) });

/** What the options ask of a call that a filter cannot know, and why. */
export function undecidedParts(
  options: TraceOptions,
  expression: Where | undefined,
  abi: number,
  nr: number,
): Undecided[] {
  const { name: abiName } = ABIS[abi];
  const name = callName(abiName, nr);
  if (name === undefined) return [];
  const parts: Undecided[] = [];
  const style = styleOf(options, abi, nr);
  if (options.paths.length > 0) parts.push({ text: '-P', why: 'paths are in memory, or behind descriptors' });
  if (expression) {
    const call = expression.mayConcern(name)
      ? descriptionOf(name, abiName, abi === 1 && carrierOf(nr) === IPC)
      : undefined;
    // A form that the registers exclude has nothing to say.
    if (!isSettled(expression.bounds(name, call, style))) parts.push(...expression.undecided(name, call, style));
  }
  if (options.statuses.size < ALL_STATUSES)
    parts.push({ text: '-e status', why: 'how a call ends is known when it has ended' });
  return parts;
}

/** What registers tell about a call (x32 without its bit; i386's carried calls by their own numbers). */
export function selectionBounds(options: TraceOptions, expression: Where | undefined, abi: number, nr: number): Bounds {
  const { name: abiName } = ABIS[abi];
  const known = callName(abiName, nr);
  const name = known ?? unnamedCall(abiName, nr);
  const { paths, traceFds } = options;
  const touches = paths.length > 0 || traceFds !== undefined;
  // Most calls are not asked about: their descriptions stay unread.
  const matters = known !== undefined && (touches || expression?.mayConcern(name) === true);
  const call = matters ? descriptionOf(known, abiName, abi === 1 && carrierOf(nr) === IPC) : undefined;
  const style = styleOf(options, abi, nr);
  const parts: Bounds[] = [];
  if (touches) parts.push(touchBounds(name, call, style, { hasPaths: paths.length > 0, descriptors: traceFds }));
  if (expression) parts.push(expression.bounds(name, call, style));
  return both(parts);
}

/** What a filter asks about calls that are selected by more than the trace set. */
export interface Selecting {
  /** What registers tell about a call (x32 without its bit; i386's carried calls by their own numbers). */
  bounds(abi: number, nr: number): Bounds;
  isSettled(bounds: Bounds): boolean;
}

/** Undefined where the trace set says it all. */
export function selecting(options: TraceOptions, expression: Where | undefined): Selecting | undefined {
  if (!selects(options, expression)) return undefined;
  return { bounds: (abi, nr) => selectionBounds(options, expression, abi, nr), isSettled };
}
