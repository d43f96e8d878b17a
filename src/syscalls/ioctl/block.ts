// Commands of block devices (linux/fs.h, linux/blkpg.h, linux/blktrace_api.h).
import { partition_operations } from '../../constants/generated/block.js';
import {
  answer,
  chars,
  choice,
  constant,
  array,
  i32,
  i64,
  inout,
  input,
  long,
  output,
  size,
  struct,
  u16,
  u32,
  u64,
  ulong,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** A name in a fixed array, never shortened. */
const name = (bytes: number): Node => ({ ...chars(bytes), limit: 'path' });

const partition = () => struct({ start: i64, length: i64, pno: i32, devname: name(64), volname: name(64) });

/** struct blk_user_trace_setup: the kernel answers with the name of the trace, which stands first in it. */
const traceSetup = () =>
  inout(
    struct(
      { name: answer(name(32)), act_mask: u16, buf_size: u32, buf_nr: u32, start_lba: u64, end_lba: u64, pid: i32 },
      { order: ['act_mask', 'buf_size', 'buf_nr', 'start_lba', 'end_lba', 'pid', 'name'] },
    ),
    { show: 'entry' },
  );

export const family: IoctlFamily = {
  // Zones and persistent reservations (type 0x70) are numbers, whatever their argument leads to.
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const signed = output(i32);
    const unsigned = output(u32);
    const half = output(u16);
    const word = output(long);
    const given = input(i32);
    const range = input(array(u64, constant(2), { whole: true }));
    return {
      BLKROGET: signed,
      BLKSSZGET: signed,
      BLKALIGNOFF: signed,
      BLKBSZGET: signed,
      BLKIOMIN: unsigned,
      BLKIOOPT: unsigned,
      BLKPBSZGET: unsigned,
      BLKDISCARDZEROES: unsigned,
      BLKGETZONESZ: unsigned,
      BLKGETNRZONES: unsigned,
      BLKROTATIONAL: half,
      BLKSECTGET: half,
      BLKRAGET: word,
      BLKFRAGET: word,
      BLKGETSIZE: output(ulong),
      BLKGETSIZE64: output(u64),
      BLKGETDISKSEQ: output(u64),
      BLKROSET: given,
      BLKBSZSET: given,
      BLKRASET: size,
      BLKFRASET: size,
      BLKDISCARD: range,
      BLKSECDISCARD: range,
      BLKZEROOUT: range,
      BLKPG: input(struct({ op: choice(partition_operations), flags: i32, datalen: i32, data: input(partition()) })),
      BLKTRACESETUP: traceSetup(),
      BLKRRPART: null,
      BLKFLSBUF: null,
      BLKTRACESTART: null,
      BLKTRACESTOP: null,
      BLKTRACETEARDOWN: null,
    };
  },
};
