// Futexes: futex(2), and the calls of futex2 with their typed futexes (Documentation/userspace-api/futex2.rst).
import * as g from '../../constants/generated/process.js';
import { clock_ids } from '../../constants/generated/time.js';
import {
  address,
  address64,
  arg,
  argument,
  array,
  call,
  callBy,
  choice,
  constant,
  format,
  i32,
  input,
  reserved,
  size,
  struct,
  u32,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import { choiceAndFlags } from '../../decode/leaf/flags.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import type { ConstantTable } from '../../constants/table.js';
import { choiceName, constantText, hexText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

/** A mask of wake-up bits. */
const bitset = choice(g.futex_bitsets);
const bitsetLong = choice(g.futex_bitsets, 'ptr');

/** A number shifted by `shift` places: `NAME<<28`, or the number with its comment behind the shift. */
function shifted(table: ConstantTable, value: number, shift: number, style: Style): string {
  const known = style.constants !== 'raw' && choiceName(table.entries(style.abi.name), value, 0, 4) !== undefined;
  if (!known) return `${hexText(value, 0)}<<${shift} /* ${table.placeholder} */`;
  return `${constantText(table, style.abi, style.constants, value, 0, 4)}<<${shift}`;
}

const OPARG_SHIFT = 8;
const OPARG_NAMES: Readonly<Record<Style['constants'], string>> = {
  raw: '0x8',
  abbrev: 'FUTEX_OP_OPARG_SHIFT',
  verbose: '0x8 /* FUTEX_OP_OPARG_SHIFT */',
};

/** What FUTEX_WAKE_OP does to the second futex and how it compares its old value (linux/futex.h: FUTEX_OP). */
const wakeOperation: ScalarFormat = (style) =>
  memoised((lo) => {
    const parts: string[] = [];
    if ((lo >>> 28) & OPARG_SHIFT) parts.push(`${OPARG_NAMES[style.constants]}<<28`);
    parts.push(
      shifted(g.futex_wake_ops, (lo >>> 28) & 7, 28, style),
      `${hexText((lo >>> 12) & 0xfff, 0)}<<12`,
      shifted(g.futex_wake_cmps, (lo >>> 24) & 15, 24, style),
      hexText(lo & 0xfff, 0),
    );
    return parts.join('|');
  });

/** The command without FUTEX_PRIVATE_FLAG, FUTEX_CLOCK_REALTIME and the kinds of robust lists. */
const COMMAND_MASK = 0x7f;

const futexCall = (timeout: Node) => (): Call =>
  callBy(
    { uaddr: address, futex_op: choice(g.futex_ops) },
    arg('futex_op'),
    [
      [0, { val: u32, timeout }],
      [[1, 2], { val: u32 }],
      [3, { val: u32, val2: u32, uaddr2: address }],
      [[4, 12], { val: u32, val2: u32, uaddr2: address, val3: u32 }],
      [5, { val: u32, val2: u32, uaddr2: address, val3: format(wakeOperation) }],
      [[6, 13], { timeout: argument(timeout, { register: 3 }) }],
      [[7, 8], {}],
      [9, { val: u32, timeout, val3: argument(bitset, { register: 5 }) }],
      [10, { val: u32, val3: argument(bitset, { register: 5 }) }],
      [11, { val: u32, timeout, uaddr2: address }],
    ],
    { val: u32, timeout: address, uaddr2: address, val3: x32 },
    undefined,
    { mask: COMMAND_MASK },
  );

/** The size of a futex in the low two bits, flags above. */
const SIZE_MASK = 3;
const futexFlags = format(choiceAndFlags(g.futex2_sizes, SIZE_MASK, g.futex2_flags));
const waiter = struct({ val: x64, uaddr: address64, flags: futexFlags, __reserved: reserved(x32) });
const clockid = choice(clock_ids);
const timeout64 = input(timespec64);

export const futex: Family = {
  futex: futexCall(input(timespec)),
  futex_time64: futexCall(timeout64),
  futex_waitv: () =>
    call({
      waiters: input(array(waiter, arg('nr_futexes'))),
      nr_futexes: u32,
      flags: x32,
      timeout: timeout64,
      clockid,
    }),
  futex_wake: () => call({ uaddr: address, mask: bitsetLong, nr: i32, flags: futexFlags }),
  futex_wait: () =>
    call({ uaddr: address, val: size, mask: bitsetLong, flags: futexFlags, timeout: timeout64, clockid }),
  futex_requeue: () => call({ waiters: input(array(waiter, constant(2))), flags: x32, nr_wake: i32, nr_requeue: i32 }),
};
