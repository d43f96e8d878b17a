// Which subcalls of i386's socketcall and ipc a trace set wants, for the seccomp filter and the tracer.
import { carriedNumber, subcalls } from '../abi/multiplexers.js';
import type { SyscallSet } from './options.js';

/** Which first arguments of an i386 multiplexer are wanted; `all` when the multiplexer itself is in the set. */
export function wantedSubcalls(set: SyscallSet, nr: number): 'all' | readonly number[] {
  if (set.has('i386', nr)) return 'all';
  return subcalls(nr)
    .filter(([, name]) => set.has('i386', carriedNumber(name) ?? nr))
    .map(([first]) => first);
}
