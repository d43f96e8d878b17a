// Areas that a thread shares with the kernel: restartable sequences (rseq(2)), robust lists.
import * as g from '../../constants/generated/process.js';
import {
  address,
  address64,
  arg,
  call,
  flags,
  format,
  input,
  output,
  pid,
  size,
  struct,
  u32,
  u8,
  x16,
  x32,
  x8,
} from '../../describe/combinators.js';
import { constantText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** The least size of an area (linux/rseq.h: ORIG_RSEQ_SIZE), and the one with the reserved byte behind it. */
const RSEQ_BYTES = 32;
const RSEQ_EXTENDED_BYTES = 33;

/** A processor's number, or why there is none. */
const cpuId = format((style) =>
  memoised((lo) => {
    if (lo < 0xfffffffe) return String(lo);
    return constantText(g.rseq_cpu_ids, style.abi, style.constants, lo, 0, 4, 'd');
  }),
);

const area = struct(
  {
    cpu_id_start: u32,
    cpu_id: cpuId,
    rseq_cs: address64,
    flags: flags(g.rseq_cs_flags),
    node_id: u32,
    mm_cid: u32,
    slice_ctrl: struct({ request: u8, granted: u8, __reserved: x16 }),
    __reserved: x8,
  },
  {
    length: arg('rseq_len'),
    minimum: RSEQ_BYTES,
    size: RSEQ_EXTENDED_BYTES,
    render: ({ named, field }) => {
      const names = ['cpu_id_start', 'cpu_id', 'rseq_cs', 'flags', 'node_id', 'mm_cid', 'slice_ctrl'].map(named);
      const reserved = field('__reserved');
      return (c, s, at, length) => {
        names.forEach((print, i) => {
          s.text(i ? ', ' : '{');
          print(c, s, at, length);
        });
        s.text(', __reserved=');
        // A registration of 32 bytes ends before it: as good as zero.
        if (length > RSEQ_BYTES) reserved(c, s, at, length);
        else s.byte(48);
        s.byte(125);
      };
    },
  },
);

export const rseq: Family = {
  rseq: () => call({ rseq: input(area, { aligned: RSEQ_BYTES }), rseq_len: u32, flags: flags(g.rseq_flags), sig: x32 }),
  rseq_slice_yield: () => call(),
  set_robust_list: () => call({ addr: address, length: size }),
  get_robust_list: () => call({ pid, head_ptr: output(address), len_ptr: output(size) }),
};
