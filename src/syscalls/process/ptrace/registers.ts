// Registers as ptrace(2) hands them over: asm/user_64.h, asm/user_32.h.
import {
  array,
  atLeast,
  byAbi,
  field,
  format,
  outer,
  room,
  sibling,
  struct,
  x16,
  x32,
  x64,
} from '../../../describe/combinators.js';
import type { FieldSpec } from '../../../describe/combinators.js';
import type { Field, Node, ScalarNode, StructNode } from '../../../describe/node.js';

type Layout = Readonly<Record<string, Node | Omit<Field, 'name'>>>;

/** Bytes of an element of an array of registers. */
const ELEMENT = 4;

/** Registers by name; each is printed when the buffer holds all of it. */
const each = (names: string, node: ScalarNode): Layout =>
  Object.fromEntries(names.split(' ').map((name) => [name, field(node, { ifThere: true })]));
/** Words of which as many are printed as the buffer holds. */
const words = (count: number): Omit<Field, 'name'> =>
  field({ ...array(x32, room), fixed: count }, { ifThere: ELEMENT });

/** struct user_regs_struct of each personality. */
const general64 = each(
  'r15 r14 r13 r12 rbp rbx r11 r10 r9 r8 rax rcx rdx rsi rdi orig_rax rip cs eflags rsp ss fs_base gs_base ds es fs gs',
  x64,
);
const GENERAL64_BYTES = 216;
const general32 = each('ebx ecx edx esi edi ebp eax xds xes xfs xgs orig_eax eip xcs eflags esp xss', x32);
const GENERAL32_BYTES = 68;

/** struct user_i387_struct: what FXSAVE stores on x86_64, FSAVE's form on i386. */
const floating64: Layout = {
  ...each('cwd swd ftw fop', x16),
  ...each('rip rdp', x64),
  ...each('mxcsr mxcr_mask', x32),
  st_space: words(32),
  xmm_space: words(64),
  padding: words(24),
};
const FLOATING64_BYTES = 512;
const floating32: Layout = { ...each('cwd swd twd fip fcs foo fos', x32), st_space: words(20) };
const FLOATING32_BYTES = 108;

const dots = format(() => (_c, s) => s.text('...'), 1);
/** As much of the registers as the buffer holds, and dots for what else there is. */
const partly = (layout: Layout, bytes: number): StructNode => {
  const fields: FieldSpec = {
    ...layout,
    more: field(dots, { bare: true, overlay: true, when: atLeast(outer('iov_len'), bytes + 1) }),
  };
  return struct(fields, { length: sibling('iov_len'), minimum: 1 });
};

/** All general registers. */
export const generalRegisters = byAbi(struct(general64), struct(general32));
/** All registers of the floating-point unit. */
export const floatingRegisters = byAbi(struct(floating64), struct(floating32));

/** The register sets of PTRACE_GETREGSET, in a buffer of a struct iovec. */
export const generalSet = byAbi(partly(general64, GENERAL64_BYTES), partly(general32, GENERAL32_BYTES));
export const floatingSet = byAbi(partly(floating64, FLOATING64_BYTES), partly(floating32, FLOATING32_BYTES));
