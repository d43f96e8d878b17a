// Assembler source (GNU as) that installs a filter by two raw prctl calls and returns: position independent, no libc.
import type { Architecture } from '../bpf/architecture.js';

const PR_SET_SECCOMP = 22;
const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_MODE_FILTER = 2;

/** Code of one machine: builds struct sock_fprog on the stack, then makes both calls. */
type Stub = (length: number) => string;

const amd64: Stub = (length) => `  /* rbx, rbp and r12-r15 are kept; the others are the system call's */
  push $${PR_SET_NO_NEW_PRIVS}
  pop %rdi
  push $1
  pop %rsi
  xor %edx, %edx
  xor %r10d, %r10d
  xor %r8d, %r8d
  mov $157, %eax
  syscall
  lea filter(%rip), %rdx
  push %rdx
  push $${length}
  mov %rsp, %rdx
  mov $${PR_SET_SECCOMP}, %edi
  mov $${SECCOMP_MODE_FILTER}, %esi
  mov $157, %eax
  syscall
  add $16, %rsp
  ret`;

const i386: Stub = (length) => `  push %ebx
  push %esi
  push %edi
  mov $${PR_SET_NO_NEW_PRIVS}, %ebx
  mov $1, %ecx
  xor %edx, %edx
  xor %esi, %esi
  xor %edi, %edi
  mov $172, %eax
  int $0x80
  call 1f
1:
  pop %edx
  lea filter - 1b(%edx), %edx
  push %edx
  push $${length}
  mov %esp, %edx
  mov $${PR_SET_SECCOMP}, %ebx
  mov $${SECCOMP_MODE_FILTER}, %ecx
  mov $172, %eax
  int $0x80
  add $8, %esp
  pop %edi
  pop %esi
  pop %ebx
  ret`;

const aarch64: Stub = (length) => `  mov x0, #${PR_SET_NO_NEW_PRIVS}
  mov x1, #1
  mov x2, #0
  mov x3, #0
  mov x4, #0
  mov x8, #167
  svc #0
  adr x2, filter
  mov x1, #${length}
  stp x1, x2, [sp, #-16]!
  mov x2, sp
  mov x0, #${PR_SET_SECCOMP}
  mov x1, #${SECCOMP_MODE_FILTER}
  mov x8, #167
  svc #0
  add sp, sp, #16
  ret`;

const riscv64: Stub = (length) => `  li a0, ${PR_SET_NO_NEW_PRIVS}
  li a1, 1
  li a2, 0
  li a3, 0
  li a4, 0
  li a7, 167
  ecall
  lla a2, filter
  addi sp, sp, -16
  li a1, ${length}
  sd a1, 0(sp)
  sd a2, 8(sp)
  mv a2, sp
  li a0, ${PR_SET_SECCOMP}
  li a1, ${SECCOMP_MODE_FILTER}
  li a7, 167
  ecall
  addi sp, sp, 16
  ret`;

const s390x: Stub = (length) => `  stmg %r6, %r7, 48(%r15)
  lghi %r2, ${PR_SET_NO_NEW_PRIVS}
  lghi %r3, 1
  lghi %r4, 0
  lghi %r5, 0
  lghi %r6, 0
  lghi %r1, 172
  svc 0
  larl %r4, filter
  aghi %r15, -16
  lghi %r3, ${length}
  sth %r3, 0(%r15)
  stg %r4, 8(%r15)
  lgr %r4, %r15
  lghi %r2, ${PR_SET_SECCOMP}
  lghi %r3, ${SECCOMP_MODE_FILTER}
  lghi %r1, 172
  svc 0
  aghi %r15, 16
  lmg %r6, %r7, 48(%r15)
  br %r14`;

const STUBS: Readonly<Record<string, Stub>> = { amd64, i386, aarch64, riscv64, s390x };

/** The source; undefined for a machine that has none. `length` counts instructions. */
export function assemblyStub(bytes: Uint8Array, length: number, arch: Architecture): string | undefined {
  const code = STUBS[arch.name];
  if (code === undefined) return undefined;
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += 8) rows.push(`  .byte ${bytes.subarray(at, at + 8).join(', ')}`);
  return `# Installs a seccomp filter; the result of the last prctl is returned (${arch.name}, GNU as).
  .text
  .globl install_seccomp
install_seccomp:
${code(length)}
  .balign 8
filter:
${rows.join('\n')}
  .section .note.GNU-stack, "", %progbits
`;
}
