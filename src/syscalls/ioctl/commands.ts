// Names of ioctl commands by number and personality; decoded when the first ioctl occurs.
import type { AbiName } from '../../abi/abi.js';
import { arg, bitsOf, dividedBy } from '../../describe/combinators.js';
import { hexText } from '../../decode/xlat.js';
import type { Ref } from '../../describe/node.js';
import { COMMANDS } from './generated/commands.js';

interface Names {
  readonly shared: ReadonlyMap<number, readonly string[]>;
  /** Numbers that i386 has instead. */
  readonly i386: ReadonlyMap<number, readonly string[]>;
  /** Names that have a number of their own on i386, or none. */
  readonly moved: ReadonlySet<string>;
}

let decoded: Names | undefined;

function decode(): Names {
  const shared = new Map<number, string[]>();
  const i386 = new Map<number, string[]>();
  const moved = new Set<string>();
  for (const line of COMMANDS.split('\n')) {
    const [key, ...names] = line.split(' ');
    if (key.startsWith('-')) {
      if (key.length > 1) i386.set(parseInt(key.slice(1), 16), names);
      for (const name of names) moved.add(name);
    } else shared.set(parseInt(key, 16), names);
  }
  return { shared, i386, moved };
}

const NONE: readonly string[] = [];

/** All names of a command, in the order in which they print; empty when it has none. `op`: unsigned, 32 bits. */
export function commandNames(op: number, abi: AbiName): readonly string[] {
  decoded ??= decode();
  const { shared, i386, moved } = decoded;
  const names = shared.get(op) ?? NONE;
  if (abi !== 'i386') return names;
  const kept = names.filter((name) => !moved.has(name));
  const own = i386.get(op);
  return own ? [...kept, ...own].sort() : kept;
}

/** The number of a command on a personality; undefined when there is no such name. */
export function commandNumber(name: string, abi: AbiName): number | undefined {
  decoded ??= decode();
  const { shared, i386, moved } = decoded;
  const tables = abi === 'i386' ? [i386, ...(moved.has(name) ? [] : [shared])] : [shared];
  for (const table of tables) for (const [op, names] of table) if (names.includes(name)) return op;
  return undefined;
}

/** Direction bits of a command: 1 write (the kernel reads the argument), 2 read, 3 both, 0 none. asm-generic/ioctl.h. */
export const direction = (op: number): number => op >>> 30;
/** Type byte (`'T'` for terminals). */
export const typeOf = (op: number): number => (op >>> 8) & 0xff;
/** Size of the argument, in bytes, as the number says. */
export const sizeOf = (op: number): number => (op >>> 16) & 0x3fff;
/** The same, for descriptions. */
export const argumentSize: Ref = dividedBy(bitsOf(arg('op'), 0x3fff0000), 0x10000);

const DIRECTIONS = ['_IOC_NONE', '_IOC_WRITE', '_IOC_READ', '_IOC_READ|_IOC_WRITE'];

/** `_IOC(_IOC_READ, 0x12, 0x34, 0x5)`, for a command that has no name. */
export const numberedName = (op: number): string =>
  `_IOC(${DIRECTIONS[direction(op)]}, ${hexText(typeOf(op), 0)}, ${hexText(op & 0xff, 0)}, ${hexText(sizeOf(op), 0)})`;
