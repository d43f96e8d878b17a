// Which calls are wanted by what they are given: --trace-fds and --where, as conditions that a filter can test.
import { ABIS } from '../abi/abi.js';
import { carrierOf, IPC } from '../abi/multiplexers.js';
import { callName, unnamedCall } from '../abi/syscalls.js';
import { descriptionOf } from '../syscalls/index.js';
import { both, type Bounds } from '../where/bounds.js';
import { touchBounds } from '../where/touch-bounds.js';
import { where, type Where } from '../where/where.js';
import { styleOf } from './calls.js';
import type { TraceOptions } from './options.js';

/** The expression of --where, checked. @throws UsageError */
export function readWhere(options: TraceOptions, text: string): Where {
  const made = where(text);
  made.check(styleOf(options, 0, 0));
  return made;
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
