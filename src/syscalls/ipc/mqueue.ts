// POSIX message queues.
import * as g from '../../constants/generated/ipc.js';
import * as open from '../../constants/generated/file.js';
import {
  anyBit,
  arg,
  argument,
  bytes,
  call,
  dumping,
  fd,
  field,
  fixedArray,
  flags,
  format,
  input,
  long,
  output,
  pathname,
  permissions,
  ret,
  returns,
  size,
  struct,
  u32,
  xlong,
} from '../../describe/combinators.js';
import type { Dump } from '../../describe/call.js';
import type { MemoryNode, Node } from '../../describe/node.js';
import { choiceAndFlags } from '../../decode/leaf/flags.js';
import { sigevent } from '../../decode/leaf/sigevent.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';

const O_CREAT = 0o100;
const openFlags = format(choiceAndFlags(open.open_modes, 3, open.open_flags));

/** A name of a queue: no path, although it looks like one. */
const name = input({ ...pathname, incidental: true });
const attributes = (mqFlags: Node): MemoryNode =>
  struct({
    mq_flags: mqFlags,
    mq_maxmsg: long,
    mq_msgsize: long,
    mq_curmsgs: long,
    reserved: field(fixedArray(long, 4), { hidden: true }),
  });
/** What the creator gives is shown as it is; of a queue that exists, the flags have names. */
const wanted = attributes(xlong);
const existing = attributes(flags(g.mq_attr_flags, 'long'));
const mqdes = fd;
const created = anyBit(arg('flags'), O_CREAT);

const dumped = (set: Dump['set']): Dump => ({
  set,
  kind: 'buffer',
  fd: 'mqdes',
  data: 'msg_ptr',
  count: set === 'read' ? ret : arg('msg_len'),
});
const sending = (time: MemoryNode) => () =>
  dumping(
    call({ mqdes, msg_ptr: input(bytes(arg('msg_len'))), msg_len: size, msg_prio: u32, abs_timeout: input(time) }),
    dumped('write'),
  );
const receiving = (time: MemoryNode) => () =>
  dumping(
    call({
      mqdes,
      msg_ptr: output(bytes(ret)),
      msg_len: size,
      msg_prio: output(u32),
      abs_timeout: input(time, { evenOnError: true }),
    }),
    dumped('read'),
  );

export const mqueue: Family = {
  mq_open: () =>
    call(
      {
        name,
        flags: openFlags,
        mode: argument(permissions, { when: created }),
        attr: argument(input(wanted), { when: created }),
      },
      returns.fd,
    ),
  mq_unlink: () => call({ path: name }),
  mq_timedsend: sending(timespec),
  mq_timedsend_time64: sending(timespec64),
  mq_timedreceive: receiving(timespec),
  mq_timedreceive_time64: receiving(timespec64),
  mq_notify: () => call({ mqdes, sevp: input(sigevent) }),
  mq_getsetattr: () => call({ mqdes, newattr: input(existing), oldattr: output(existing) }),
};
