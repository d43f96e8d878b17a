// Rings: setting them up, entering them (io_uring_setup(2), io_uring_enter(2)).
import * as g from '../../../constants/generated/io.js';
import {
  address,
  anyBit,
  arg,
  callBy,
  call,
  fd,
  field,
  fixedArray,
  flags,
  fresh,
  inout,
  input,
  padding,
  reserved,
  returns,
  sibling,
  size,
  struct,
  u32,
  x32,
  x64,
} from '../../../describe/combinators.js';
import type { MemoryNode } from '../../../describe/node.js';
import { sizedSigset } from '../../../decode/leaf/sigset.js';
import { timespec64 } from '../../../decode/leaf/time.js';
import type { Family } from '../../index.js';

const setupFlags = flags(g.uring_setup_flags);
/** Where the fields of the submission ring lie in its mapping. */
const submission = struct({
  head: u32,
  tail: u32,
  ring_mask: u32,
  ring_entries: u32,
  flags: u32,
  dropped: u32,
  array: u32,
  resv1: reserved(x32),
  user_addr: x64,
});
/** Where the fields of the completion ring lie in its mapping. */
const completion = struct({
  head: u32,
  tail: u32,
  ring_mask: u32,
  ring_entries: u32,
  overflow: u32,
  cqes: u32,
  flags: u32,
  resv1: reserved(x32),
  user_addr: x64,
});
const ATTACH_WQ = 1 << 5;
const params = struct(
  {
    sq_entries: fresh(u32),
    cq_entries: fresh(u32),
    flags: setupFlags,
    sq_thread_cpu: x32,
    sq_thread_idle: u32,
    features: fresh(flags(g.uring_features)),
    wq_fd: field(fd, { when: anyBit(sibling('flags'), ATTACH_WQ) }),
    resv: reserved(fixedArray(x32, 3)),
    sq_off: fresh(submission),
    cq_off: fresh(completion),
  },
  {
    order: [
      'flags',
      'sq_thread_cpu',
      'sq_thread_idle',
      'wq_fd',
      'resv',
      'sq_entries',
      'cq_entries',
      'features',
      'sq_off',
      'cq_off',
    ],
  },
);
/** With this flag the caller says where the rings shall lie. */
const givesMemory = anyBit(sibling('flags'), 1 << 14);
const memoryAddress = struct({ offsets: padding(32), user_addr: x64 });
/** The part of io_uring_params that resizing looks at. */
export const resized: MemoryNode = struct(
  {
    sq_entries: u32,
    cq_entries: u32,
    flags: setupFlags,
    unused: padding(16),
    resv: reserved(fixedArray(x32, 3)),
    sq_off: field(memoryAddress, { when: givesMemory }),
    cq_off: field(memoryAddress, { when: givesMemory }),
  },
  { order: ['sq_entries', 'cq_entries', 'flags', 'sq_off', 'cq_off', 'resv'] },
);

const [EXT_ARG, EXT_ARG_REG] = [0x8, 0x40];
/** struct io_uring_getevents_arg: addresses have 64 bits on every personality. */
const extended = struct({
  sigmask: input(sizedSigset(sibling('sigmask_sz')), { wide: true }),
  sigmask_sz: u32,
  min_wait_usec: u32,
  ts: input(timespec64, { wide: true }),
});

export const ring: Family = {
  io_uring_setup: () => call({ entries: u32, params: inout(params, { show: 'split' }) }, returns.fd),
  io_uring_enter: () =>
    callBy(
      { fd, to_submit: u32, min_complete: u32, flags: flags(g.uring_enter_flags) },
      arg('flags'),
      [
        [EXT_ARG, { arg: input(extended), argsz: size }],
        [EXT_ARG | EXT_ARG_REG, { sigset: address, sigsetsize: size }],
        // An offset into the registered region.
        [EXT_ARG_REG, { arg: size, argsz: size }],
      ],
      { sigset: input(sizedSigset(arg('sigsetsize'))), sigsetsize: size },
      returns.decimal,
      { mask: EXT_ARG | EXT_ARG_REG },
    ),
};
