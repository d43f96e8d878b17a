// Which subcalls of i386's socketcall and ipc a trace set wants: the filter and the output agree by asking here.
import { carriedCall, subcalls } from '../abi/multiplexers.js';
import type { AbiName } from '../abi/abi.js';
import { syscallNumbers } from '../abi/syscalls.js';
import type { SyscallSet } from './options.js';

/** Whether an i386 call of this name is in a set, by whatever number it has. */
export function hasName(set: SyscallSet, name: string): boolean {
  if (set.complete) return true;
  const own = syscallNumbers('i386', name);
  if (own.length > 0) return own.some((nr) => set.has('i386', nr));
  return syscallNumbers('x86_64', name).some((nr) => set.has('x86_64', nr));
}

/** Which first arguments of an i386 multiplexer are wanted; `all` when the multiplexer itself is in the set. */
export function wantedSubcalls(set: SyscallSet, nr: number): 'all' | readonly number[] {
  if (set.has('i386', nr)) return 'all';
  return subcalls(nr)
    .filter(([, name]) => hasName(set, name))
    .map(([first]) => first);
}

/** Whether a call is in a set, by its number, or by its name when a multiplexer carries it. */
export function holds(set: SyscallSet, abi: AbiName, nr: number): boolean {
  const carried = abi === 'i386' ? carriedCall(nr) : undefined;
  return carried ? hasName(set, carried.name) : set.has(abi, nr);
}
