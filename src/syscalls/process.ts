// Processes: creation, execution, ends, identities, limits, scheduling, futexes.
import * as g from '../constants/generated/process.js';
import { execveat_flags } from '../constants/generated/file.js';
import {
  address,
  address64,
  arg,
  argument,
  array,
  fixedArray,
  inout,
  call,
  callBy,
  choice,
  constant,
  cstring,
  dirfd,
  fd,
  field,
  flags,
  format,
  i32,
  input,
  long,
  output,
  pathname,
  ret,
  returns,
  size,
  struct,
  u16,
  u32,
  u64,
  ulong,
  x64,
  xlong,
  zeroTerminated,
  blob,
  bytes,
  chars,
  u8,
} from '../describe/combinators.js';
import type { Call, Node } from '../describe/node.js';
import { flagsAndSignal, signalNumber, userId } from '../decode/leaf/flags.js';
import { ioprio, ioprioText } from '../decode/leaf/ioprio.js';
import { printSiginfo } from '../decode/leaf/siginfo.js';
import { timespec, timespec64, timeval } from '../decode/leaf/time.js';
import { waitStatus } from '../decode/leaf/wait-status.js';
import type { Renderer, ScalarFormat } from '../decode/printer.js';
import { constantText, hexText, memoised } from '../decode/xlat.js';
import { prctl } from './prctl/prctl.js';
import type { Family } from './index.js';

const path = input(pathname);
const pid = i32;
const uid = format(userId);
const uid16 = format(userId, 2);
const string = input(cstring);
const argv = input(zeroTerminated(string));
const envp = input(zeroTerminated(string, 'var'));

const rusage = struct({
  ru_utime: timeval,
  ru_stime: timeval,
  ru_maxrss: field(ulong, { verboseOnly: true }),
  ru_ixrss: field(ulong, { verboseOnly: true }),
  ru_idrss: field(ulong, { verboseOnly: true }),
  ru_isrss: field(ulong, { verboseOnly: true }),
  ru_minflt: field(ulong, { verboseOnly: true }),
  ru_majflt: field(ulong, { verboseOnly: true }),
  ru_nswap: field(ulong, { verboseOnly: true }),
  ru_inblock: field(ulong, { verboseOnly: true }),
  ru_oublock: field(ulong, { verboseOnly: true }),
  ru_msgsnd: field(ulong, { verboseOnly: true }),
  ru_msgrcv: field(ulong, { verboseOnly: true }),
  ru_nsignals: field(ulong, { verboseOnly: true }),
  ru_nvcsw: field(ulong, { verboseOnly: true }),
  ru_nivcsw: field(ulong, { verboseOnly: true }),
});

/** A limit: infinity by name, multiples of 1024 as a product. */
const limit = (infinity: string, sizeOf: 8 | 'long') =>
  format(
    (style, bytesOf) => (_c, s, lo, hi) => {
      const infinite = bytesOf === 8 ? lo === 0xffffffff && hi === 0xffffffff : lo === 0xffffffff;
      if (infinite) {
        const number = bytesOf === 8 ? '18446744073709551615' : '4294967295';
        s.text(
          style.constants === 'raw' ? number : style.constants === 'verbose' ? `${number} /* ${infinity} */` : infinity,
        );
      } else if (hi === 0 && lo > 1024 && lo % 1024 === 0) {
        s.decimal(lo / 1024);
        s.text('*1024');
      } else if (hi !== 0 && (lo & 1023) === 0) {
        const value = hi * 4194304 + (lo >>> 10);
        s.text(`${value}*1024`);
      } else s.decimal64(lo, hi);
    },
    sizeOf,
  );
const rlimit = struct({ rlim_cur: limit('RLIM_INFINITY', 'long'), rlim_max: limit('RLIM_INFINITY', 'long') });
const rlimit64 = struct({ rlim_cur: limit('RLIM64_INFINITY', 8), rlim_max: limit('RLIM64_INFINITY', 8) });

const cloneFlags = format(flagsAndSignal(g.clone_flags, 0xff), 'long');
const has = (value: number) => ({ on: arg('flags'), op: 'set' as const, value });
const PARENT_SETTID = 0x100000;
const CHILD_SETTID = 0x1000000;
const CHILD_CLEARTID = 0x200000;
const SETTLS = 0x80000;
const PIDFD = 0x1000;

