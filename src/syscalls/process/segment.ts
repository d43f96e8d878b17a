// Segments and registers of the processor: arch_prctl(2), modify_ldt(2), set_thread_area(2), I/O ports.
import * as g from '../../constants/generated/process.js';
import { errnoName, errnoText } from '../../abi/errno.js';
import {
  address,
  arg,
  call,
  callBy,
  choice,
  field,
  format,
  i32,
  inout,
  input,
  match,
  output,
  returns,
  size,
  struct,
  u32,
  xlong,
  xsize,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Result } from '../../describe/call.js';
import type { StructNode } from '../../describe/node.js';
import { commented, commentedFlags } from '../../decode/leaf/compound.js';
import { userId } from '../../decode/leaf/flags.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { padded } from '../../decode/xlat.js';
import type { Family } from '../index.js';

const word = format(padded(8));
const bit = (shift: number, width = 1) => field(u32, { bits: [shift, width], overlay: shift > 0 });

/** `struct user_desc` (asm/ldt.h); `lm` is there on 64-bit kernels' own programs only. */
const descriptorFields = {
  // An int, but shown as ids are: -1 asks for a free one.
  entry_number: format(userId),
  base_addr: word,
  limit: word,
  seg_32bit: bit(0),
  contents: bit(1, 2),
  read_exec_only: bit(3),
  limit_in_pages: bit(4),
  seg_not_present: bit(5),
  useable: bit(6),
};
export const userDescriptor = struct(descriptorFields);
const userDescriptor64 = struct({ ...descriptorFields, lm: bit(7) });

/** modify_ldt's functions that fill in a table: `bytes` of memory, of no structure. */
const LDT_READS = [0, 2];
const DESCRIPTOR_BYTES = 16;
/** modify_ldt; the result is an int that the kernel does not sign-extend on x86_64: errors look like big numbers. */
const modifyLdt = (descriptor: StructNode, result: Result) => () =>
  call(
    {
      func: i32,
      ptr: match(
        arg('func'),
        LDT_READS.map((func) => [func, address] as const),
        match(arg('bytecount'), { [DESCRIPTOR_BYTES]: input(descriptor) }, address),
      ),
      bytecount: size,
    },
    result,
  );
const wideError: ScalarFormat = () => (_c, s, lo, hi) => {
  s.decimal64(lo, hi);
  const errno = -(lo | 0);
  const name = hi === 0 && errno > 0 && errno < 4096 ? errnoName(errno) : undefined;
  if (name !== undefined) s.text(` ${name} (${errnoText(errno)})`);
};

const ENTRY_NUMBER_BYTES = 4;
/** The entry that is asked for; the rest only when it was found. */
const foundDescriptor = (fields: FieldSpec): StructNode =>
  struct(fields, {
    readable: ENTRY_NUMBER_BYTES,
    render:
      ({ plain, named, style }) =>
      (c, s, at, length) => {
        if (!c.failed && c.length >= DESCRIPTOR_BYTES) {
          plain(c, s, at, length);
          return;
        }
        s.byte(123);
        named('entry_number')(c, s, at, length);
        // strace prints the argument's name once more at the exit.
        s.text(style.argNames ? 'u_info=, ...}' : ', ...}');
      },
  });

/** Which entry it has become. */
const takenEntry: Renderer = ({ captured }) => {
  const shown = captured('u_info');
  return (c, s) => {
    if (!shown(c)) return;
    s.text('entry_number=');
    s.decimal(c.u32(c.at));
  };
};
const setThreadArea = (descriptor: StructNode) => () =>
  call({ u_info: inout(descriptor, { show: 'entry' }) }, returns.comment(takenEntry));

const features = output(format(commentedFlags(g.xfeature_masks), 8));
const feature = format(commented(g.xfeatures, 8), 'ptr');

export const segment: Family = {
  arch_prctl: () =>
    callBy(
      { op: choice(g.arch_prctl_ops) },
      arg('op'),
      [
        [[0x1003, 0x1004], { addr: output(address) }],
        [0x1011, {}],
        [[0x1021, 0x1022, 0x1024], { addr: features }],
        [[0x1023, 0x1025], { addr: feature }],
      ],
      { addr: xsize },
    ),
  modify_ldt: modifyLdt(userDescriptor64, returns.format(wideError)),
  'modify_ldt@32': modifyLdt(userDescriptor, returns.decimal),
  set_thread_area: setThreadArea(userDescriptor64),
  'set_thread_area@32': setThreadArea(userDescriptor),
  get_thread_area: () =>
    call({ u_info: output(foundDescriptor({ ...descriptorFields, lm: bit(7) }), { evenOnError: true }) }),
  'get_thread_area@32': () => call({ u_info: output(foundDescriptor(descriptorFields), { evenOnError: true }) }),
  ioperm: () => call({ from: xlong, num: xlong, turn_on: i32 }),
  iopl: () => call({ level: i32 }),
};
