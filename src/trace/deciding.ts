// Calls that are selected by what they touch (-P, --trace-fds) or by an expression (--where): the tracer thread decides
// about them itself where a plan can tell, so that nothing is recorded of calls that nobody wants.
import { ABIS, I386 } from '../abi/abi.js';
import { carrierOf, IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { callName, unnamedCall } from '../abi/syscalls.js';
import { MAX_NR } from '../binding/tracer.js';
import { descriptionOf } from '../syscalls/index.js';
import { styleOf } from './calls.js';
import { decisionPlan } from './decision-plan.js';
import type { TraceOptions } from './options.js';
import { isSettled, selectionBounds } from './selection.js';
import type { Decide, Wanted } from './wanted.js';

/** Makes decision plans: of what -P and --trace-fds look for, and of what registers tell about --where. */
export function deciding(options: TraceOptions, { targets, where }: Wanted): Decide {
  const known = new Map<number, Uint8Array | undefined>();
  // What descriptors and paths tell is looked for by the plan itself.
  const expressionOnly = { ...options, paths: [], traceFds: undefined };
  const plan = (abi: number, nr: number): Uint8Array | undefined => {
    // What a multiplexer carries is known only when it is one of the calls that have numbers of their own.
    if (nr >= MAX_NR || (abi === I386.index && (nr === SOCKETCALL || nr === IPC))) return undefined;
    const { name: abiName } = ABIS[abi];
    const name = callName(abiName, nr);
    const bounds = selectionBounds(expressionOnly, where, abi, nr);
    if (!isSettled(bounds)) return undefined;
    return decisionPlan(name ?? unnamedCall(abiName, nr), {
      call: name === undefined ? undefined : descriptionOf(name, abiName, abi === I386.index && carrierOf(nr) === IPC),
      style: styleOf(options, abi, nr),
      targets,
      condition: bounds.upper,
    });
  };
  return (abi, nr) => {
    const key = abi * 0x100000000 + nr;
    if (!known.has(key)) known.set(key, plan(abi, nr));
    return known.get(key);
  };
}