const cloneArguments = struct(
  {
    flags: flags(g.clone3_flags, 8),
    pidfd: x64,
    child_tid: x64,
    parent_tid: x64,
    exit_signal: format(signalNumber, 8),
    stack: x64,
    stack_size: x64,
    tls: x64,
    set_tid: x64,
    set_tid_size: u64,
    cgroup: u64,
  },
  {
    length: arg('size'),
    minimum: 64,
    render: ({ offset: at, field: value }) => {
      const order = ['pidfd', 'child_tid', 'parent_tid'];
      return (c, s, from, length) => {
        const word = (name: string): number => c.u64(from + at(name));
        const bits = c.u32(from);
        s.text('{flags=');
        value('flags')(c, s, from, length);
        for (const name of order) {
          const shown =
            name === 'pidfd'
              ? bits & PIDFD
              : name === 'child_tid'
                ? bits & (CHILD_SETTID | CHILD_CLEARTID)
                : bits & PARENT_SETTID;
          if (!shown) continue;
          s.text(`, ${name}=`);
          if (word(name) === 0) s.text('NULL');
          else value(name)(c, s, from, length);
        }
        s.text(', exit_signal=');
        const signal = word('exit_signal');
        if (signal === 0) s.byte(48);
        else value('exit_signal')(c, s, from, length);
        s.text(', stack=');
        if (word('stack') === 0) s.text('NULL');
        else value('stack')(c, s, from, length);
        s.text(', stack_size=');
        value('stack_size')(c, s, from, length);
        if (bits & SETTLS || word('tls') !== 0) {
          s.text(', tls=');
          if (word('tls') === 0) s.text('NULL');
          else value('tls')(c, s, from, length);
        }
        if (length >= 80 && (word('set_tid') !== 0 || word('set_tid_size') !== 0)) {
          s.text(', set_tid=');
          if (word('set_tid') === 0) s.text('NULL');
          else value('set_tid')(c, s, from, length);
          s.text(', set_tid_size=');
          value('set_tid_size')(c, s, from, length);
        }
        if (length >= 88 && (word('cgroup') !== 0 || c.u32(from + 4) & 2)) {
          s.text(', cgroup=');
          value('cgroup')(c, s, from, length);
        }
        s.byte(125);
      };
    },
  },
);

/** clone3's out-fields after success: what the kernel stored through the pointers inside the structure. */
const cloneResult = struct(
  {
    flags: x64,
    pidfd: output(fd),
    child_tid: x64,
    parent_tid: output(i32),
    exit_signal: u64,
    stack: x64,
    stack_size: x64,
    tls: x64,
  },
  {
    render:
      ({ field: value }) =>
      (c, s, from, length) => {
        const bits = c.u32(from);
        if (!(bits & (PIDFD | PARENT_SETTID))) return;
        s.byte(123);
        if (bits & PIDFD) {
          s.text('pidfd=');
          value('pidfd')(c, s, from, length);
        }
        if (bits & PARENT_SETTID) {
          s.text(bits & PIDFD ? ', parent_tid=' : 'parent_tid=');
          value('parent_tid')(c, s, from, length);
        }
        s.byte(125);
      },
  },
);

const cpuSet: Renderer = () => (c, s, at, length) => {
  s.byte(91);
  let first = true;
  for (let i = 0; i < length * 8; i++)
    if ((c.bytes[at + (i >> 3)] >> (i & 7)) & 1) {
      if (!first) s.byte(32);
      s.decimal(i);
      first = false;
    }
  s.byte(93);
};

const futexOp: ScalarFormat = (style) =>
  memoised((lo) => {
    if (style.constants === 'raw') return hexText(lo, 0);
    const base = (lo & ~0x180) >>> 0;
    const name = constantText(g.futex_commands, style.abi, 'abbrev', base, 0, 4);
    const parts = [name];
    if (!name.includes('???') && lo & 0x80) parts[0] = `${name}_PRIVATE`;
    else if (lo & 0x80) parts.push('FUTEX_PRIVATE_FLAG');
    if (lo & 0x100) parts.push('FUTEX_CLOCK_REALTIME');
    const text = parts.join('|');
    return style.constants === 'verbose' ? `${hexText(lo, 0)} /* ${text} */` : text;
  });
