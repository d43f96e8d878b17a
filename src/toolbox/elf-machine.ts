// The architecture of a program, by its ELF header (elf.h: e_ident, e_machine).
import { closeSync, openSync, readSync } from 'node:fs';
import { targetOf, type Target } from './target.js';

const EI_CLASS = 4;
const EI_DATA = 5;
const E_MACHINE = 18;
const CLASS_32 = 1;
const BIG_ENDIAN = 2;
const MACHINES: Readonly<Record<number, string>> = {
  3: 'i386',
  22: 's390x',
  62: 'amd64',
  183: 'aarch64',
  243: 'riscv64',
};

/** The first bytes of a file; undefined when they cannot be read. */
export function headOf(file: string, length = 20): Buffer | undefined {
  let fd = -1;
  try {
    fd = openSync(file, 'r');
    const head = Buffer.alloc(length);
    return head.subarray(0, readSync(fd, head, 0, length, 0));
  } catch {
    return undefined;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** Whether a file is a program: ELF, or a script with an interpreter. */
export function isProgram(file: string): boolean {
  const head = headOf(file)?.toString('latin1');
  return head !== undefined && (head.startsWith('\x7fELF') || head.startsWith('#!'));
}

/** The target of an ELF file; undefined for other files and machines. */
export function elfTarget(file: string): Target | undefined {
  const head = headOf(file);
  if (!head || head.length < 20 || head.toString('latin1', 0, 4) !== '\x7fELF') return undefined;
  const machine = head[EI_DATA] === BIG_ENDIAN ? head.readUInt16BE(E_MACHINE) : head.readUInt16LE(E_MACHINE);
  const name = MACHINES[machine];
  if (name === undefined) return undefined;
  return targetOf(name === 'amd64' && head[EI_CLASS] === CLASS_32 ? 'x32' : name);
}
