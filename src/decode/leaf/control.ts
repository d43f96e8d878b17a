// Control messages of sendmsg(2) and recvmsg(2) (cmsg(3), ip(7), unix(7), socket(7)).
import * as g from '../../constants/generated/network.js';
import {
  array,
  blob,
  bytes,
  chain,
  choice,
  constant,
  fd,
  field,
  fixedArray,
  format,
  hexBytes,
  i64,
  long,
  match,
  pid,
  room,
  sibling,
  size,
  struct,
  u32,
  u64,
  u8,
  ulong,
  whole,
  x32,
  x8,
} from '../../describe/combinators.js';
import type { ChainNode, Node, Ref } from '../../describe/node.js';
import { userId } from './flags.js';
import { inetAddress } from './inet.js';
import { interfaceIndex } from './interface.js';
import { sockaddr } from './sockaddr.js';

const SOL_IP = 0;
const SOL_SOCKET = 1;

const unknown = hexBytes(room);
/** As it is when all of it is there, else bytes. */
const orBytes = (node: Node, least?: number): Node => whole(node, unknown, { least });
/** Times show nothing when they are short. */
const orNothing = (node: Node): Node =>
  whole(
    node,
    blob(room, 0, () => (_c, s) => s.text('???')),
  );
const timeval = struct({ tv_sec: long, tv_usec: ulong });
const timespec = struct({ tv_sec: long, tv_nsec: ulong });
const timeval64 = struct({ tv_sec: i64, tv_usec: u64 });
const timespec64 = struct({ tv_sec: i64, tv_nsec: u64 });

const socketData: readonly (readonly [number, Node])[] = [
  [1, orBytes(array(fd, room), 4)],
  [2, orBytes(struct({ pid, uid: format(userId), gid: format(userId) }))],
  [3, bytes(room)],
  [4, orBytes(fd)],
  [29, orNothing(timeval)],
  [35, orNothing(timespec)],
  [37, orNothing({ ...fixedArray(timespec, 3), limit: 3 })],
  [63, orNothing(timeval64)],
  [64, orNothing(timespec64)],
  [65, orNothing({ ...fixedArray(timespec64, 3), limit: 3 })],
];

const packetInfo = struct({ ipi_ifindex: format(interfaceIndex), ipi_spec_dst: inetAddress, ipi_addr: inetAddress });
const error = struct({
  ee_errno: u32,
  ee_origin: u8,
  ee_type: u8,
  ee_code: u8,
  ee_pad: field(u8, { hidden: true }),
  ee_info: u32,
  ee_data: u32,
  // An IPv4 address, whatever its family says.
  offender: { node: sockaddr(room), rest: true, upTo: constant(16) },
});
const ipData: readonly (readonly [number, Node])[] = [
  [1, array(x8, room)],
  [2, orBytes(array(u32, room), 4)],
  [3, bytes(room)],
  [6, array(x8, room)],
  [7, array(x8, room)],
  [8, orBytes(packetInfo)],
  [11, orBytes(error, 32)],
  [20, orBytes(sockaddr(room), 16)],
  [23, orBytes(array(u32, room), 4)],
  [52, orBytes(array(choice(g.inet_protocols), room), 4)],
];

const message = struct(
  {
    cmsg_len: size,
    cmsg_level: choice(g.socket_levels),
    cmsg_type: match(
      sibling('cmsg_level'),
      [
        [SOL_IP, choice(g.ip_scm_types)],
        [SOL_SOCKET, choice(g.scm_types)],
      ],
      x32,
    ),
    cmsg_data: {
      node: match(
        sibling('cmsg_level'),
        [
          [SOL_IP, match(sibling('cmsg_type'), ipData, unknown)],
          [SOL_SOCKET, match(sibling('cmsg_type'), socketData, unknown)],
        ],
        unknown,
      ),
      rest: true,
    },
  },
  // The data follows the header without a gap, whatever it holds.
  { packed: true },
);

/** Most bytes of control messages that are looked at. */
const CONTROL_MAX = 1 << 20;

/** `length` bytes of control messages. */
export const controlMessages = (bytesOfAll: Ref): ChainNode => chain(message, bytesOfAll, CONTROL_MAX);
