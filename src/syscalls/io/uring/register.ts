// io_uring_register(2): each operation with its object.
import * as g from '../../../constants/generated/io.js';
import { clock_ids } from '../../../constants/generated/time.js';
import {
  address,
  address64,
  arg,
  array,
  blob,
  callBy,
  choice,
  equals,
  fd,
  fdOr,
  field,
  fixedArray,
  flags,
  format,
  inout,
  input,
  i32,
  i64,
  match,
  oneOf,
  output,
  padding,
  reserved,
  sibling,
  struct,
  u16,
  u32,
  versioned,
  x16,
  x32,
  x64,
  x8,
} from '../../../describe/combinators.js';
import type { Call } from '../../../describe/call.js';
import type { MemoryNode, Node, Ref, ScalarNode } from '../../../describe/node.js';
import { valueOf } from '../../../constants/table.js';
import { cpuSet } from '../../../decode/leaf/cpu-set.js';
import type { Renderer, ScalarFormat } from '../../../decode/printer.js';
import { Event } from '../../../record/layout.js';
import { constantText, hexText, memoised } from '../../../decode/xlat.js';
import { addressVector } from '../iovec.js';
import { questions } from './query.js';
import { resized } from './ring.js';
import { submissionEntry } from './sqe.js';
import { receiveControl, receiveQueue } from './zcrx.js';

const count = arg('nr_args');
const wide = { wide: true } as const;
const fdOrSkip = fdOr(g.uring_files_special);

/** The kernel takes exactly `n` of a structure; with another count it is not looked at. */
const exactly = (n: number, node: Node): Node => match(count, { [n]: node }, address);
const one = (node: MemoryNode): Node => exactly(1, input(node));

const tags = (nr: Ref): Node => input(array(x64, nr), wide);
/** Resources with tags; `nr_args` is the size of the structure. */
const registered = (data: (nr: Ref) => MemoryNode): Node =>
  input(
    versioned(
      {
        nr: u32,
        flags: flags(g.uring_resource_flags),
        resv2: reserved(x64),
        data: input(data(sibling('nr')), wide),
        tags: tags(sibling('nr')),
      },
      { size: count, minimum: 32, excess: 'hex' },
    ),
  );
const updated = (data: (nr: Ref) => MemoryNode): Node =>
  input(
    versioned(
      {
        offset: u32,
        resv: reserved(x32),
        data: input(data(sibling('nr')), wide),
        tags: tags(sibling('nr')),
        nr: u32,
        resv2: reserved(x32),
      },
      { size: count, minimum: 32, excess: 'hex' },
    ),
  );
const vector = (nr: Ref): MemoryNode => addressVector(nr);
const files =
  (of: ScalarNode) =>
  (nr: Ref): MemoryNode =>
    array(of, nr);

const [REGISTER_OP, SQE_OP, SQE_FLAGS_ALLOWED, SQE_FLAGS_REQUIRED] = [0, 1, 2, 3];
const what = sibling('opcode');
/** What an unknown restriction is about stands in a comment behind its code. */
const unknownAbout: Renderer = () => (c, s, at) => {
  if (c.u16(at) > SQE_FLAGS_REQUIRED) s.text(` /* op: ${hexText(c.bytes[at + 2], 0)} */`);
};
const restriction = struct({
  opcode: field(choice(g.uring_restrictions, 2), { remark: unknownAbout }),
  register_op: field(choice(g.uring_register_ops, 1), { when: equals(what, REGISTER_OP) }),
  sqe_op: field(choice(g.uring_ops, 1), { overlay: true, when: equals(what, SQE_OP) }),
  sqe_flags: field(flags(g.uring_sqe_flags, 1), {
    overlay: true,
    when: oneOf(what, [SQE_FLAGS_ALLOWED, SQE_FLAGS_REQUIRED]),
  }),
  resv: reserved(x8),
  resv2: reserved(fixedArray(x32, 3)),
});

const OP_BYTES = 8;
/** What the kernel answers is as long as it says; what the caller gave, as it says. */
const answered: Renderer =
  ({ element, style }) =>
  (c, s, at, length) => {
    const all = Math.floor(length / OP_BYTES);
    const told = c.event === Event.Exit ? c.bytes[at - PROBE_BYTES + 1] : all;
    const some = Math.min(all, told);
    const most = style.abbrev ? Math.min(some, style.stringLimit) : some;
    s.byte(91);
    for (let i = 0; i < most; i++) {
      if (i > 0) s.text(', ');
      element(c, s, at + i * OP_BYTES, OP_BYTES);
    }
    if (most < told) s.text(most > 0 ? ', ...' : '...');
    s.byte(93);
  };
/** Bytes of struct io_uring_probe before its operations. */
const PROBE_BYTES = 16;
const probe = struct({
  last_op: choice(g.uring_ops, 1, 'u'),
  ops_len: field({ kind: 'int', size: 1, base: 'u' }, {}),
  resv: reserved(x16),
  resv2: reserved(fixedArray(x32, 3)),
  ops: array(
    struct({
      op: choice(g.uring_ops, 1, 'u'),
      resv: reserved(x8),
      flags: flags(g.uring_op_flags, 2),
      resv2: reserved(x32),
    }),
    count,
    { render: answered },
  ),
});

