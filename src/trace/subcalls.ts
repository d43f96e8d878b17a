// Which subcalls of i386's socketcall and ipc a trace set wants: the filter and the output agree by asking here.
import { subcalls } from '../abi/multiplexers.js';
import { syscallNumbers } from '../abi/syscalls.js';
import type { SyscallSet } from './options.js';

/** Whether a call of this name is wanted, by whatever number it has. */
function wantsName(set: SyscallSet, name: string): boolean {
  const own = syscallNumbers('i386', name);
  if (own.length > 0) return own.some((nr) => set.has('i386', nr));
  return syscallNumbers('x86_64', name).some((nr) => set.has('x86_64', nr));
}

/** Which first arguments of an i386 multiplexer are wanted; `all` when the multiplexer itself is in the set. */
export function wantedSubcalls(set: SyscallSet, nr: number): 'all' | readonly number[] {
  if (set.has('i386', nr)) return 'all';
  return subcalls(nr)
    .filter(([, name]) => wantsName(set, name))
    .map(([first]) => first);
}
