// What -a says: an architecture, and on amd64 whether x32 is meant; with the names of its system calls.
import { archParameters, archSyscallName, archSyscallNumber, archSyscallNumbers } from '../abi/architectures.js';
import { errnoNumber } from '../abi/errno.js';
import type { AssembleNames } from '../bpf/assemble/parser.js';
import { ARCHITECTURES, findArchitecture, type Architecture } from '../bpf/architecture.js';
import type { SyscallNames } from '../bpf/disassemble.js';
import { X32_BIT } from '../bpf/instruction.js';
import type { PolicyNames } from '../bpf/policy/policy.js';
import { UsageError } from '../errors.js';

/** Node's name of the host to ours. */
const HOSTS: Readonly<Record<string, string>> = {
  x64: 'amd64',
  ia32: 'i386',
  arm64: 'aarch64',
  riscv64: 'riscv64',
  s390x: 's390x',
};

/** Names that -a takes. */
export const TARGET_NAMES: readonly string[] = [...ARCHITECTURES.map((arch) => arch.name), 'x32'];

/** The personality that bare names mean. */
export interface Target {
  readonly arch: Architecture;
  readonly x32: boolean;
}

/** The target of -a; the host's without it. @throws UsageError */
export function targetOf(name: string | undefined): Target {
  const wanted = name ?? HOSTS[process.arch];
  if (wanted === undefined) throw new UsageError(`this machine (${process.arch}) has no table: name one with -a`);
  const arch = findArchitecture(wanted);
  if (!arch) throw new UsageError(`unknown architecture '${wanted}': use one of ${TARGET_NAMES.join(', ')}`);
  return { arch, x32: wanted.toLowerCase() === 'x32' };
}

/** Names for the disassembler; every architecture has its own. */
export const NAMES: SyscallNames = {
  syscallName: archSyscallName,
  argumentNames: (arch, nr) => archParameters(arch, nr)?.map((parameter) => parameter.name),
};

/** Names for the assembler. */
export function assembleNames({ x32, arch }: Target): AssembleNames {
  return {
    syscallNumber: (audit, name) =>
      (x32 && audit === arch.audit ? archSyscallNumber(audit, `x32_${name}`) : undefined) ??
      archSyscallNumber(audit, name),
    constant: errnoNumber,
  };
}

/** Every number of the target's table. */
export function targetNumbers({ arch, x32 }: Target): readonly number[] {
  const all = archSyscallNumbers(arch.audit);
  return arch.name === 'amd64' ? all.filter((nr) => nr >= X32_BIT === x32) : all;
}

/** A system call by name or number. @throws UsageError */
export function targetNumber(target: Target, text: string): number {
  const { arch, x32 } = target;
  const value = parseInteger(text);
  if (value !== undefined) {
    const nr = Number(BigInt.asUintN(32, value));
    return x32 && nr < X32_BIT ? nr + X32_BIT : nr;
  }
  const nr = assembleNames(target).syscallNumber?.(arch.audit, text);
  if (nr === undefined) throw new UsageError(`'${text}' is no system call of ${x32 ? 'x32' : arch.name}`);
  return nr;
}

/** A number as programmers write it: decimal, 0x, 0o, 0b, negative, with underscores; undefined for anything else. */
export function parseInteger(text: string): bigint | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F_]+|0[oO][0-7_]+|0[bB][01_]+|0[0-7_]*|[1-9][0-9_]*)$/.exec(text);
  if (!match) return undefined;
  const digits = match[2].replaceAll('_', '');
  // A leading 0 means octal, as in C.
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  return match[1] === '-' ? -value : value;
}

/** Tables for policies. */
export const POLICY_NAMES: PolicyNames = { numbers: archSyscallNumbers, parameters: archParameters };
