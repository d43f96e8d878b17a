// What the grammar of -e must know of system calls, and where it knows it from.
import type { AbiName } from '../abi/abi.js';
import { callLimit, callName, syscallClass, syscallNumbers, tableSize } from '../abi/syscalls.js';

/** Tables of system calls. Numbers of x32 are without their bit 0x40000000; the ABI says that they are x32's. */
export interface SyscallTables {
  readonly abis: readonly AbiName[];
  /** Highest known number plus one. */
  size(abi: AbiName): number;
  /** Highest number under which a call is traced plus one: those that i386's multiplexers carry have numbers, too. */
  limit(abi: AbiName): number;
  /** Undefined for a number that no call has. */
  name(abi: AbiName, nr: number): string | undefined;
  /** Numbers that bear a name. */
  numbers(abi: AbiName, name: string): readonly number[];
  /** Members of a class by its name with percent sign, in lower case; undefined when there is no such class. */
  members(abi: AbiName, className: string): ReadonlySet<number> | undefined;
}

/** The generated tables. */
export const generatedTables: SyscallTables = {
  abis: ['x86_64', 'i386', 'x32'],
  size: tableSize,
  limit: callLimit,
  name: callName,
  numbers: syscallNumbers,
  members: syscallClass,
};
