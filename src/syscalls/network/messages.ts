// send(2), recv(2) and their relatives: messages with names, buffers, control messages and flags.
import * as g from '../../constants/generated/network.js';
import {
  address,
  arg,
  array,
  before,
  below,
  bytes,
  call,
  constant,
  dumping,
  differs,
  fd,
  field,
  flags,
  i32,
  index,
  inout,
  input,
  least,
  less,
  outer,
  output,
  ret,
  retOrAll,
  returns,
  sibling,
  size,
  struct,
  u32,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Dump } from '../../describe/call.js';
import type { Node, Ref, StructNode } from '../../describe/node.js';
import { controlMessages } from '../../decode/leaf/control.js';
import { sockaddr } from '../../decode/leaf/sockaddr.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';
import type { Renderer } from '../../decode/printer.js';
import { asMessages } from './netlink/index.js';
import { addressIn, addressLength, addressOut, NEGATIVE } from './addresses.js';

const messageFlags = flags(g.message_flags);
/** Buffers of netlink sockets hold messages. */
const as = asMessages(arg('sockfd'));

/** Shown after a failure, too: sendmmsg is printed when it has returned. */
const given = { evenOnError: true };
const buffers = (data: Node) => input(array(struct({ iov_base: data, iov_len: size }), sibling('msg_iovlen')), given);
const messageHeader = (name: Node, data: Node, control: Node): FieldSpec => ({
  msg_name: name,
  msg_namelen: field(i32, { changed: true }),
  msg_iov: buffers(data),
  msg_iovlen: size,
  msg_control: field(control, { when: differs(sibling('msg_controllen'), 0) }),
  msg_controllen: size,
  msg_flags: messageFlags,
});

/** A message that is sent. */
const sent = struct(
  messageHeader(
    input(sockaddr(sibling('msg_namelen')), { ...given, followed: less(sibling('msg_namelen'), NEGATIVE) }),
    input(bytes(sibling('iov_len'), { as }), given),
    input(controlMessages(sibling('msg_controllen')), given),
  ),
);
/** A message that has arrived, `total` bytes of it; its name is as long as there was room for. */
const received = (total: Ref): StructNode =>
  struct(
    messageHeader(
      output(sockaddr(least(before('msg_namelen'), sibling('msg_namelen'))), {
        followed: less(sibling('msg_namelen'), NEGATIVE),
      }),
      output(bytes(sibling('iov_len'), { within: total, as })),
      output(controlMessages(sibling('msg_controllen'))),
    ),
  );
/** What is shown of a message header that no message came into. */
const offered = struct({ msg_name: field(address, { hidden: true }), msg_namelen: i32 });

const sendVector = array(struct({ msg_hdr: sent, msg_len: field(u32, { when: below(index, ret) }) }), arg('vlen'));
const receiveVector = array(
  struct({ msg_hdr: received(outer('msg_len', 2)), msg_len: u32 }),
  least(arg('vlen'), retOrAll),
);

/** `Timeout`, or what is left of the time. */
const timeLeft: Renderer = ({ style, arg: argument, argIndex }) => {
  const left = argument('timeout');
  const register = argIndex('timeout');
  return (c, s) => {
    if (c.retLo === 0 && c.retHi === 0) s.text('Timeout');
    else if (style.verbose && (c.argLo(register) | c.argHi(register)) !== 0) {
      s.text('left ');
      left(c, s);
    }
  };
};
const receiveMany = (timeout: StructNode) =>
  call(
    {
      sockfd: fd,
      msgvec: inout(receiveVector, { failed: 'address', plainAddress: true }),
      vlen: u32,
      flags: messageFlags,
      timeout: inout(timeout, { show: 'entry' }),
    },
    returns.comment(timeLeft, { timeout: output(timeout) }),
  );

/** What `-e read=` and `-e write=` dump. */
const buffer = (set: Dump['set']): Dump => ({
  set,
  fd: 'sockfd',
  kind: 'buffer',
  data: 'buf',
  count: set === 'read' ? ret : arg('len'),
});
const message = (set: Dump['set']): Dump => ({
  set,
  fd: 'sockfd',
  kind: 'message',
  data: 'msg',
  count: constant(1),
  within: set === 'read' ? ret : undefined,
});
const several = (set: Dump['set']): Dump => ({
  set,
  fd: 'sockfd',
  kind: 'messages',
  data: 'msgvec',
  count: ret,
  within: set === 'read' ? ret : undefined,
});

export const messages: Family = {
  sendto: () =>
    dumping(
      call({
        sockfd: fd,
        buf: input(bytes(arg('len'), { as })),
        len: size,
        flags: messageFlags,
        dest_addr: addressIn('addrlen'),
        addrlen: i32,
      }),
      buffer('write'),
    ),
  send: () =>
    dumping(
      call({ sockfd: fd, buf: input(bytes(arg('len'), { as })), len: size, flags: messageFlags }),
      buffer('write'),
    ),
  recvfrom: () =>
    dumping(
      call({
        sockfd: fd,
        buf: output(bytes(least(arg('len'), ret), { as })),
        len: size,
        flags: messageFlags,
        src_addr: addressOut('addrlen'),
        addrlen: addressLength('src_addr'),
      }),
      buffer('read'),
    ),
  recv: () =>
    dumping(
      call({ sockfd: fd, buf: output(bytes(least(arg('len'), ret), { as })), len: size, flags: messageFlags }),
      buffer('read'),
    ),
  sendmsg: () => dumping(call({ sockfd: fd, msg: input(sent), flags: messageFlags }), message('write')),
  recvmsg: () =>
    dumping(
      call({ sockfd: fd, msg: inout(received(ret), { failed: offered, changesIf: 'readable' }), flags: messageFlags }),
      message('read'),
    ),
  sendmmsg: () =>
    dumping(
      call({
        sockfd: fd,
        msgvec: input(sendVector, { atExit: true, plainAddress: true, ...given }),
        vlen: u32,
        flags: messageFlags,
      }),
      several('write'),
    ),
  recvmmsg: () => dumping(receiveMany(timespec), several('read')),
  recvmmsg_time64: () => dumping(receiveMany(timespec64), several('read')),
};
