// fcntl(2): the third argument by command; results that are flags, signals or descriptors.
import * as g from '../constants/generated/file.js';
import {
  arg,
  byAbi,
  callBy,
  choice,
  fd,
  flags,
  format,
  i32,
  i64,
  input,
  inout,
  output,
  returns,
  struct,
  x64,
} from '../describe/combinators.js';
import type { Call } from '../describe/node.js';
import { choiceAndFlags, signalNumber } from '../decode/leaf/flags.js';
import type { Renderer } from '../decode/printer.js';
import { constantText } from '../decode/xlat.js';

const lock = struct(
  {
    l_type: choice(g.lock_types, 2),
    l_whence: choice(g.seek_whence, 2),
    l_start: byAbi(i64, i32),
    l_len: byAbi(i64, i32),
    l_pid: i32,
  },
  {
    render: ({ named }) => {
      // l_pid is the kernel's to fill in: shown by the commands that ask.
      return (c, s, at) => {
        s.byte(123);
        ['l_type', 'l_whence', 'l_start', 'l_len'].forEach((name, i) => {
          if (i) s.text(', ');
          named(name)(c, s, at, 0);
        });
        const command = c.argLo(1);
        if (command === 5 || command === 36 || command === 12) {
          s.text(', ');
          named('l_pid')(c, s, at, 0);
        }
        s.byte(125);
      };
    },
  },
);
const lock64 = struct(
  { l_type: choice(g.lock_types, 2), l_whence: choice(g.seek_whence, 2), l_start: i64, l_len: i64, l_pid: i32 },
  { render: lock.render },
);
const owner = struct({ type: choice(g.owner_types), pid: i32 });
const openFlags = choiceAndFlags(g.open_modes, 3, g.open_flags);

const fdFlags: Renderer =
  ({ style }) =>
  (c, s) => {
    if (c.retLo !== 0) s.text(`flags ${constantText(g.fd_flags, style.abi, style.constants, c.retLo, 0, 4)}`);
  };
const fileFlags: Renderer = ({ style }) => {
  const print = openFlags(style, 4);
  return (c, s) => {
    s.text('flags ');
    print(c, s, c.retLo, 0);
  };
};
const sealFlags: Renderer =
  ({ style }) =>
  (c, s) => {
    if (c.retLo !== 0) s.text(`seals ${constantText(g.seals, style.abi, style.constants, c.retLo, 0, 4)}`);
  };
const leaseType: Renderer =
  ({ style }) =>
  (c, s) =>
    s.text(constantText(g.lock_types, style.abi, style.constants, c.retLo, 0, 4));

/** Also fcntl64 of i386. */
export const fcntl = (): Call =>
  callBy(
    { fd, op: choice(g.fcntl_commands) },
    arg('op'),
    [
      [0, { arg: i32 }, returns.fd],
      [1030, { arg: i32 }, returns.fd],
      [1027, { arg: fd }],
      [1, {}, returns.comment(fdFlags, {}, 'x')],
      [2, { arg: flags(g.fd_flags) }],
      [3, {}, returns.comment(fileFlags, {}, 'x')],
      [4, { arg: format(openFlags) }],
      [[5], { arg: output(lock) }],
      [[6, 7], { arg: input(lock) }],
      [36, { arg: inout(lock64, { show: 'exit' }) }],
      [[37, 38, 12, 13, 14], { arg: input(lock64) }],
      [8, { arg: i32 }],
      [9, {}],
      [10, { arg: format(signalNumber) }],
      [11, {}],
      [15, { arg: input(owner) }],
      [16, { arg: output(owner) }],
      [17, { arg: output(struct({ uid: x64 })) }],
      [1024, { arg: choice(g.lock_types) }],
      [1025, {}, returns.comment(leaseType, {}, 'x')],
      [1026, { arg: flags(g.notify_flags) }],
      [1029, {}],
      [1031, { arg: i32 }],
      [1032, {}],
      [1033, { arg: flags(g.seals) }],
      [1034, {}, returns.comment(sealFlags, {}, 'x')],
      [[1036, 1038], { arg: input(choice(g.rw_hints, 8)) }],
      [[1035, 1037], { arg: output(choice(g.rw_hints, 8)) }],
    ],
    { arg: x64 },
  );
