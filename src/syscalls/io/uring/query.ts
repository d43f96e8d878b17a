// What a kernel's io_uring can do: a list of questions and their answers (linux/io_uring/query.h).
import * as g from '../../../constants/generated/io.js';
import {
  address64,
  choice,
  field,
  fixedArray,
  i32,
  input,
  match,
  reserved,
  sibling,
  struct,
  u32,
  u64,
  x32,
  x64,
  flags,
  differs,
} from '../../../describe/combinators.js';
import type { MemoryNode } from '../../../describe/node.js';

const wide = { wide: true } as const;
const [OPCODES, ZCRX, SCQ, ZCRX_EVENT] = [0, 1, 2, 3];
const opcodes = struct({
  nr_request_opcodes: u32,
  nr_register_opcodes: u32,
  feature_flags: flags(g.uring_features, 8),
  ring_setup_flags: flags(g.uring_setup_flags, 8),
  enter_flags: flags(g.uring_enter_flags, 8),
  sqe_flags: flags(g.uring_sqe_flags, 8),
  nr_query_opcodes: u32,
  __pad: reserved(x32),
});
const zcrx = struct({
  register_flags: flags(g.uring_zcrx_flags, 8),
  area_flags: x64,
  nr_ctrl_opcodes: u32,
  features: x32,
  rq_hdr_size: u32,
  rq_hdr_alignment: u32,
  __resv2: reserved(x64),
});
const completions = struct({ hdr_size: u64, hdr_alignment: u64 });
const events = struct({
  event_flags: x32,
  stats_size: u32,
  stats_off_alignment: u32,
  __resv1: reserved(x32),
  __resv2: reserved(fixedArray(x64, 4)),
});

/** struct io_uring_query_hdr: each points to the next, and to room for its answer. */
export const questions: MemoryNode = struct(
  {
    next_entry: address64,
    query_data: address64,
    answer: field(
      match(
        sibling('query_op'),
        {
          [OPCODES]: input(opcodes, wide),
          [ZCRX]: input(zcrx, wide),
          [SCQ]: input(completions, wide),
          [ZCRX_EVENT]: input(events, wide),
        },
        address64,
      ),
      { overlay: true, as: 'query_data', when: differs(sibling('query_data'), 0) },
    ),
    query_op: choice(g.uring_queries),
    size: u32,
    result: i32,
    __resv: reserved(fixedArray(x32, 3)),
  },
  {
    linked: { next: 'next_entry' },
    order: ['query_data', 'query_op', 'size', 'result', '__resv', 'answer', 'next_entry'],
  },
);
