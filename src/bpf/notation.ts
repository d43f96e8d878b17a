// Words for the constants of filters: actions and members of seccomp_data. Shared by the text forms.
import {
  DATA_ARCH,
  DATA_ARGS,
  DATA_IP,
  DATA_NR,
  DATA_SIZE,
  Op,
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

/** Signs of the arithmetic that works with a constant. */
export const OPERATORS: Readonly<Record<number, string>> = {
  [Op.ADD_K]: '+',
  [Op.SUB_K]: '-',
  [Op.MUL_K]: '*',
  [Op.DIV_K]: '/',
  [Op.OR_K]: '|',
  [Op.AND_K]: '&',
  [Op.XOR_K]: '^',
  [Op.LSH_K]: '<<',
  [Op.RSH_K]: '>>',
};

const actionNumbers: ReadonlyMap<string, number> = new Map([...ACTIONS].map(([action, name]) => [name, action]));

/** Lower-case hexadecimal with its prefix. */
export function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** Name of SECCOMP_RET_* without the prefix; undefined for words the kernel reads as KILL_PROCESS. */
export function actionName(action: number): string | undefined {
  return ACTIONS.get((action & RET_ACTION_FULL) >>> 0);
}

/** Words of an action name, `KILL` being the old name of KILL_THREAD; undefined when there is no such action. */
export function actionNumber(name: string): number | undefined {
  return name === 'KILL' ? RET_KILL_THREAD : actionNumbers.get(name);
}

/** An action with its data: `ERRNO(5)` always, others when the data is not 0. A killed thread is the classic `KILL`. */
export function actionText(action: number): string {
  const name = action >>> 16 === 0 ? 'KILL' : actionName(action);
  const data = action & 0xffff;
  if (name === undefined) return hex(action);
  return name === 'ERRNO' || data !== 0 ? `${name}(${data})` : name;
}

/**
 * The member of seccomp_data at an offset; high halves, which come first on big-endian machines, as `member >> 32`.
 */
export function memberName(offset: number, bigEndian = false): string {
  if (offset === DATA_NR) return 'sys_number';
  if (offset === DATA_ARCH) return 'arch';
  if (offset & 3 || offset < DATA_IP || offset >= DATA_SIZE) return `data[${offset}]`;
  const high = ((offset & 4) !== 0) !== bigEndian ? ' >> 32' : '';
  const name = offset < DATA_ARGS ? 'instruction_pointer' : `args[${(offset - DATA_ARGS) >>> 3}]`;
  return name + high;
}

/** The offset of one half of a 64-bit member. */
export function halfOffset(member: number, high: boolean, bigEndian: boolean): number {
  return member + (high !== bigEndian ? 4 : 0);
}
