// Tasks: their creation, execution and end (clone(2), execve(2), exit(2)).
import * as g from '../../constants/generated/process.js';
import { execveat_flags } from '../../constants/generated/file.js';
import {
  address,
  address64,
  anyBit,
  arg,
  argument,
  array,
  atLeast,
  both,
  byAbi,
  call,
  padding,
  cstring,
  differs,
  either,
  dirfd,
  fd,
  field,
  flags,
  format,
  i32,
  input,
  inout,
  match,
  output,
  pathname,
  pid,
  returns,
  sibling,
  struct,
  size,
  u64,
  x64,
  xsize,
  zeroTerminated,
} from '../../describe/combinators.js';
import type { Argument } from '../../describe/call.js';
import type { Condition, Node } from '../../describe/node.js';
import { flagsAndSignal, wideSignal } from '../../decode/leaf/flags.js';
import type { Family } from '../index.js';
import { userDescriptor } from './segment.js';

const path = input(pathname);
const string = input(cstring);
const argv = input(zeroTerminated(string));
const envp = input(zeroTerminated(string, 'var'));

const PIDFD = 0x1000;
const SETTLS = 0x80000;
const PARENT_SETTID = 0x100000;
const CHILD_CLEARTID = 0x200000;
const CHILD_SETTID = 0x1000000;
const INTO_CGROUP = 0x200000000;
/** Most process ids that a caller can choose, one for each level of nested namespaces (MAX_PID_NS_LEVEL). */
const SET_TID_MAX = 32;
/** Sizes of struct clone_args since Linux 5.3, 5.5 and 5.7. */
const CLONE_ARGS_V0 = 64;
const CLONE_ARGS_V1 = 80;
const CLONE_ARGS_V2 = 88;

const cloneFlags = format(flagsAndSignal(g.clone_flags, 0xff), 'long');
/** clone's arguments by name; the last two registers change places on i386. */
const clone = (tls: Node, tlsRegister: number) => () => {
  const flag = (value: number): Condition => anyBit(arg('flags'), value);
  const named = (node: Node, register: number, when?: Condition): Omit<Argument, 'name'> =>
    argument(node, { named: true, register, when });
  return call(
    {
      child_stack: named(address, 1),
      flags: named(cloneFlags, 0),
      parent_tid: named(
        match(arg('flags'), { [PARENT_SETTID]: output(pid) }, output(fd), PARENT_SETTID),
        2,
        flag(PARENT_SETTID | PIDFD),
      ),
      tls: { ...named(tls, tlsRegister, flag(SETTLS)), atExit: true },
      child_tidptr: named(address, 7 - tlsRegister, flag(CHILD_SETTID | CHILD_CLEARTID)),
    },
    { ...returns.pid, namespaces: { flags: 'flags', child: true } },
  );
};

const has = (value: number): Condition => anyBit(sibling('flags'), value);
const reaches = (bytes: number): Condition => atLeast(arg('size'), bytes);

const cloneArguments = struct(
  {
    flags: flags(g.clone3_flags, 8),
    pidfd: field(address64, { when: has(PIDFD) }),
    child_tid: field(address64, { when: has(CHILD_SETTID | CHILD_CLEARTID) }),
    parent_tid: field(address64, { when: has(PARENT_SETTID) }),
    exit_signal: format(wideSignal, 8),
    stack: address64,
    stack_size: x64,
    tls: field(byAbi(address64, input(userDescriptor, { wide: true }), address64), { when: has(SETTLS) }),
    set_tid: field(input(array(i32, sibling('set_tid_size'), { least: 1, most: SET_TID_MAX }), { wide: true }), {
      when: both(reaches(CLONE_ARGS_V1), either(differs(sibling('set_tid'), 0), differs(sibling('set_tid_size'), 0))),
    }),
    set_tid_size: field(u64, {
      when: both(reaches(CLONE_ARGS_V1), either(differs(sibling('set_tid'), 0), differs(sibling('set_tid_size'), 0))),
    }),
    cgroup: field(u64, {
      when: both(reaches(CLONE_ARGS_V2), either(differs(sibling('cgroup'), 0), has(INTO_CGROUP))),
    }),
  },
  { length: arg('size'), minimum: CLONE_ARGS_V0, excess: true },
);

/** What the kernel stored through the pointers inside the structure. */
const cloneResult = struct(
  {
    flags: field(x64, { hidden: true }),
    pidfd: field(output(fd, { wide: true }), { when: has(PIDFD) }),
    child_tid: field(x64, { hidden: true }),
    parent_tid: field(output(pid, { wide: true }), { when: has(PARENT_SETTID) }),
    rest: padding(CLONE_ARGS_V2 - 32),
  },
  {
    length: arg('size'),
    minimum: CLONE_ARGS_V0,
    excess: true,
    // Nothing at all where there would be an empty pair of braces.
    render:
      ({ plain }) =>
      (c, s, at, length) => {
        const from = s.pos;
        plain(c, s, at, length);
        if (s.pos === from + 2) s.rewind(from);
      },
  },
);

export const task: Family = {
  execve: () => call({ pathname: path, argv, envp }),
  execveat: () => call({ dirfd, pathname: path, argv, envp, flags: flags(execveat_flags) }),
  exit: () => call({ status: i32 }),
  exit_group: () => call({ status: i32 }),
  fork: () => call({}, returns.pid),
  vfork: () => call({}, returns.pid),
  clone: clone(address, 4),
  'clone@32': clone(input(userDescriptor), 3),
  clone3: () =>
    call(
      {
        cl_args: inout(cloneArguments, { show: 'arrow', after: cloneResult, changesIf: PIDFD | PARENT_SETTID }),
        size,
      },
      { ...returns.pid, namespaces: { flags: 'cl_args', child: true } },
    ),
  set_tid_address: () => call({ tidptr: xsize }),
};
