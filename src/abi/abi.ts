// The personalities of an x86_64 kernel and what differs between them for a decoder.

export type AbiName = 'x86_64' | 'i386' | 'x32';

/** A personality. Numbers of x32 are kept without their bit 0x40000000; the ABI says that they are x32's. */
export interface Abi {
  readonly name: AbiName;
  /** Index in records and in the native tables. */
  readonly index: number;
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly auditArch: number;
  /** Bytes of a pointer and of size_t in memory. */
  readonly word: 4 | 8;
  /** Bytes of __kernel_long_t. */
  readonly longSize: 4 | 8;
  /** Alignment of 64-bit members. */
  readonly alignU64: 4 | 8;
}

export const X86_64: Abi = { name: 'x86_64', index: 0, auditArch: 0xc000003e, word: 8, longSize: 8, alignU64: 8 };
export const I386: Abi = { name: 'i386', index: 1, auditArch: 0x40000003, word: 4, longSize: 4, alignU64: 4 };
export const X32: Abi = { name: 'x32', index: 2, auditArch: 0xc000003e, word: 4, longSize: 8, alignU64: 8 };

/** By index. */
export const ABIS: readonly Abi[] = [X86_64, I386, X32];

/** The bit that marks an x32 call in seccomp_data.nr and in registers (asm/unistd.h: __X32_SYSCALL_BIT). */
export const X32_BIT = 0x40000000;
