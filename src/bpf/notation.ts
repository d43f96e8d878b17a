// Words for the constants of filters: actions, architectures, members of seccomp_data. Shared by the text forms.
import {
  ARCH_I386,
  ARCH_X86_64,
  DATA_ARCH,
  DATA_ARGS,
  DATA_IP,
  DATA_NR,
  RET_ACTION_FULL,
  RET_ALLOW,
  RET_ERRNO,
  RET_KILL_PROCESS,
  RET_KILL_THREAD,
  RET_LOG,
  RET_TRACE,
  RET_TRAP,
  RET_USER_NOTIF,
} from './instruction.js';

const ACTIONS: ReadonlyMap<number, string> = new Map([
  [RET_KILL_PROCESS, 'KILL_PROCESS'],
  [RET_KILL_THREAD, 'KILL_THREAD'],
  [RET_TRAP, 'TRAP'],
  [RET_ERRNO, 'ERRNO'],
  [RET_USER_NOTIF, 'USER_NOTIF'],
  [RET_TRACE, 'TRACE'],
  [RET_LOG, 'LOG'],
  [RET_ALLOW, 'ALLOW'],
]);

/** AUDIT_ARCH_* of <linux/audit.h> that filters commonly test. */
const ARCHES: ReadonlyMap<number, string> = new Map([
  [ARCH_X86_64, 'X86_64'],
  [ARCH_I386, 'I386'],
  [0xc00000b7, 'AARCH64'],
  [0x40000028, 'ARM'],
  [0xc00000f3, 'RISCV64'],
  [0x80000016, 'S390X'],
  [0xc0000102, 'LOONGARCH64'],
  [0xc0000015, 'PPC64LE'],
]);

/** Lower-case hexadecimal with its prefix. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Name of SECCOMP_RET_* without the prefix; undefined for words the kernel reads as KILL_PROCESS. */
export function actionName(action: number): string | undefined {
  return ACTIONS.get((action & RET_ACTION_FULL) >>> 0);
}

/** An action with its data: `ERRNO(5)` always, others when the data is not 0. */
export function actionText(action: number): string {
  const name = actionName(action);
  const data = action & 0xffff;
  if (name === undefined) return hex(action);
  return name === 'ERRNO' || data !== 0 ? `${name}(${data})` : name;
}

/** `ARCH_X86_64` and the like. */
export function archName(arch: number): string | undefined {
  const name = ARCHES.get(arch);
  return name && `ARCH_${name}`;
}

/** The member of seccomp_data at an offset, high halves as `member >> 32`. */
export function memberName(offset: number): string {
  switch (offset) {
    case DATA_NR:
      return 'sys_number';
    case DATA_ARCH:
      return 'arch';
    case DATA_IP:
      return 'instruction_pointer';
    case DATA_IP + 4:
      return 'instruction_pointer >> 32';
  }
  const index = (offset - DATA_ARGS) >>> 3;
  if (offset < DATA_ARGS || index > 5 || offset & 3) return `data[${offset}]`;
  return offset & 4 ? `args[${index}] >> 32` : `args[${index}]`;
}
