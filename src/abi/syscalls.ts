// System calls of each personality by number and by name, and the classes of `-e trace=%class`.
import { X32_BIT } from './abi.js';
import type { AbiName } from './abi.js';
import { CARRIED_END, carriedCall, carriedNumber, carriedNumbers, ownNumber } from './multiplexers.js';
import { CLASSES, SYSCALLS } from './generated/syscalls.js';

interface Table {
  readonly names: readonly (string | undefined)[];
  readonly counts: readonly number[];
  readonly byName: ReadonlyMap<string, readonly number[]>;
}

const tables = new Map<AbiName, Table>();

/** Parses a packed table once: `name:count`, `name` has the count of the entry before, `=N` moves to number N. */
function tableOf(abi: AbiName): Table {
  let table = tables.get(abi);
  if (table) return table;
  const names: (string | undefined)[] = [];
  const counts: number[] = [];
  const byName = new Map<string, number[]>();
  let nr = 0;
  for (const word of SYSCALLS[abi].split(' ')) {
    if (word.startsWith('=')) {
      nr = Number(word.slice(1));
      continue;
    }
    const colon = word.indexOf(':');
    const name = word.slice(0, colon);
    names[nr] = name;
    counts[nr] = Number(word.slice(colon + 1));
    const numbers = byName.get(name);
    if (numbers) numbers.push(nr);
    else byName.set(name, [nr]);
    nr++;
  }
  table = { names, counts, byName };
  tables.set(abi, table);
  return table;
}

/** The kernel's name of a number (x32 without its bit); undefined when the table has none. */
export function syscallName(abi: AbiName, nr: number): string | undefined {
  return tableOf(abi).names[nr];
}

/** Name of a call by the number under which it is traced: the kernel's, or that of a call that i386 carries. */
export function callName(abi: AbiName, nr: number): string | undefined {
  return syscallName(abi, nr) ?? (abi === 'i386' ? carriedCall(nr)?.name : undefined);
}

/** Numbers that bear a name; x32 has two of some, and i386 of those that a multiplexer carries, too. */
export function syscallNumbers(abi: AbiName, name: string): readonly number[] {
  const own = tableOf(abi).byName.get(name) ?? [];
  const carried = abi === 'i386' ? carriedNumber(name) : undefined;
  return carried === undefined ? own : [...own, carried];
}

/** What a call without a name is called. The kernel takes numbers as int: they are sign-extended. */
export function unnamedCall(abi: AbiName, nr: number): string {
  const full = abi === 'x32' ? nr + X32_BIT : abi === 'i386' ? ownNumber(nr) : nr;
  return `syscall_0x${full >= 0x80000000 ? 'ffffffff' : ''}${full.toString(16)}`;
}

/** Number of arguments that strace shows of an undecoded call; 6 for unknown numbers. */
export function syscallArgCount(abi: AbiName, nr: number): number {
  return tableOf(abi).counts[nr] ?? (abi === 'i386' ? carriedCall(nr)?.count : undefined) ?? 6;
}

/** Highest known number plus one. */
export function tableSize(abi: AbiName): number {
  return tableOf(abi).names.length;
}

/** Highest number under which a call is traced plus one. */
export function callLimit(abi: AbiName): number {
  return abi === 'i386' ? CARRIED_END : tableSize(abi);
}

/** A call that is in the same classes as one that only a multiplexer has. */
const KINDRED: Readonly<Record<string, string>> = { send: 'sendto', recv: 'recvfrom' };

/** Whether the class has a call of that name, on i386 or, when that has none by itself, on x86_64. */
function hasKindred(className: string, name: string, members: ReadonlySet<number>): boolean {
  const kin = KINDRED[name] ?? name;
  const own = tableOf('i386').byName.get(kin);
  if (own) return own.some((nr) => members.has(nr));
  return (tableOf('x86_64').byName.get(kin) ?? []).some((nr) => syscallClass('x86_64', className)?.has(nr));
}

const classes = new Map<string, ReadonlySet<number>>();

/** Members of a class such as `%file`; undefined when there is no such class. */
export function syscallClass(abi: AbiName, className: string): ReadonlySet<number> | undefined {
  const packed = CLASSES[className]?.[abi];
  if (packed === undefined) return undefined;
  const key = abi + className;
  let set = classes.get(key);
  if (!set) {
    const members = new Set<number>();
    for (const part of packed === '' ? [] : packed.split(',')) {
      const [first, last] = part.split('-').map(Number);
      for (let n = first; n <= (last ?? first); n++) members.add(n);
    }
    if (abi === 'i386')
      for (const nr of carriedNumbers())
        if (hasKindred(className, carriedCall(nr)?.name ?? '', members)) members.add(nr);
    classes.set(key, (set = members));
  }
  return set;
}

/** All class names, with their percent signs. */
export function classNames(): readonly string[] {
  return Object.keys(CLASSES);
}
