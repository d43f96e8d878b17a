// The calls that i386's ipc(2) carries. Its registers are first, second, third, ptr, fifth and the version of the
// interface (0 to 5 here): what the kernel makes of them is in ipc/syscall.c. Calls that it does not know stay ipc.
import * as g from '../../constants/generated/ipc.js';
import {
  address,
  arg,
  argument,
  call,
  callBy,
  field,
  format,
  i32,
  input,
  long,
  output,
  returns,
  size,
  struct,
  u32,
  x32,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Argument } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import { timespec } from '../../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import type { Family } from '../index.js';
import { command, creationFlags, IPC_64, ipcKey } from './command.js';
import { messageFlags, message, msgctlBuffers } from './msg.js';
import { operations, semctlArguments } from './sem.js';
import { segmentFlags, shmatFlags, shmctlBuffers } from './shm.js';

const inRegister =
  (register: number) =>
  (node: Node): Omit<Argument, 'name'> =>
    argument(node, { register });
const first = inRegister(0);
const second = inRegister(1);
const third = inRegister(2);
const ptr = inRegister(3);
const fifth = inRegister(4);

/** Arguments of a control call by command; the buffer is in `ptr`. */
const control = (
  args: ArgumentSpec,
  name: string,
  cases: readonly (readonly [readonly number[], Node])[],
  otherwise: Node = address,
) =>
  callBy(
    args,
    arg('op'),
    cases.map(([commands, node]) => [commands, { [name]: ptr(node) }] as const),
    { [name]: ptr(otherwise) },
    returns.decimal,
    { mask: ~IPC_64 >>> 0 },
  );

/** msgrcv of version 0 has its message and type in a structure. */
const kludge = { evenOnError: true };
const kludgeMessage = input(
  struct({ msgp: output(message), msgtyp: field(long, { hidden: true }) }, { spread: true }),
  kludge,
);
const kludgeType = input(struct({ msgp: field(address, { hidden: true }), msgtyp: long }, { spread: true }), kludge);

/** shmat gives its address through a pointer. */
const attached: Renderer = ({ arg: at, captured }) => {
  const print = at('raddr');
  const there = captured('raddr');
  return (c, s) => {
    if (there(c)) print(c, s);
    else s.byte(63);
  };
};

/** `5`, or the version in front: `1<<16|5`. */
const whichCall: ScalarFormat = () => (_c, s, lo) => {
  const version = lo >>> 16;
  if (version !== 0) {
    s.decimal(version);
    s.text('<<16|');
  }
  s.decimal(lo & 0xffff);
};

export const carried: Family = {
  'semop@ipc': () => call({ semid: first(i32), sops: ptr(operations), nsops: second(u32) }),
  'semtimedop@ipc': () =>
    call({ semid: first(i32), sops: ptr(operations), nsops: second(u32), timeout: fifth(input(timespec)) }),
  'semget@ipc': () => call({ key: first(ipcKey), nsems: second(i32), semflg: third(creationFlags) }),
  'semctl@ipc': () =>
    control(
      { semid: first(i32), semnum: second(i32), op: third(command(g.semctl_commands)) },
      'arg',
      semctlArguments(true).map(
        ([commands, node]) => [commands, input(node, { bare: true, evenOnError: true })] as const,
      ),
      input(address, { evenOnError: true }),
    ),
  'msgsnd@ipc': () =>
    call({ msqid: first(i32), msgp: ptr(input(message)), msgsz: second(size), msgflg: third(messageFlags) }),
  'msgrcv@ipc': () =>
    callBy(
      { version: argument(u32, { register: 5, hidden: true }), msqid: first(i32) },
      arg('version'),
      [
        [
          0,
          {
            ipc_kludge: ptr(kludgeMessage),
            msgsz: second(size),
            type: argument(kludgeType, { register: 3, orNothing: true }),
            msgflg: third(messageFlags),
          },
        ],
      ],
      { msgp: ptr(output(message)), msgsz: second(size), msgtyp: fifth(long), msgflg: third(messageFlags) },
    ),
  'msgget@ipc': () => call({ key: first(ipcKey), msgflg: second(creationFlags) }),
  'msgctl@ipc': () => control({ msqid: first(i32), op: second(command(g.msgctl_commands)) }, 'buf', msgctlBuffers),
  'shmat@ipc': () =>
    call(
      {
        shmid: first(i32),
        shmaddr: ptr(address),
        shmflg: second(shmatFlags),
        raddr: argument(address, { register: 2, hidden: true }),
      },
      returns.elsewhere(attached, { raddr: output(x32, { bare: true }) }),
    ),
  'shmdt@ipc': () => call({ shmaddr: ptr(address) }),
  'shmget@ipc': () => call({ key: first(ipcKey), size: second(size), shmflg: third(segmentFlags) }),
  'shmctl@ipc': () => control({ shmid: first(i32), op: second(command(g.shmctl_commands)) }, 'buf', shmctlBuffers),
  ipc: () => call({ call: format(whichCall), first: x32, second: x32, third: x32, ptr: x32, fifth: x32 }),
};
