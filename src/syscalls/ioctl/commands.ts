// Names of ioctl commands by number and personality. In the bundle the texts of names wait for the first that needs them
// (scripts/lazy-calls.mjs): most programs have commands of terminals only.
import type { AbiName } from '../../abi/abi.js';
import { arg, bitsOf, dividedBy } from '../../describe/combinators.js';
import { hexText } from '../../decode/xlat.js';
import type { Ref } from '../../describe/node.js';
import * as others from './generated/commands.js';
import * as terminals from './generated/terminal-commands.js';

const NONE: readonly string[] = [];

/** The type of terminals, which other devices have as well. */
const TERMINAL = 0x54;

/**
 * The names of a command in the line that begins with `prefix` and its number. Looked for in the text: a program has few
 * commands, and to take thousands of lines apart costs more than all of its searches.
 */
function namesAt(op: number, prefix: string): readonly string[] {
  const text = typeOf(op) === TERMINAL ? terminals.COMMANDS : others.COMMANDS;
  const start = `\n${prefix}${op.toString(16)} `;
  const at = text.indexOf(start);
  return at < 0 ? NONE : text.slice(at + start.length, text.indexOf('\n', at + 1)).split(' ');
}

/** All lines. */
const lines = (): string[] => [...terminals.COMMANDS.split('\n'), ...others.COMMANDS.split('\n')];

/** How lines of numbers that i386 has instead begin. */
const I386 = '-';

let movedNames: ReadonlySet<string> | undefined;

/** Names that have a number of their own on i386, or none. */
function moved(): ReadonlySet<string> {
  movedNames ??= new Set(
    lines()
      .filter((line) => line.startsWith(I386))
      .flatMap((line) => line.split(' ').slice(1)),
  );
  return movedNames;
}

/** All names of a command, in the order in which they print; empty when it has none. `op`: unsigned, 32 bits. */
export function commandNames(op: number, abi: AbiName): readonly string[] {
  const names = namesAt(op, '');
  if (abi !== 'i386') return names;
  const kept = names.filter((name) => !moved().has(name));
  const own = namesAt(op, I386);
  return own.length > 0 ? [...kept, ...own].sort() : kept;
}

/** The number of a command on a personality; undefined when there is no such name. */
export function commandNumber(name: string, abi: AbiName): number | undefined {
  const shared = abi !== 'i386' || !moved().has(name);
  let other: number | undefined;
  for (const line of lines()) {
    const [key, ...names] = line.split(' ');
    if (!names.includes(name)) continue;
    if (!key.startsWith(I386)) {
      if (shared) other ??= parseInt(key, 16);
    } else if (abi === 'i386' && key !== I386) return parseInt(key.slice(I386.length), 16);
  }
  return other;
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
