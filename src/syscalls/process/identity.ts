// Identities: process ids, user and group ids (credentials(7)).
import {
  arg,
  argument,
  array,
  call,
  format,
  i32,
  input,
  output,
  pgid,
  pid,
  ret,
  returns,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { FormatNode, Node } from '../../describe/node.js';
import { userId } from '../../decode/leaf/flags.js';
import type { Family } from '../index.js';

const uid = format(userId);
const uid16 = format(userId, 2);
/** Most supplementary groups (linux/limits.h: NGROUPS_MAX). */
const NGROUPS_MAX = 65536;

type Calls = Readonly<Record<string, (of: FormatNode) => Call>>;
/** A name, and what `-N` calls it: strace has the same names for groups as for users. */
type Name = string | readonly [name: string, shownAs: string];
const named = (names: readonly Name[], node: Node): ArgumentSpec =>
  Object.fromEntries(
    names.map((name) => (typeof name === 'string' ? [name, node] : [name[0], argument(node, { shownAs: name[1] })])),
  );
const ids =
  (...names: Name[]) =>
  (of: FormatNode): Call =>
    call(named(names, of));
const stored =
  (...names: Name[]) =>
  (of: FormatNode): Call =>
    call(named(names, output(of)));

/** Calls whose ids have 32 bits; on i386 these names mean 16 bits, and 32 with `32` behind the name. */
const sized: Calls = {
  getuid: ids(),
  getgid: ids(),
  geteuid: ids(),
  getegid: ids(),
  setuid: ids('uid'),
  setgid: ids(['gid', 'uid']),
  setfsuid: ids('fsuid'),
  setfsgid: ids(['fsgid', 'fsuid']),
  setreuid: ids('ruid', 'euid'),
  setregid: ids(['rgid', 'ruid'], ['egid', 'euid']),
  setresuid: ids('ruid', 'euid', 'suid'),
  setresgid: ids(['rgid', 'ruid'], ['egid', 'euid'], ['sgid', 'suid']),
  getresuid: stored('ruid', 'euid', 'suid'),
  getresgid: stored(['rgid', 'ruid'], ['egid', 'euid'], ['sgid', 'suid']),
  getgroups: (of) => call({ size: i32, list: output(array(of, ret)) }),
  setgroups: (of) => call({ size: i32, list: input(array(of, arg('size'), { most: NGROUPS_MAX })) }),
};

const processes = (args: ArgumentSpec) => (): Call => call(args, returns.pid);

export const identity: Family = {
  getpid: processes({}),
  getppid: processes({}),
  gettid: processes({}),
  // Groups and sessions are no processes: no name stands behind their ids.
  getpgrp: () => call({}, returns.pgid),
  setsid: () => call(),
  getpgid: () => call({ pid }, returns.pgid),
  getsid: () => call({ pid }, returns.sid),
  setpgid: () => call({ pid, pgid }),
  ...Object.fromEntries(
    Object.entries(sized).flatMap(([name, describe]) => [
      [name, () => describe(uid)],
      [`${name}@32`, () => describe(uid16)],
      [`${name}32`, () => describe(uid)],
    ]),
  ),
};
