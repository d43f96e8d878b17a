// Numbers of system calls whose architecture stands beside them (siginfo_t, struct ptrace_syscall_info).
import type { AbiName } from '../../abi/abi.js';
import { I386, X32_BIT, X86_64 } from '../../abi/abi.js';
import { syscallName } from '../../abi/syscalls.js';
import { format, match, u32, u64 } from '../../describe/combinators.js';
import type { Node, Ref } from '../../describe/node.js';
import type { ScalarFormat } from '../printer.js';
import { memoised } from '../xlat.js';

/** Number of a call of a personality: its constant, or a name in a comment when it is not the program's own. */
const callOf = (abi: AbiName, own: boolean, size: 4 | 8): Node =>
  format(
    (style) =>
      memoised((lo, hi) => {
        const name = hi !== 0 ? undefined : syscallName(abi, abi === 'x32' ? lo & ~X32_BIT : lo);
        if (name === undefined || style.constants === 'raw') return decimal(lo, hi);
        if (!own) return `${lo} /* ${name} */`;
        return style.constants === 'verbose' ? `${lo} /* __NR_${name} */` : `__NR_${name}`;
      }),
    size,
  );

const decimal = (lo: number, hi: number): string => (hi === 0 ? String(lo) : String((BigInt(hi) << 32n) | BigInt(lo)));

/** The number `nr` of a call of the architecture `arch` (AUDIT_ARCH_*), in a program of the personality `own`. */
export const callNumber = (own: AbiName, arch: Ref, nr: Ref, size: 4 | 8 = 4): Node =>
  match(
    arch,
    {
      [I386.auditArch]: callOf('i386', own === 'i386', size),
      [X86_64.auditArch]: match(
        nr,
        { [X32_BIT]: callOf('x32', own === 'x32', size) },
        callOf('x86_64', own === 'x86_64', size),
        X32_BIT,
      ),
    },
    size === 8 ? u64 : u32,
  );

/** What restart_syscall goes on with: 1 + the number of the interrupted call, 0 when nobody saw it. */
export const resumed: ScalarFormat = (style) =>
  memoised((lo) => {
    const name =
      lo === 0 ? 'system call' : (syscallName(style.abi.name, lo - 1) ?? `syscall_0x${(lo - 1).toString(16)}`);
    return `<... resuming interrupted ${name} ...>`;
  });
