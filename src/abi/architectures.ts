// Number tables by AUDIT_ARCH, as seccomp filters see calls: the personalities of x86 beside aarch64, riscv64 and s390x.
import type { AbiName } from './abi.js';
import { I386, X32_BIT, X86_64 } from './abi.js';
import { NAMES, PROTOTYPES } from './generated/architectures.js';
import { syscallName, tableSize } from './syscalls.js';

/** A parameter of a system call with the kernel's C type. */
export interface Parameter {
  readonly name: string;
  readonly type: string;
}

/** AUDIT_ARCH_* of linux/audit.h to the name of the table. */
const TABLES: ReadonlyMap<number, string> = new Map([
  [X86_64.auditArch, 'x86_64'],
  [I386.auditArch, 'i386'],
  [0xc00000b7, 'aarch64'],
  [0xc00000f3, 'riscv64'],
  [0x80000016, 's390x'],
]);

interface Names {
  readonly byNumber: ReadonlyMap<number, string>;
  readonly byName: ReadonlyMap<string, number>;
}

const loaded = new Map<number, Names>();
const prototypes = new Map<string, ReadonlyMap<string, readonly Parameter[]>>();

function x86Names(abi: AbiName, base: number, prefix: string, into: Map<number, string>): void {
  for (let nr = 0; nr < tableSize(abi); nr++) {
    const name = syscallName(abi, nr);
    // NAME#64: numbers of the 64-bit table that an x32 caller may still use; x32 has its own number for these.
    if (name !== undefined && !name.includes('#')) into.set(base + nr, prefix + name);
  }
}

function load(arch: number): Names | undefined {
  let names = loaded.get(arch);
  if (names) return names;
  const table = TABLES.get(arch);
  if (table === undefined) return undefined;
  const byNumber = new Map<number, string>();
  if (table === 'x86_64') {
    x86Names('x86_64', 0, '', byNumber);
    x86Names('x32', X32_BIT, 'x32_', byNumber);
  } else if (table === 'i386') x86Names('i386', 0, '', byNumber);
  else {
    let nr = 0;
    for (const word of NAMES[table].split(' ')) {
      if (word.startsWith('=')) nr = Number(word.slice(1));
      else byNumber.set(nr++, word);
    }
  }
  const byName = new Map<string, number>();
  for (const [nr, name] of byNumber) if (!byName.has(name)) byName.set(name, nr);
  loaded.set(arch, (names = { byNumber, byName }));
  return names;
}

/** Name of a number as seccomp_data holds it: x32 calls come with their bit and are called `x32_NAME`. */
export function archSyscallName(arch: number, nr: number): string | undefined {
  return load(arch)?.byNumber.get(nr);
}

/** Number of a name, as seccomp_data holds it. */
export function archSyscallNumber(arch: number, name: string): number | undefined {
  return load(arch)?.byName.get(name);
}

/** All numbers of an architecture, x32's last; empty for an architecture without a table. */
export function archSyscallNumbers(arch: number): readonly number[] {
  return [...(load(arch)?.byNumber.keys() ?? [])];
}

function prototypesOf(table: string): ReadonlyMap<string, readonly Parameter[]> {
  let map = prototypes.get(table);
  if (map) return map;
  const rows = (PROTOTYPES[table] ?? '').split('\n').filter((row) => row !== '');
  map = new Map(
    rows.map((row) => {
      const [name, ...parameters] = row.split('\t');
      return [
        name,
        parameters.map((parameter) => {
          const colon = parameter.indexOf(':');
          return { name: parameter.slice(0, colon), type: parameter.slice(colon + 1) };
        }),
      ] as const;
    }),
  );
  prototypes.set(table, map);
  return map;
}

/** Parameters of a call; undefined for numbers without a name and for calls that were never implemented. */
export function archParameters(arch: number, nr: number): readonly Parameter[] | undefined {
  const name = archSyscallName(arch, nr);
  const table = TABLES.get(arch);
  if (name === undefined || table === undefined) return undefined;
  const isX32 = name.startsWith('x32_');
  const plain = isX32 ? name.slice('x32_'.length) : name;
  return prototypesOf(isX32 ? 'x32' : table).get(plain) ?? prototypesOf('all').get(plain);
}
