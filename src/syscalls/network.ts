// Sockets: creation, addresses, messages, options.
import * as g from '../constants/generated/network.js';
import {
  arg,
  array,
  blob,
  bytes,
  call,
  choice,
  constant,
  deref,
  fd,
  field,
  flags,
  format,
  i32,
  inout,
  input,
  output,
  ret,
  returns,
  sibling,
  size,
  struct,
} from '../describe/combinators.js';
import type { MemoryNode, Node } from '../describe/node.js';
import { choiceAndFlags } from '../decode/leaf/flags.js';
import { printControl } from '../decode/leaf/control.js';
import { sockaddr } from '../decode/leaf/sockaddr.js';
import { quote } from '../decode/quote.js';
import { constantText } from '../decode/xlat.js';
import type { Family } from './index.js';

const domain = choice(g.address_families);
const type = format(choiceAndFlags(g.socket_types, 0xf, g.socket_flags));
const protocol = format((style) => (c, s, lo) => {
  const family = c.argLo(0);
  const table = family === 2 || family === 10 ? g.inet_protocols : family === 16 ? g.netlink_protocols : undefined;
  if (table) s.text(constantText(table, style.abi, style.constants, lo, 0, 4));
  else s.text(lo === 0 ? '0' : String(lo | 0));
});
const addressIn = (length: string) => input(sockaddr(arg(length)));
/** Filled in by the kernel: as long as the lesser of what was offered and what there was. */
const addressOut = (length: string) => output(sockaddr(deref(length)));
const messageFlags = flags(g.message_flags);

const iovec = (data: Node) => struct({ iov_base: data, iov_len: size });
const control = (direction: 'in' | 'out') => {
  const node = blob(sibling('msg_controllen'), 65536, printControl);
  return direction === 'in' ? input(node) : output(node);
};
const messageSent = struct(
  {
    msg_name: input(sockaddr(sibling('msg_namelen'))),
    msg_namelen: i32,
    msg_iov: input(array(iovec(input(bytes(sibling('iov_len')))), sibling('msg_iovlen'))),
    msg_iovlen: size,
    msg_control: control('in'),
    msg_controllen: size,
    msg_flags: messageFlags,
  },
  { render: hideEmptyControl() },
);
const messageReceived = struct(
  {
    msg_name: output(sockaddr(sibling('msg_namelen'))),
    msg_namelen: field(i32, { changed: true }),
    msg_iov: input(array(iovec(output(bytes(sibling('iov_len'), { within: ret }))), sibling('msg_iovlen'))),
    msg_iovlen: size,
    msg_control: control('out'),
    msg_controllen: size,
    msg_flags: messageFlags,
  },
  { render: hideEmptyControl() },
);

/** msg_control is printed only when there is room for it. */
function hideEmptyControl(): NonNullable<MemoryNode & { kind: 'struct' }>['render'] {
  return ({ named, offset, style }) => {
    const lengthAt = offset('msg_controllen');
    const nameLengthAt = offset('msg_namelen');
    const wide = style.abi.word === 8;
    return (c, s, at, length) => {
      // A failed recvmsg shows only what the caller offered.
      if (c.failed) {
        s.text(`{msg_namelen=${c.i32(at + nameLengthAt)}}`);
        return;
      }
      s.byte(123);
      named('msg_name')(c, s, at, length);
      s.text(', msg_namelen=');
      const { entry } = c;
      if (entry && c.changedBase >= 0 && entry.i32(c.changedBase + nameLengthAt) !== c.i32(at + nameLengthAt))
        s.text(`${entry.i32(c.changedBase + nameLengthAt)} => `);
      s.signed(c.i32(at + nameLengthAt));
      for (const name of ['msg_iov', 'msg_iovlen']) {
        s.text(', ');
        named(name)(c, s, at, length);
      }
      if (c.u32(at + lengthAt) !== 0 || (wide && c.u32(at + lengthAt + 4) !== 0)) {
        s.text(', ');
        named('msg_control')(c, s, at, length);
      }
      s.text(', ');
      named('msg_controllen')(c, s, at, length);
      s.text(', ');
      named('msg_flags')(c, s, at, length);
      s.byte(125);
    };
  };
}

const optionName = format((style) => (c, s, lo) => {
  const level = c.argLo(1);
  const table = level === 1 ? g.socket_options : level === 6 ? g.tcp_options : undefined;
  s.text(table ? constantText(table, style.abi, style.constants, lo, 0, 4) : lo === 0 ? '0' : `0x${lo.toString(16)}`);
});
/** Most options are ints; others show as bytes. */
const optionValue = (length: 'in' | 'out'): MemoryNode =>
  blob(length === 'in' ? arg('optlen') : deref('optlen'), 4096, ({ style }) => (c, s, at, there) => {
    if (there === 4) s.text(`[${c.i32(at)}]`);
    else quote(s, c.bytes, at, Math.min(there, style.stringLimit), style.hex, there > style.stringLimit);
  });

export const network: Family = {
  socket: () => call({ domain, type, protocol }, returns.fd),
  socketpair: () => call({ domain, type, protocol, sv: output(array(fd, constant(2))) }),
  bind: () => call({ sockfd: fd, addr: addressIn('addrlen'), addrlen: i32 }),
  connect: () => call({ sockfd: fd, addr: addressIn('addrlen'), addrlen: i32 }),
  listen: () => call({ sockfd: fd, backlog: i32 }),
  accept: () => call({ sockfd: fd, addr: addressOut('addrlen'), addrlen: inout(i32) }, returns.fd),
  accept4: () =>
    call({ sockfd: fd, addr: addressOut('addrlen'), addrlen: inout(i32), flags: flags(g.socket_flags) }, returns.fd),
  getsockname: () => call({ sockfd: fd, addr: addressOut('addrlen'), addrlen: inout(i32) }),
  getpeername: () => call({ sockfd: fd, addr: addressOut('addrlen'), addrlen: inout(i32) }),
  sendto: () =>
    call({
      sockfd: fd,
      buf: input(bytes(arg('len'))),
      len: size,
      flags: messageFlags,
      dest_addr: addressIn('addrlen'),
      addrlen: i32,
    }),
  recvfrom: () =>
    call({
      sockfd: fd,
      buf: output(bytes(ret)),
      len: size,
      flags: messageFlags,
      src_addr: addressOut('addrlen'),
      addrlen: inout(i32),
    }),
  sendmsg: () => call({ sockfd: fd, msg: input(messageSent), flags: messageFlags }),
  recvmsg: () => call({ sockfd: fd, msg: inout(messageReceived), flags: messageFlags }),
  shutdown: () => call({ sockfd: fd, how: choice(g.shutdown_modes) }),
  setsockopt: () =>
    call({
      sockfd: fd,
      level: choice(g.socket_levels),
      optname: optionName,
      optval: input(optionValue('in')),
      optlen: i32,
    }),
  getsockopt: () =>
    call({
      sockfd: fd,
      level: choice(g.socket_levels),
      optname: optionName,
      optval: output(optionValue('out')),
      optlen: inout(i32),
    }),
};
