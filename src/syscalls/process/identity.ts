// Identities: process ids, user and group ids (credentials(7)).
import { arg, array, call, format, i32, input, output, pid, ret, returns } from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Call, FormatNode } from '../../describe/node.js';
import { userId } from '../../decode/leaf/flags.js';
import type { Family } from '../index.js';

const uid = format(userId);
const uid16 = format(userId, 2);
/** Most supplementary groups (linux/limits.h: NGROUPS_MAX). */
const NGROUPS_MAX = 65536;

type Calls = Readonly<Record<string, (of: FormatNode) => Call>>;
const ids =
  (...names: string[]) =>
  (of: FormatNode): Call =>
    call(Object.fromEntries(names.map((name) => [name, of])));
const stored =
  (...names: string[]) =>
  (of: FormatNode): Call =>
    call(Object.fromEntries(names.map((name) => [name, output(of)])));

/** Calls whose ids have 32 bits; on i386 these names mean 16 bits, and 32 with `32` behind the name. */
const sized: Calls = {
  getuid: ids(),
  getgid: ids(),
  geteuid: ids(),
  getegid: ids(),
  setuid: ids('uid'),
  setgid: ids('gid'),
  setfsuid: ids('fsuid'),
  setfsgid: ids('fsgid'),
  setreuid: ids('ruid', 'euid'),
  setregid: ids('rgid', 'egid'),
  setresuid: ids('ruid', 'euid', 'suid'),
  setresgid: ids('rgid', 'egid', 'sgid'),
  getresuid: stored('ruid', 'euid', 'suid'),
  getresgid: stored('rgid', 'egid', 'sgid'),
  getgroups: (of) => call({ size: i32, list: output(array(of, ret)) }),
  setgroups: (of) => call({ size: i32, list: input(array(of, arg('size'), { most: NGROUPS_MAX })) }),
};

const processes = (args: ArgumentSpec) => (): Call => call(args, returns.pid);

export const identity: Family = {
  getpid: processes({}),
  getppid: processes({}),
  gettid: processes({}),
  getpgrp: processes({}),
  setsid: processes({}),
  getpgid: processes({ pid }),
  getsid: processes({ pid }),
  setpgid: () => call({ pid, pgid: pid }),
  ...Object.fromEntries(
    Object.entries(sized).flatMap(([name, describe]) => [
      [name, () => describe(uid)],
      [`${name}@32`, () => describe(uid16)],
      [`${name}32`, () => describe(uid)],
    ]),
  ),
};
