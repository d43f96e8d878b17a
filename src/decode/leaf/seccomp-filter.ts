// Programs of seccomp(2): classic BPF whose results are actions.
import { seccomp_actions } from '../../constants/generated/process.js';
import type { StructNode } from '../../describe/node.js';
import { constantText, hexText } from '../xlat.js';
import type { ConstantOf } from './sock-filter.js';
import { filterInstruction, filterProgram, RETURN_CONSTANT } from './sock-filter.js';

const CLASS = 0x07;
const ACTION = 0xffff0000;
const DATA = 0xffff;

/** What a filter returns: an action and its data, `SECCOMP_RET_ERRNO|0x26`; not where there are jumps, which mean nothing there. */
const action: ConstantOf = (code, k, style, jumps) => {
  if ((code & CLASS) !== RETURN_CONSTANT || jumps) return undefined;
  const name = constantText(seccomp_actions, style.abi, style.constants, (k & ACTION) >>> 0, 0, 4);
  return (k & DATA) === 0 ? name : `${name}|${hexText(k & DATA, 0)}`;
};

/** struct sock_filter of a seccomp filter. */
export const seccompInstruction: StructNode = filterInstruction(action);
/** struct sock_fprog of a seccomp filter. */
export const seccompProgram: StructNode = filterProgram(action);