const bufferRing = struct({
  ring_addr: address64,
  ring_entries: u32,
  bgid: u16,
  flags: x16,
  min_left: u32,
  resv: reserved(fixedArray(x32, 5)),
});
const napi = struct({
  busy_poll_to: x32,
  prefer_busy_poll: x8,
  opcode: choice(g.uring_napi_ops, 1),
  pad: reserved(fixedArray(x8, 2)),
  op_param: match(sibling('opcode'), { 0: choice(g.uring_napi_tracking) }, x32),
  resv: reserved(x32),
});
const cancellation = struct({
  addr: address64,
  fd,
  flags: flags(g.uring_cancel_flags),
  timeout: struct({ tv_sec: i64, tv_nsec: i64 }),
  opcode: choice(g.uring_ops, 1),
  pad: reserved(fixedArray(x8, 7)),
  pad2: reserved(fixedArray(x64, 3)),
});
const range = struct({ off: u32, len: u32, resv: reserved(x64) });
const bufferStatus = struct({ buf_group: x32, head: x32, resv: reserved(fixedArray(x32, 8)) });
const clock = struct({ clockid: choice(clock_ids), __resv: reserved(fixedArray(x32, 3)) });
const cloned = struct({
  src_fd: fd,
  flags: flags(g.uring_clone_flags),
  src_off: u32,
  dst_off: u32,
  nr: u32,
  pad: reserved(fixedArray(x32, 3)),
});
const region = struct({
  region_uptr: address64,
  flags: flags(g.uring_region_reg_flags, 8),
  __resv: reserved(fixedArray(x64, 2)),
});
const filesUpdate = struct({
  offset: u32,
  resv: reserved(x32),
  fds: input(array(fdOrSkip, count), wide),
});
const ringFds = struct({ offset: i32, resv: reserved(x32), data: field(fd, {}), high: padding(4) });
const ringOffsets = struct({ offset: u32, resv: reserved(x32), data: reserved(x64) });

const objects: Readonly<Record<string, () => Node>> = {
  REGISTER_BUFFERS: () => input(addressVector(count)),
  REGISTER_FILES: () => input(array(fd, count)),
  REGISTER_EVENTFD: () => input(array(fd, count)),
  REGISTER_EVENTFD_ASYNC: () => input(array(fd, count)),
  REGISTER_FILES_UPDATE: () => input(filesUpdate),
  REGISTER_PROBE: () => inout(probe, { show: 'pair', unlessZero: true }),
  REGISTER_RESTRICTIONS: () => input(array(restriction, count)),
  REGISTER_FILES2: () => registered(files(fd)),
  REGISTER_FILES_UPDATE2: () => updated(files(fdOrSkip)),
  REGISTER_BUFFERS2: () => registered(vector),
  REGISTER_BUFFERS_UPDATE: () => updated(vector),
  REGISTER_IOWQ_AFF: () => input(blob(count, 4096, cpuSet)),
  REGISTER_IOWQ_MAX_WORKERS: () =>
    inout(array(u32, count, { indices: g.uring_worker_types }), { show: 'pair', arrowOnError: true }),
  REGISTER_RING_FDS: () => input(array(ringFds, count)),
  UNREGISTER_RING_FDS: () => input(array(ringOffsets, count)),
  REGISTER_PBUF_RING: () => one(bufferRing),
  UNREGISTER_PBUF_RING: () => one(bufferRing),
  REGISTER_SYNC_CANCEL: () => one(cancellation),
  REGISTER_FILE_ALLOC_RANGE: () => one(range),
  REGISTER_PBUF_STATUS: () => exactly(1, output(bufferStatus)),
  REGISTER_NAPI: () => exactly(1, inout(napi, { show: 'pair' })),
  UNREGISTER_NAPI: () => exactly(1, output(napi)),
  REGISTER_CLOCK: () => exactly(0, input(clock)),
  REGISTER_CLONE_BUFFERS: () => one(cloned),
  REGISTER_SEND_MSG_RING: () => one(submissionEntry()),
  REGISTER_ZCRX_IFQ: () => one(receiveQueue),
  REGISTER_RESIZE_RINGS: () => one(resized),
  REGISTER_MEM_REGION: () => one(region),
  REGISTER_QUERY: () => exactly(0, input(questions)),
  REGISTER_ZCRX_CTRL: () => exactly(1, inout(receiveControl, { show: 'entry' })),
};

const USE_REGISTERED_RING = 0x80000000;
/** The operation, and beside it whether the ring is given by its index. */
const operation: ScalarFormat = (style) =>
  memoised((lo) => {
    const op = constantText(g.uring_register_ops, style.abi, style.constants, lo & ~USE_REGISTERED_RING, 0, 4);
    if ((lo & USE_REGISTERED_RING) === 0) return op;
    return `${op}|${constantText(g.uring_register_flags, style.abi, style.constants, USE_REGISTERED_RING, 0, 4)}`;
  });

export const register = (): Call =>
  callBy(
    {
      fd: match(arg('opcode'), [[USE_REGISTERED_RING, u32]], fd, USE_REGISTERED_RING),
      opcode: format(operation),
    },
    arg('opcode'),
    Object.entries(objects).map(([name, object]) => [
      valueOf(g.uring_register_ops, `IORING_${name}`),
      { arg: object(), nr_args: u32 },
    ]),
    { arg: address, nr_args: u32 },
    undefined,
    { mask: ~USE_REGISTERED_RING },
  );