const bitset = format((style) =>
  memoised((lo) => {
    const named = lo === 0xffffffff && style.constants !== 'raw';
    return named
      ? style.constants === 'verbose'
        ? '0xffffffff /* FUTEX_BITSET_MATCH_ANY */'
        : 'FUTEX_BITSET_MATCH_ANY'
      : hexText(lo, 0);
  }),
);
const futexTimeout = input(timespec);
const futexCall = (timeout: Node) => (): Call =>
  callBy(
    { uaddr: address, futex_op: format(futexOp) },
    arg('futex_op'),
    [
      [0, { val: u32, timeout }],
      [1, { val: u32 }],
      [2, { val: u32 }],
      [3, { val: u32, val2: u32, uaddr2: address }],
      [4, { val: u32, val2: u32, uaddr2: address, val3: u32 }],
      [5, { val: u32, val2: u32, uaddr2: address, val3: format(wakeOperation) }],
      [[6, 13], { timeout: argument(timeout, { register: 3 }) }],
      [[7, 8], {}],
      [9, { val: u32, timeout, val3: argument(bitset, { register: 5 }) }],
      [10, { val: u32, val3: argument(bitset, { register: 5 }) }],
      [11, { val: u32, timeout, uaddr2: address }],
      [12, { val: u32, val2: u32, uaddr2: address, val3: u32 }],
    ],
    { val: xlong, timeout: address, uaddr2: address, val3: xlong },
    returns.decimal,
    0x7f,
  );

const WAKE_OPS = ['FUTEX_OP_SET', 'FUTEX_OP_ADD', 'FUTEX_OP_OR', 'FUTEX_OP_ANDN', 'FUTEX_OP_XOR'];
const WAKE_CMPS = [
  'FUTEX_OP_CMP_EQ',
  'FUTEX_OP_CMP_NE',
  'FUTEX_OP_CMP_LT',
  'FUTEX_OP_CMP_LE',
  'FUTEX_OP_CMP_GT',
  'FUTEX_OP_CMP_GE',
];
function wakeOperation(): ReturnType<ScalarFormat> {
  return memoised((lo) => {
    const op = (lo >>> 28) & 7;
    const shift = (lo >>> 31) & 1;
    const cmp = (lo >>> 24) & 15;
    const oparg = (lo >>> 12) & 0xfff;
    const cmparg = lo & 0xfff;
    const opText =
      (shift ? 'FUTEX_OP_OPARG_SHIFT<<28|' : '') + (WAKE_OPS[op] ?? `${hexText(op, 0)} /* FUTEX_OP_??? */`);
    return `${opText}<<28|${hexText(oparg, 0)}<<12|${WAKE_CMPS[cmp] ?? `${hexText(cmp, 0)} /* FUTEX_OP_CMP_??? */`}<<24|${hexText(cmparg, 0)}`;
  });
}

const capHeader = struct({ version: choice(g.capability_versions), pid: i32 });
const capData: Renderer =
  ({ style }) =>
  (c, s, at, length) => {
    const word = (i: number): number => (i * 4 + 4 <= length ? c.u32(at + i * 4) : 0);
    const set = (i: number): string => {
      const lo = word(i);
      const hi = word(i + 3);
      if ((lo | hi) === 0) return '0';
      return capabilityText(lo, length > 12 ? hi : 0, style.constants === 'raw');
    };
    s.text(`{effective=${set(0)}, permitted=${set(1)}, inheritable=${set(2)}}`);
  };
function capabilityText(lo: number, hi: number, raw: boolean): string {
  if (raw) return hexText(lo, hi);
  const names = g.capabilities.entries('x86_64').filter((e) => (lo & e.lo) !== 0 || (hi & e.hi) !== 0);
  const restLo = names.reduce((v, e) => v & ~e.lo, lo) >>> 0;
  const restHi = names.reduce((v, e) => v & ~e.hi, hi) >>> 0;
  const parts = names.map((e) => `1<<${e.name}`);
  if ((restLo | restHi) !== 0) parts.push(hexText(restLo, restHi));
  return parts.join('|');
}

