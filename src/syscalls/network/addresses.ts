// bind(2), connect(2), accept(2), getsockname(2), getpeername(2).
import * as g from '../../constants/generated/network.js';
import {
  arg,
  call,
  fd,
  incidental,
  flags,
  i32,
  inout,
  intAt,
  intBefore,
  input,
  least,
  less,
  output,
  returns,
} from '../../describe/combinators.js';
import type { PointerNode } from '../../describe/node.js';
import { sockaddr } from '../../decode/leaf/sockaddr.js';
import type { Family } from '../index.js';

/** Lengths from here on are negative numbers of type int: there is no such address. */
export const NEGATIVE = 2 ** 31;
/** An address that the caller gives, of as many bytes as an argument says. */
export const addressIn = (length: string): PointerNode =>
  input(sockaddr(arg(length)), { followed: less(arg(length), NEGATIVE) });
/** An address that the kernel fills in: as long as the lesser of what was offered and what there was. */
export const addressOut = (length: string): PointerNode =>
  output(sockaddr(least(intBefore(length), intAt(length))), { changesIf: { with: length, given: true } });
/** Its length; nothing is to be had when there is no address. */
export const addressLength = (address: string): PointerNode => inout(i32, { onlyIf: arg(address), failed: i32 });

const named = () => call({ sockfd: fd, addr: addressIn('addrlen'), addrlen: i32 });
const asked = () => call({ sockfd: fd, addr: addressOut('addrlen'), addrlen: addressLength('addr') });

export const addresses: Family = {
  bind: named,
  connect: named,
  // -P and --trace-fds do not look at the listening socket, as strace does not.
  accept: () =>
    call({ sockfd: incidental(fd), addr: addressOut('addrlen'), addrlen: addressLength('addr') }, returns.fd),
  accept4: () =>
    call(
      {
        sockfd: incidental(fd),
        addr: addressOut('addrlen'),
        addrlen: addressLength('addr'),
        flags: flags(g.socket_flags),
      },
      returns.fd,
    ),
  getsockname: asked,
  getpeername: asked,
};
