// The rules of -e inject= and -e fault= for the tracer.
import { syscallArgCount, syscallNumbers } from '../abi/syscalls.js';
import { packTampering } from '../binding/tampering.js';
import type { InjectRule } from './trace-options.js';

/** The block that the tracer takes. */
export function tamperingBlock(rules: readonly InjectRule[]): Buffer {
  return packTampering(
    rules.map(({ set, syscall, ...rule }) => ({
      ...rule,
      applies: (abi, nr) => set.has(abi, nr),
      replacement: syscall === undefined ? undefined : (abi) => syscallNumbers(abi, syscall)[0],
    })),
    syscallArgCount,
  );
}
