// A submission queue entry, as io_uring_register's message operation takes one: its union members by opcode.
import * as g from '../../../constants/generated/io.js';
import { rw_flags, splice_flags, sync_range_flags } from '../../../constants/generated/file.js';
import { message_flags, socket_flags } from '../../../constants/generated/network.js';
import {
  choice,
  fd,
  field,
  flags,
  input,
  match,
  oneOf,
  sibling,
  struct,
  u16,
  u32,
  x16,
  x32,
  x64,
} from '../../../describe/combinators.js';
import type { Field, MemoryNode, Node } from '../../../describe/node.js';
import { valueOf } from '../../../constants/table.js';

const op = (...names: string[]): number[] => names.map((name) => valueOf(g.uring_ops, `IORING_OP_${name}`));
const opcode = sibling('opcode');

const transfers = (): number[] =>
  op('READV', 'WRITEV', 'READ_FIXED', 'WRITE_FIXED', 'READ', 'WRITE', 'READ_MULTISHOT', 'READV_FIXED', 'WRITEV_FIXED');
const messages = (): number[] => op('SENDMSG', 'RECVMSG', 'SEND', 'RECV', 'SEND_ZC', 'SENDMSG_ZC', 'RECV_ZC');

/** The word of flags behind the length: its name and its bits, by opcode. */
const flagWords = (): readonly (readonly [name: string, ops: number[], node: Node])[] => [
  ['nop_flags', op('NOP', 'NOP128'), flags(g.uring_nop_flags)],
  ['fsync_flags', op('FSYNC'), flags(g.uring_fsync_flags)],
  ['poll32_events', op('POLL_ADD', 'POLL_REMOVE'), flags(g.poll_events)],
  ['sync_range_flags', op('SYNC_FILE_RANGE'), flags(sync_range_flags)],
  ['msg_flags', messages(), flags(message_flags)],
  ['timeout_flags', op('TIMEOUT', 'TIMEOUT_REMOVE', 'LINK_TIMEOUT'), flags(g.uring_timeout_flags)],
  ['accept_flags', op('ACCEPT'), flags(socket_flags)],
  ['cancel_flags', op('ASYNC_CANCEL'), flags(g.uring_cancel_flags)],
  ['open_flags', op('OPENAT', 'OPENAT2'), x32],
  ['statx_flags', op('STATX'), x32],
  ['fadvise_advice', op('FADVISE', 'MADVISE'), x32],
  ['splice_flags', op('SPLICE', 'TEE'), flags(splice_flags)],
  ['rename_flags', op('RENAMEAT'), x32],
  ['unlink_flags', op('UNLINKAT'), x32],
  ['hardlink_flags', op('LINKAT'), x32],
  ['xattr_flags', op('FSETXATTR', 'SETXATTR', 'FGETXATTR', 'GETXATTR'), x32],
  ['msg_ring_flags', op('MSG_RING'), flags(g.uring_msg_ring_flags)],
  ['uring_cmd_flags', op('URING_CMD', 'URING_CMD128'), flags(g.uring_cmd_flags)],
  ['waitid_flags', op('WAITID'), x32],
  ['futex_flags', op('FUTEX_WAIT', 'FUTEX_WAKE', 'FUTEX_WAITV'), x32],
  ['install_fd_flags', op('FIXED_FD_INSTALL'), flags(g.uring_install_fd_flags)],
  ['pipe_flags', op('PIPE'), x32],
];

/** Protection information of a transfer. */
const protection = struct({ flags: x16, app_tag: x16, len: u32, addr: x64, seed: x64, rsvd: x64 });
const PI = 1;

export function submissionEntry(): MemoryNode {
  const words = flagWords();
  const known = new Set([...transfers(), ...words.flatMap(([, ops]) => ops)]);
  const others = Array.from({ length: 256 }, (_, i) => i).filter((i) => !known.has(i));
  const members: Record<string, Node | Omit<Field, 'name'>> = {
    unknown_flags: field(x32, { as: 'rw_flags', when: oneOf(opcode, others) }),
    rw_flags: field(flags(rw_flags), { overlay: true, when: oneOf(opcode, transfers()) }),
  };
  for (const [name, ops, node] of words) members[name] = field(node, { overlay: true, when: oneOf(opcode, ops) });
  const [accept] = op('ACCEPT');
  const [command] = op('URING_CMD');
  const sends = op('SEND', 'SENDMSG', 'RECV', 'RECVMSG', 'SEND_ZC', 'SENDMSG_ZC', 'RECV_ZC');
  const prio = flags(g.uring_transfer_prio, 2);
  const spliced = op('SPLICE', 'TEE');
  const all = Array.from({ length: 256 }, (_, i) => i);
  const transferred = transfers();
  return struct({
    opcode: choice(g.uring_ops, 1, 'u'),
    flags: flags(g.uring_sqe_flags, 1),
    ioprio: match(opcode, [[accept, flags(g.uring_accept_prio, 2)], ...sends.map((i) => [i, prio] as const)], u16),
    fd,
    off: match(opcode, { [command]: choice(g.uring_socket_ops, 8) }, x64),
    addr: x64,
    len: u32,
    ...members,
    user_data: x64,
    buf_index: x16,
    personality: u16,
    file_index: field(x32, {
      when: oneOf(
        opcode,
        all.filter((i) => !spliced.includes(i)),
      ),
    }),
    splice_fd_in: field(fd, { overlay: true, when: oneOf(opcode, spliced) }),
    optval: field(x64, {
      when: oneOf(
        opcode,
        all.filter((i) => !transferred.includes(i)),
      ),
    }),
    attr_ptr: field(match(sibling('attr_type_mask'), { [PI]: input(protection, { wide: true }) }, x64, PI), {
      overlay: true,
      when: oneOf(opcode, transferred),
    }),
    attr_type_mask: field(flags(g.uring_attr_types, 8), { when: oneOf(opcode, transferred) }),
  });
}
