// System V message queues.
import * as g from '../../constants/generated/ipc.js';
import {
  address,
  arg,
  behind,
  byAbi,
  bytes,
  call,
  callBy,
  field,
  flags,
  i32,
  input,
  long,
  output,
  pid,
  returns,
  size,
  struct,
  u16,
  ulong,
} from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { command, creationFlags, inBothLayouts, IPC_64, ipcKey, ipcTime, permission, toldOnly } from './command.js';

const queue = inBothLayouts((small, extent) =>
  struct(
    {
      msg_perm: permission(small, extent),
      ...ipcTime('msg_stime', small, extent),
      ...ipcTime('msg_rtime', small, extent),
      ...ipcTime('msg_ctime', small, extent),
      msg_cbytes: field(ulong, { hidden: true }),
      msg_qnum: toldOnly(ulong, extent),
      msg_qbytes: ulong,
      msg_lspid: toldOnly(pid, extent),
      msg_lrpid: toldOnly(pid, extent),
    },
    { size: small ? 88 : 120 },
  ),
);
/** `struct msginfo` */
const limits = struct({
  msgpool: i32,
  msgmap: i32,
  msgmax: i32,
  msgmnb: i32,
  msgmni: i32,
  msgssz: i32,
  msgtql: i32,
  msgseg: u16,
});

const IPC_SET = 1;
const IPC_STAT = 2;
const IPC_INFO = 3;
const MSG_STAT = 11;
const MSG_INFO = 12;
const MSG_STAT_ANY = 13;

/** What the commands point to. */
export const msgctlBuffers: readonly (readonly [commands: readonly number[], node: Node])[] = [
  [[IPC_SET], input(queue.set)],
  [[IPC_STAT, MSG_STAT, MSG_STAT_ANY], output(queue.told)],
  [[IPC_INFO, MSG_INFO], output(limits)],
];

const msgctl = (): Call =>
  callBy(
    { msqid: i32, op: command(g.msgctl_commands) },
    arg('op'),
    msgctlBuffers.map(([commands, buf]) => [commands, { buf }] as const),
    { buf: address },
    returns.decimal,
    { mask: ~IPC_64 >>> 0 },
  );

/** `struct msgbuf` has room for one byte of text, and for its alignment. */
const messageOf = (bytesOf: number): MemoryNode =>
  struct({ mtype: long, mtext: behind(bytes(arg('msgsz'))) }, { size: bytesOf });
export const message = byAbi(messageOf(16), messageOf(8)) as MemoryNode;
export const messageFlags = flags(g.msg_flags);

export const msg: Family = {
  msgget: () => call({ key: ipcKey, msgflg: creationFlags }),
  msgsnd: () => call({ msqid: i32, msgp: input(message), msgsz: size, msgflg: messageFlags }),
  msgrcv: () => call({ msqid: i32, msgp: output(message), msgsz: size, msgtyp: long, msgflg: messageFlags }),
  msgctl,
};
