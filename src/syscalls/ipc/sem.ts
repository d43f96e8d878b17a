// System V semaphores.
import * as g from '../../constants/generated/ipc.js';
import {
  address,
  arg,
  array,
  call,
  callBy,
  field,
  flags,
  i16,
  i32,
  input,
  output,
  returns,
  struct,
  u16,
  u32,
  ulong,
} from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';
import { command, creationFlags, inBothLayouts, IPC_64, ipcKey, permission, toldOnly } from './command.js';

const operation = struct({ sem_num: u16, sem_op: i16, sem_flg: flags(g.semop_flags, 2) });
export const operations = input(array(operation, arg('nsops')));

const set = inBothLayouts((small, extent) =>
  struct(
    {
      sem_perm: permission(small, extent),
      sem_otime: toldOnly(ulong, extent),
      otime_high: field(ulong, { hidden: true }),
      sem_ctime: toldOnly(ulong, extent),
      ctime_high: field(ulong, { hidden: true }),
      sem_nsems: toldOnly(ulong, extent),
    },
    { size: small ? 64 : 104 },
  ),
);
/** `struct seminfo` */
const limits = struct({
  semmap: i32,
  semmni: i32,
  semmns: i32,
  semmnu: i32,
  semmsl: i32,
  semopm: i32,
  semume: i32,
  semusz: i32,
  semvmx: i32,
  semaem: i32,
});

const IPC_SET = 1;
const IPC_STAT = 2;
const IPC_INFO = 3;
const SEM_STAT = 18;
const SEM_INFO = 19;
const SEM_STAT_ANY = 20;

/** What the commands point to; `boxed`: an address of a set stands in brackets. */
export const semctlArguments = (boxed: boolean): readonly (readonly [commands: readonly number[], node: Node])[] => [
  [[IPC_SET], input(set.set, { boxed })],
  [[IPC_STAT, SEM_STAT, SEM_STAT_ANY], output(set.told, { boxed })],
  [[IPC_INFO, SEM_INFO], output(limits)],
];

const semctl = (): Call =>
  callBy(
    { semid: i32, semnum: i32, op: command(g.semctl_commands) },
    arg('op'),
    semctlArguments(false).map(([commands, arg]) => [commands, { arg }] as const),
    { arg: address },
    returns.decimal,
    { mask: ~IPC_64 >>> 0 },
  );

const timed = (time: MemoryNode) => () => call({ semid: i32, sops: operations, nsops: u32, timeout: input(time) });

export const sem: Family = {
  semget: () => call({ key: ipcKey, nsems: i32, semflg: creationFlags }),
  semop: () => call({ semid: i32, sops: operations, nsops: u32 }),
  semtimedop: timed(timespec),
  semtimedop_time64: timed(timespec64),
  semctl,
};