const rseqArea = struct(
  {
    cpu_id_start: u32,
    cpu_id: format((style) =>
      memoised((lo) => {
        const name =
          lo === 0xffffffff
            ? 'RSEQ_CPU_ID_UNINITIALIZED'
            : lo === 0xfffffffe
              ? 'RSEQ_CPU_ID_REGISTRATION_FAILED'
              : undefined;
        if (name === undefined) return String(lo);
        return style.constants === 'raw'
          ? String(lo | 0)
          : style.constants === 'verbose'
            ? `${lo | 0} /* ${name} */`
            : name;
      }),
    ),
    rseq_cs: address64,
    flags: flags(g.rseq_cs_flags),
    node_id: u32,
    mm_cid: u32,
    slice_ctrl: struct({ request: u8, granted: u8, __reserved: u16 }),
    __reserved: u8,
  },
  {
    length: arg('rseq_len'),
    minimum: 32,
    size: 33,
    render: ({ named, field: value }) => {
      const names = ['cpu_id_start', 'cpu_id', 'rseq_cs', 'flags', 'node_id', 'mm_cid', 'slice_ctrl'].map(named);
      return (c, s, at, length) => {
        s.byte(123);
        names.forEach((print, i) => {
          if (i) s.text(', ');
          print(c, s, at, length);
        });
        s.text(', __reserved=');
        // A registration of 32 bytes ends before it: as good as zero.
        if (length > 32) value('__reserved')(c, s, at, length);
        else s.byte(48);
        s.byte(125);
      };
    },
  },
);

/** Clock ticks with their seconds behind them (USER_HZ is 100). */
const clockTicks = format(
  (_style, bytesOf) => (_c, s, lo, hi) => {
    if (bytesOf === 8) s.signed64(lo, hi);
    else s.signed(lo);
    if ((lo | hi) !== 0) s.text(` /* ${String(Number((lo / 100).toFixed(2)))} s */`);
  },
  'long',
);
const exitStatus = i32;
const waitInfo: Renderer =
  ({ style }) =>
  (c, s, at) => {
    if (c.u32(at) === 0 && c.u32(at + 8) === 0) s.text('{}');
    else printSiginfo(c, s, at, style, style.abi.word === 4);
  };
const schedParam = struct({ sched_priority: i32 });
const schedPolicy: ScalarFormat = (style) =>
  memoised((lo) => {
    if (!(lo & 0x40000000)) return constantText(g.sched_policies, style.abi, style.constants, lo, 0, 4);
    const rest = (lo & ~0x40000000) >>> 0;
    if (style.constants === 'raw') return hexText(lo, 0);
    const name = constantText(g.sched_policies, style.abi, 'abbrev', rest, 0, 4).replace(/ \/\*.*/, '');
    const text = `SCHED_RESET_ON_FORK|${name}`;
    return style.constants === 'verbose' ? `${hexText(lo, 0)} /* ${text} */` : text;
  });
const utsname = struct({
  sysname: chars(65),
  nodename: chars(65),
  release: field(chars(65), { verboseOnly: true }),
  version: field(chars(65), { verboseOnly: true }),
  machine: field(chars(65), { verboseOnly: true }),
  domainname: field(chars(65), { verboseOnly: true }),
});
const sysinfoBuffer = struct({
  uptime: long,
  loads: fixedArray(ulong, 3),
  totalram: ulong,
  freeram: ulong,
  sharedram: ulong,
  bufferram: ulong,
  totalswap: ulong,
  freeswap: ulong,
  procs: u16,
  pad: field(u16, { hidden: true }),
  totalhigh: ulong,
  freehigh: ulong,
  mem_unit: u32,
});

const ids =
  (args: Readonly<Record<string, Node>>, result = returns.decimal) =>
  () =>
    call(args, result);
const getIds = (a: string, b: string, c: string, of: typeof uid) => () =>
  call({ [a]: output(of), [b]: output(of), [c]: output(of) });
const groups = (of: typeof uid) => output(array(of, ret));

