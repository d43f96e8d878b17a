// What PTRACE_GET_SYSCALL_INFO tells about a stop at a system call (linux/ptrace.h: struct ptrace_syscall_info).
import type { AbiName } from '../../../abi/abi.js';
import * as g from '../../../constants/generated/process.js';
import { audit_archs } from '../../../constants/generated/signal.js';
import { callNumber } from '../../../decode/leaf/call-number.js';
import { negativeError } from '../../../decode/leaf/error-number.js';
import {
  address64,
  array,
  byAbi,
  choice,
  differs,
  equals,
  field,
  format,
  i64,
  outer,
  room,
  sibling,
  struct,
  u32,
  u8,
  when,
  whole,
  x16,
  x64,
  x8,
} from '../../../describe/combinators.js';
import type { FieldSpec } from '../../../describe/combinators.js';
import type { Field, Node, Ref, StructNode } from '../../../describe/node.js';

const ENTRY = 1;
const EXIT = 2;
const SECCOMP = 3;
/** Bytes of a register. */
const WORD = 8;
const ARGS = 6;
/** Bytes of `exit` when it tells whether the result is an error. */
const EXIT_BYTES = 9;

/** Printed when the caller's buffer holds all of it, or `least` bytes of it. */
const covered = (node: Node, least?: number, options: Partial<Field> = {}): Omit<Field, 'name'> =>
  field(node, { ...options, ifThere: least ?? true });

/** What a call of a program of the personality `own` is given: as many arguments as there are whole. */
const entered = (own: AbiName): FieldSpec => ({
  nr: callNumber(own, outer('arch'), sibling('nr'), 8),
  args: covered({ ...array(x64, room), fixed: ARGS }, WORD),
});
const result = whole(
  struct(
    { rval: when(differs(sibling('is_error'), 0), format(negativeError, 8), i64), is_error: u8 },
    { size: 2 * WORD },
  ),
  struct({ rval: i64 }),
  { least: EXIT_BYTES },
);

/** A member of the union, of which at least the first word must be there. */
const member = (op: number, node: Node): Omit<Field, 'name'> =>
  covered(node, WORD, { overlay: op !== ENTRY, when: equals(sibling('op'), op) });

const infoOf = (own: AbiName, length: Ref): StructNode =>
  struct(
    {
      op: choice(g.ptrace_syscall_info_ops, 1),
      reserved: covered(x8, undefined, { ifSet: true }),
      flags: covered(x16, undefined, { ifSet: true }),
      arch: covered(choice(audit_archs)),
      instruction_pointer: covered(address64),
      stack_pointer: covered(address64),
      entry: member(ENTRY, struct(entered(own))),
      exit: member(EXIT, result),
      seccomp: member(SECCOMP, struct({ ...entered(own), ret_data: covered(u32) })),
    },
    { length, minimum: 1 },
  );

/** The structure, of which `length` bytes are there. */
export const syscallInfo = (length: Ref): Node =>
  byAbi(infoOf('x86_64', length), infoOf('i386', length), infoOf('x32', length));
