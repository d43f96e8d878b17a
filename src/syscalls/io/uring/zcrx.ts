// Receiving without copies: queues, their regions, and what is done to them (linux/io_uring/zcrx.h).
import * as g from '../../../constants/generated/io.js';
import {
  address64,
  answer,
  choice,
  fd,
  field,
  fixedArray,
  flags,
  reserved,
  sibling,
  equals,
  struct,
  u32,
  x32,
  x64,
} from '../../../describe/combinators.js';
import type { MemoryNode } from '../../../describe/node.js';

const offsets = struct({
  head: u32,
  tail: u32,
  rqes: u32,
  __resv2: reserved(x32),
  __resv: reserved(fixedArray(x64, 2)),
});
/** struct io_uring_zcrx_ifq_reg. */
export const receiveQueue: MemoryNode = struct({
  if_idx: u32,
  if_rxq: u32,
  rq_entries: u32,
  flags: flags(g.uring_zcrx_flags),
  area_ptr: address64,
  region_ptr: address64,
  offsets,
  zcrx_id: u32,
  rx_buf_len: u32,
  event_desc: address64,
  __resv: reserved(fixedArray(x64, 2)),
});

const [FLUSH_RQ, EXPORT, ARM_EVENT] = [0, 1, 2];
const operation = sibling('op');
const flush = struct({ __resv: reserved(fixedArray(x64, 6)) });
const exported = struct({ zcrx_fd: fd, __resv1: reserved(fixedArray(x32, 11)) });
const armed = struct({ event_type: choice(g.uring_zcrx_events), __resv: reserved(fixedArray(x32, 11)) });
/** struct zcrx_ctrl: what an exported queue got is there after the call. */
export const receiveControl: MemoryNode = struct({
  zcrx_id: u32,
  op: choice(g.uring_zcrx_ctrl),
  __resv: reserved(fixedArray(x64, 2)),
  zc_flush: field(flush, { when: equals(operation, FLUSH_RQ) }),
  zc_export: answer(exported, { overlay: true, when: equals(operation, EXPORT) }),
  zc_arm_event: field(armed, { overlay: true, when: equals(operation, ARM_EVENT) }),
});
