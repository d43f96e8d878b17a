// Architectures as filters name them: AUDIT_ARCH numbers of <linux/audit.h>, byte order, and the names that users type.

/** An architecture whose filters can be read and written. */
export interface Architecture {
  /** The name before a system call of another architecture: `i386.write`. */
  readonly name: string;
  /** The constant in text forms. */
  readonly constant: string;
  /** AUDIT_ARCH_* number, the `arch` word of seccomp_data. */
  readonly audit: number;
  /** Instructions are encoded, and the halves of 64-bit members of seccomp_data lie, in this order. */
  readonly bigEndian: boolean;
  /** Further names, lower case. */
  readonly aliases: readonly string[];
  /** Bits of a register: on 32-bit architectures the high halves of arguments are 0. */
  readonly bits: 32 | 64;
}

const arch = (
  name: string,
  constant: string,
  audit: number,
  bits: 32 | 64,
  aliases: readonly string[] = [],
  bigEndian = false,
): Architecture => ({ name, constant, audit, bits, aliases, bigEndian });

export const AMD64 = arch('amd64', 'ARCH_X86_64', 0xc000003e, 64, ['x86_64', 'x86-64', 'x64', 'x32']);

/** Architectures with number tables; the first is assumed where nothing is said. */
export const ARCHITECTURES: readonly Architecture[] = [
  AMD64,
  arch('i386', 'ARCH_I386', 0x40000003, 32, ['i686', 'x86', 'ia32']),
  arch('aarch64', 'ARCH_AARCH64', 0xc00000b7, 64, ['arm64']),
  arch('riscv64', 'ARCH_RISCV64', 0xc00000f3, 64, ['riscv']),
  arch('s390x', 'ARCH_S390X', 0x80000016, 64, ['s390'], true),
];

/** Constants of architectures without tables. */
const OTHERS: readonly (readonly [string, number])[] = [
  ['ARCH_ARM', 0x40000028],
  ['ARCH_LOONGARCH64', 0xc0000102],
  ['ARCH_MIPS', 0x8],
  ['ARCH_MIPSEL', 0x40000008],
  ['ARCH_MIPS64', 0x80000008],
  ['ARCH_MIPSEL64', 0xc0000008],
  ['ARCH_PPC', 0x14],
  ['ARCH_PPC64', 0x80000015],
  ['ARCH_PPC64LE', 0xc0000015],
  ['ARCH_RISCV32', 0x400000f3],
  ['ARCH_S390', 0x16],
];

const constants = new Map<number, string>([
  ...OTHERS.map(([name, audit]) => [audit, name] as const),
  ...ARCHITECTURES.map((a) => [a.audit, a.constant] as const),
]);
const audits = new Map([...constants].map(([audit, name]) => [name, audit]));

/** An architecture by the name that a user types; undefined when there is none. */
export function findArchitecture(name: string): Architecture | undefined {
  const lower = name.toLowerCase();
  return ARCHITECTURES.find((a) => a.name === lower || a.aliases.includes(lower));
}

/** An architecture by its AUDIT_ARCH number. */
export function architectureOf(audit: number): Architecture | undefined {
  return ARCHITECTURES.find((a) => a.audit === audit);
}

/** `ARCH_X86_64` and the like; undefined for numbers without a name. */
export function archConstant(audit: number): string | undefined {
  return constants.get(audit);
}

/** The number of `ARCH_X86_64` or `AUDIT_ARCH_X86_64`, in whatever case. */
export function archNumber(constant: string): number | undefined {
  return audits.get(constant.toUpperCase().replace(/^AUDIT_/, ''));
}
