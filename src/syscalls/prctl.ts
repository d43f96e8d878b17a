// prctl(2): arguments by option.
import * as g from '../constants/generated/process.js';
import {
  address,
  arg,
  callBy,
  choice,
  cstring,
  format,
  i32,
  input,
  output,
  returns,
  size,
  struct,
  u16,
  xlong,
  ulong,
} from '../describe/combinators.js';
import type { Call } from '../describe/node.js';
import { signalNumber } from '../decode/leaf/flags.js';
import type { Renderer } from '../decode/printer.js';
import { constantText } from '../decode/xlat.js';

const named = { name: input(cstring) };
const program = struct({ len: u16, filter: address });
const three = { arg3: xlong, arg4: xlong, arg5: xlong };

const dumpableName: Renderer =
  ({ style }) =>
  (c, s) =>
    s.text(constantText(g.dumpable, style.abi, style.constants, c.retLo, 0, 4));
const seccompName: Renderer =
  ({ style }) =>
  (c, s) =>
    s.text(constantText(g.seccomp_modes, style.abi, style.constants, c.retLo, 0, 4));

export const prctl = (): Call =>
  callBy(
    { op: choice(g.prctl_options) },
    arg('op'),
    [
      [1, { sig: format(signalNumber, 'long') }],
      [2, { sig: output(format(signalNumber)) }],
      [3, {}, returns.comment(dumpableName)],
      [4, { dumpable: choice(g.dumpable, 'long') }],
      [7, {}],
      [8, { arg2: ulong }],
      [15, named],
      [16, { name: output(cstring) }],
      [21, {}, returns.comment(seccompName)],
      [22, { mode: choice(g.seccomp_modes, 'long'), filter: input(program) }],
      [[23], { cap: choice(g.capability_names, 'long') }],
      [[24], { cap: choice(g.capability_names, 'long') }],
      [29, { arg2: ulong }],
      [30, {}],
      [[31, 32], {}],
      [35, { operation: choice(g.prctl_set_mm), ...three }],
      [36, { arg2: ulong }],
      [37, { arg2: output(i32) }],
      [38, { arg2: ulong, ...three }],
      [39, { arg2: xlong, ...three }],
      [40, { arg2: output(address) }],
      [41, { arg2: ulong, ...three }],
      [42, { arg2: xlong, ...three }],
      [47, { arg2: choice(g.cap_ambient, 'long'), cap: choice(g.capability_names, 'long'), arg4: xlong, arg5: xlong }],
      [0x53564d41, { attr: choice(g.vma_names, 'long'), addr: address, size, name: input(cstring) }],
    ],
    { arg2: xlong, ...three },
  );
