// The filter of -n: made from the trace set, verified, and offered to the native side with the kernel's stop order.
import type { AbiName } from '../abi/abi.js';
import { IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { syscallNumbers, tableSize } from '../abi/syscalls.js';
import { probeSeccomp } from '../binding/tracer.js';
import type { Condition } from '../bpf/condition.js';
import { straceDump } from '../bpf/strace-dump.js';
import type { AbiRules, FilterInput, Leaf } from '../bpf/filter-input.js';
import { ALLOW_LEAF, TRACE_LEAF } from '../bpf/filter-input.js';
import { encode } from '../bpf/instruction.js';
import { compileFilter } from '../bpf/seccomp-filter.js';
import type { SyscallSet, TraceOptions } from './options.js';
import { wantedSubcalls } from './subcalls.js';

/** A filter that may be installed. */
export interface PreparedFilter {
  /** Encoded instructions. */
  readonly program: Uint8Array;
  /** The kernel's order of stops: 1 since 4.8, 2 before. */
  readonly order: 1 | 2;
  /** The program as -d shows it, line by line. */
  readonly dump: () => readonly string[];
}

/** linux/sched.h */
const CLONE_UNTRACED = 0x00800000n;
const UNTRACED_LEAF: Leaf = {
  kind: 'check',
  condition: { op: 'ne', arg: 0, width: 32, mask: CLONE_UNTRACED, value: 0n },
  then: TRACE_LEAF,
  otherwise: ALLOW_LEAF,
};

function rulesOf(abi: AbiName, set: SyscallSet): AbiRules {
  const size = tableSize(abi);
  const traced = new Set<number>();
  for (let nr = 0; nr < size; nr++) if (set.has(abi, nr)) traced.add(nr);
  // The tracer must see every exec: the address space changes, and with it what can be read.
  for (const name of ['execve', 'execveat']) for (const nr of syscallNumbers(abi, name)) traced.add(nr);
  const leaves = new Map<number, Leaf>();
  // A child that is not to be traced keeps the filter, and nobody answers its stops: that is worth a warning. clone3 has
  // its flags in memory, where a filter cannot look.
  for (const nr of syscallNumbers(abi, 'clone')) if (!traced.has(nr)) leaves.set(nr, UNTRACED_LEAF);
  for (const nr of syscallNumbers(abi, 'clone3')) traced.add(nr);
  if (abi !== 'i386') return { size, traced, leaves };
  for (const nr of [SOCKETCALL, IPC]) {
    const wanted = wantedSubcalls(set, nr);
    if (wanted === 'all' || wanted.length === 0) continue;
    // ipc's first argument has a version in its upper half.
    const condition: Condition = {
      op: 'in',
      arg: 0,
      width: 32,
      values: wanted.map(BigInt),
      ...(nr === IPC ? { mask: 0xffffn } : {}),
    };
    leaves.set(nr, { kind: 'check', condition, then: TRACE_LEAF, otherwise: ALLOW_LEAF });
  }
  return { size, traced, leaves };
}

/** What the filter must do, for a trace set. */
export function filterInput(set: SyscallSet): FilterInput {
  return { x86_64: rulesOf('x86_64', set), i386: rulesOf('i386', set), x32: rulesOf('x32', set) };
}

/** Makes the filter; undefined, with a warning, where there can be none. */
export function prepareFilter(options: TraceOptions, warnings: string[]): PreparedFilter | undefined {
  if (options.trace.complete) {
    warnings.push('Seccomp filter is requested but there are no syscalls to filter.  See -e trace to filter syscalls.');
    return undefined;
  }
  const order = probeSeccomp();
  if (typeof order !== 'number') {
    warnings.push(`seccomp filter is requested but unavailable: ${order.unavailable}`);
    return undefined;
  }
  const { program } = compileFilter(filterInput(options.trace));
  return { program: encode(program), order, dump: () => straceDump(program) };
}
