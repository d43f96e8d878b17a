// System calls of each personality by number and by name, and the classes of `-e trace=%class`.
import type { AbiName } from './abi.js';
import { carriedCall } from './multiplexers.js';
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

/** Name of a number (x32 without its bit), or of a call that a multiplexer of i386 carries; undefined when there is none. */
export function syscallName(abi: AbiName, nr: number): string | undefined {
  return tableOf(abi).names[nr] ?? (abi === 'i386' ? carriedCall(nr)?.name : undefined);
}

/** Numbers that bear a name; x32 has two of some. */
export function syscallNumbers(abi: AbiName, name: string): readonly number[] {
  return tableOf(abi).byName.get(name) ?? [];
}

/** Number of arguments that strace shows of an undecoded call; 6 for unknown numbers. */
export function syscallArgCount(abi: AbiName, nr: number): number {
  return tableOf(abi).counts[nr] ?? (abi === 'i386' ? carriedCall(nr)?.count : undefined) ?? 6;
}

/** Highest known number plus one. */
export function tableSize(abi: AbiName): number {
  return tableOf(abi).names.length;
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
    classes.set(key, (set = members));
  }
  return set;
}

/** All class names, with their percent signs. */
export function classNames(): readonly string[] {
  return Object.keys(CLASSES);
}