export const process: Family = {
  execve: () => call({ pathname: path, argv, envp }),
  execveat: () => call({ dirfd, pathname: path, argv, envp, flags: flags(execveat_flags) }),
  exit: () => call({ status: exitStatus }, returns.none),
  exit_group: () => call({ status: exitStatus }, returns.none),
  fork: () => call(),
  vfork: () => call(),
  clone: () =>
    call({
      child_stack: argument(address, { named: true, register: 1 }),
      flags: argument(cloneFlags, { named: true, register: 0 }),
      parent_tid: argument(output(i32), { named: true, register: 2, when: has(PARENT_SETTID | PIDFD) }),
      tls: argument(address, { named: true, register: 4, when: has(SETTLS) }),
      child_tidptr: argument(address, { named: true, register: 3, when: has(CHILD_SETTID | CHILD_CLEARTID) }),
    }),
  clone3: () => call({ cl_args: inout(cloneArguments, { show: 'arrow', after: cloneResult }), size }),
  wait4: () => call({ pid, status: output(format(waitStatus)), options: flags(g.wait_options), usage: output(rusage) }),
  waitpid: () => call({ pid, status: output(format(waitStatus)), options: flags(g.wait_options) }),
  waitid: () =>
    call({
      idtype: choice(g.waitid_types),
      id: pid,
      siginfo: output(blob(constant(128), 128, waitInfo)),
      options: flags(g.wait_options),
      usage: output(rusage),
    }),
  getpid: ids({}),
  getppid: ids({}),
  gettid: ids({}),
  getpgrp: ids({}),
  setsid: ids({}),
  getuid: ids({}),
  getgid: ids({}),
  geteuid: ids({}),
  getegid: ids({}),
  getuid32: ids({}),
  getgid32: ids({}),
  geteuid32: ids({}),
  getegid32: ids({}),
  getpgid: ids({ pid }),
  getsid: ids({ pid }),
  setpgid: ids({ pid, pgid: pid }),
  setuid: ids({ uid }),
  setgid: ids({ gid: uid }),
  setuid32: ids({ uid }),
  setgid32: ids({ gid: uid }),
  setfsuid: ids({ fsuid: uid }),
  setfsgid: ids({ fsgid: uid }),
  setreuid: ids({ ruid: uid, euid: uid }),
  setregid: ids({ rgid: uid, egid: uid }),
  setresuid: ids({ ruid: uid, euid: uid, suid: uid }),
  setresgid: ids({ rgid: uid, egid: uid, sgid: uid }),
  getresuid: getIds('ruid', 'euid', 'suid', uid),
  getresgid: getIds('rgid', 'egid', 'sgid', uid),
  getgroups: () => call({ size: i32, list: groups(uid) }),
  'getgroups@32': () => call({ size: i32, list: groups(uid16) }),
  getgroups32: () => call({ size: i32, list: groups(uid) }),
  setgroups: () => call({ size: i32, list: input(array(uid, arg('size'))) }),
  capget: () => call({ hdrp: input(capHeader), datap: output(blob(constant(24), 24, capData)) }),
  capset: () => call({ hdrp: input(capHeader), datap: input(blob(constant(24), 24, capData)) }),
  prctl,
  arch_prctl: () =>
    callBy(
      { op: choice(g.arch_prctl_ops) },
      arg('op'),
      [
        [[0x1001, 0x1002], { addr: address }],
        [[0x1003, 0x1004], { addr: output(xlong) }],
        [0x1011, {}],
        [[0x1021, 0x1022, 0x1024, 0x1025], { addr: address }],
        [0x3001, { addr: xlong }],
      ],
      { addr: xlong },
    ),
  getrlimit: () => call({ resource: choice(g.resources), rlim: output(rlimit) }),
  ugetrlimit: () => call({ resource: choice(g.resources), rlim: output(rlimit) }),
  setrlimit: () => call({ resource: choice(g.resources), rlim: input(rlimit) }),
  prlimit64: () =>
    call({ pid, resource: choice(g.resources), new_limit: input(rlimit64), old_limit: output(rlimit64) }),
  getrusage: () => call({ who: choice(g.rusage_who), usage: output(rusage) }),
  times: () =>
    call({
      buf: output(
        struct({ tms_utime: clockTicks, tms_stime: clockTicks, tms_cutime: clockTicks, tms_cstime: clockTicks }),
      ),
    }),
  sysinfo: () => call({ info: output(sysinfoBuffer) }),
  uname: () => call({ buf: output(utsname) }),
  personality: () => call({ persona: format(personalityText, 4) }, returns.comment(personalityComment, {}, 'x')),
  getpriority: () => call({ which: choice(g.priority_which), who: i32 }),
  setpriority: () => call({ which: choice(g.priority_which), who: i32, prio: i32 }),
  sched_yield: () => call(),
  sched_getscheduler: () =>
    call(
      { pid },
      returns.comment(
        ({ style }) =>
          (c, s) =>
            s.text(schedComment(c.retLo, style)),
      ),
    ),
  sched_setscheduler: () => call({ pid, policy: format(schedPolicy), param: input(schedParam) }),
  sched_getparam: () => call({ pid, param: output(schedParam) }),
  sched_setparam: () => call({ pid, param: input(schedParam) }),
  sched_get_priority_max: () => call({ policy: choice(g.sched_policies) }),
  sched_get_priority_min: () => call({ policy: choice(g.sched_policies) }),
  sched_rr_get_interval: () => call({ pid, tp: output(timespec) }),
  sched_getaffinity: () => call({ pid, cpusetsize: u32, mask: output(blob(ret, 1024, cpuSet)) }),
  sched_setaffinity: () => call({ pid, cpusetsize: u32, mask: input(blob(arg('cpusetsize'), 1024, cpuSet)) }),
  getcpu: () => call({ cpu: output(u32), node: output(u32), tcache: address }),
  set_tid_address: () => call({ tidptr: address }),
  set_robust_list: () => call({ head: address, len: size }),
  get_robust_list: () => call({ pid, head_ptr: output(address), len_ptr: output(size) }),
  rseq: () =>
    call({
      rseq: input(rseqArea),
      rseq_len: u32,
      flags: flags(g.rseq_flags),
      sig: format(() => (_c, s, lo) => s.hex(lo)),
    }),
  futex: futexCall(futexTimeout),
  futex_time64: futexCall(input(timespec64)),
  unshare: () => call({ flags: flags(g.namespace_flags) }),
  setns: () => call({ fd, nstype: flags(g.setns_types) }),
  pidfd_open: () => call({ pid, flags: flags(g.pidfd_open_flags) }, returns.fd),
  pidfd_getfd: () => call({ pidfd: fd, targetfd: i32, flags: format(() => (_c, s, lo) => s.hex(lo)) }, returns.fd),
  ioprio_get: () =>
    call(
      { which: choice(g.ioprio_who), who: i32 },
      returns.comment(({ style }) => (c, s) => {
        if (style.constants !== 'raw') s.text(ioprioText(c.retLo, style));
      }),
    ),
  ioprio_set: () => call({ which: choice(g.ioprio_who), who: i32, ioprio: format(ioprio('d')) }),
  vhangup: () => call(),
  acct: () => call({ path }),
  sethostname: () => call({ name: input(bytes(arg('len'))), len: u32 }),
  setdomainname: () => call({ name: input(bytes(arg('len'))), len: u32 }),
};

const personalityText: ScalarFormat = (style) =>
  memoised((lo) => {
    if (lo === 0xffffffff || style.constants === 'raw') return hexText(lo, 0);
    const base = constantText(g.personalities, style.abi, 'abbrev', lo & 0xff, 0, 4);
    const bits = (lo & ~0xff) >>> 0;
    const text = bits ? `${base}|${constantText(g.personality_flags, style.abi, 'abbrev', bits, 0, 4)}` : base;
    return style.constants === 'verbose' ? `${hexText(lo, 0)} /* ${text} */` : text;
  });
const personalityComment: Renderer = ({ style }) => {
  const print = personalityText(style, 4);
  return (c, s) => {
    if (!c.failed) print(c, s, c.retLo, 0);
  };
};
const schedComment = (value: number, style: Parameters<ScalarFormat>[0]): string => {
  if (!(value & 0x40000000)) return constantText(g.sched_policies, style.abi, 'abbrev', value, 0, 4);
  return `SCHED_RESET_ON_FORK|${constantText(g.sched_policies, style.abi, 'abbrev', (value & ~0x40000000) >>> 0, 0, 4)}`;
};
