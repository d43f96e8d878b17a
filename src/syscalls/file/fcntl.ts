// fcntl(2) and flock(2): the third argument by command; results that are flags, signals or descriptors.
import { signalName } from '../../abi/signal.js';
import * as g from '../../constants/generated/file.js';
import { signalNumber } from '../../decode/leaf/flags.js';
import { bitsText, resultName } from '../../decode/leaf/compound.js';
import type { Renderer } from '../../decode/printer.js';
import { constantText, hexText } from '../../decode/xlat.js';
import {
  arg,
  byAbi,
  call,
  callBy,
  choice,
  fd,
  field,
  flags,
  format,
  i32,
  i64,
  input,
  match,
  output,
  pgid,
  pid,
  pidOrGroup,
  returns,
  sibling,
  struct,
  u32,
  x16,
  x32,
  xlong,
} from '../../describe/combinators.js';
import type { ConstantTable } from '../../constants/table.js';
import type { Call } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { openFlags } from './arguments.js';

/** struct flock and struct flock64; l_pid is the kernel's to fill in: shown by the commands that ask. */
const lock = (offset: Node, asks: boolean) =>
  struct({
    l_type: choice(g.lock_types, 2),
    l_whence: choice(g.seek_whence, 2),
    l_start: offset,
    l_len: offset,
    l_pid: field(pid, { hidden: !asks }),
  });
const offset = byAbi(i64, i32);
const F_OWNER_TID = 0;
const F_OWNER_PID = 1;
const F_OWNER_PGRP = 2;
const owner = struct({
  type: choice(g.owner_types),
  pid: match(sibling('type'), { [F_OWNER_TID]: pid, [F_OWNER_PID]: pid, [F_OWNER_PGRP]: pgid }, i32),
});
/** struct delegation (linux/fcntl.h). */
const delegation = struct({ d_flags: x32, d_type: choice(g.lock_types, 2), __pad: x16 });
const hint = choice(g.rw_hints, 8);

/** `flags FD_CLOEXEC` behind a result that is not zero; bits of which none has a name are a number. */
const resultBits =
  (word: string, table: ConstantTable): Renderer =>
  ({ style }) =>
  (c, s) => {
    if (c.retLo === 0) return;
    const known = table.kind === 'choice' || bitsText(table, style, c.retLo, 0) !== undefined;
    s.text(`${word} ${known ? constantText(table, style.abi, style.constants, c.retLo, 0, 4) : hexText(c.retLo, 0)}`);
  };
/** The open flags of a result, by name whatever `-X` says. */
const resultOpenFlags: Renderer = ({ style }) => {
  const print = openFlags({ ...style, constants: 'abbrev' }, 4);
  return (c, s) => {
    s.text('flags ');
    print(c, s, c.retLo, 0);
  };
};
const resultSignal: Renderer = () => (c, s) => {
  if (c.retLo !== 0) s.text(signalName(c.retLo));
};

const DUPFD = 0;
const GETFD = 1;
const SETFD = 2;
const GETFL = 3;
const SETFL = 4;
const GETLK = 5;
const SETLK = 6;
const SETLKW = 7;
const SETOWN = 8;
const GETOWN = 9;
const SETSIG = 10;
const GETSIG = 11;
/** The 64-bit lock commands of i386 (asm/fcntl.h); elsewhere the kernel knows none of them. */
const GETLK64 = 12;
const SETLK64 = 13;
const SETLKW64 = 14;
const SETOWN_EX = 15;
const GETOWN_EX = 16;
const OFD_GETLK = 36;
const OFD_SETLK = 37;
const OFD_SETLKW = 38;
const SETLEASE = 1024;
const GETLEASE = 1025;
const NOTIFY = 1026;
const DUPFD_QUERY = 1027;
const DUPFD_CLOEXEC = 1030;
const SETPIPE_SZ = 1031;
const GETPIPE_SZ = 1032;
const ADD_SEALS = 1033;
const GET_SEALS = 1034;
const GET_RW_HINT = 1035;
const SET_RW_HINT = 1036;
const GET_FILE_RW_HINT = 1037;
const SET_FILE_RW_HINT = 1038;
const GETDELEG = 1039;
const SETDELEG = 1040;

/** A number of the whole register, which has no sign on i386. */
const word = byAbi(i64, u32);

/** `locks64`: F_GETLK64 and its like, which only fcntl64 of i386 knows. */
const commands = (locks64: boolean) => (): Call =>
  callBy(
    { fd, op: choice(g.fcntl_commands) },
    arg('op'),
    [
      [[DUPFD, DUPFD_CLOEXEC], { arg: word }, returns.fd],
      [DUPFD_QUERY, { arg: fd }],
      [GETFD, {}, returns.comment(resultBits('flags', g.fd_flags), {}, 'x')],
      [SETFD, { arg: flags(g.fd_flags) }],
      [GETFL, {}, returns.comment(resultOpenFlags, {}, 'x')],
      [SETFL, { arg: format(openFlags) }],
      [GETLK, { arg: output(lock(offset, true)) }],
      [[SETLK, SETLKW], { arg: input(lock(offset, false)) }],
      [OFD_GETLK, { arg: output(lock(i64, true)) }],
      [[OFD_SETLK, OFD_SETLKW], { arg: input(lock(i64, false)) }],
      [GETLK64, { arg: locks64 ? output(lock(i64, true)) : xlong }],
      [[SETLK64, SETLKW64], { arg: locks64 ? input(lock(i64, false)) : xlong }],
      [SETOWN, { arg: pidOrGroup }],
      [[GETOWN, GETPIPE_SZ], {}],
      [SETSIG, { arg: format(signalNumber) }],
      [GETSIG, {}, returns.comment(resultSignal)],
      [SETOWN_EX, { arg: input(owner) }],
      [GETOWN_EX, { arg: output(owner) }],
      [SETLEASE, { arg: choice(g.lock_types, 'long') }],
      [GETLEASE, {}, returns.comment(resultName(g.lock_types), {}, 'x')],
      [NOTIFY, { arg: flags(g.notify_flags, 'long') }],
      [SETPIPE_SZ, { arg: word }],
      [ADD_SEALS, { arg: flags(g.seals, 'long') }],
      [GET_SEALS, {}, returns.comment(resultBits('seals', g.seals), {}, 'x')],
      [[SET_RW_HINT, SET_FILE_RW_HINT], { arg: input(hint) }],
      [[GET_RW_HINT, GET_FILE_RW_HINT], { arg: output(hint) }],
      [GETDELEG, { arg: output(delegation) }],
      [SETDELEG, { arg: input(delegation) }],
    ],
    { arg: xlong },
  );

export const fcntlCalls: Family = {
  fcntl: commands(false),
  fcntl64: commands(true),
  flock: () => call({ fd, op: flags(g.flock_operations) }),
};
