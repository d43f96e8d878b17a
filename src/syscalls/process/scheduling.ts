// Scheduling: policies, attributes, processors, priorities (sched(7)).
import * as g from '../../constants/generated/process.js';
import {
  address,
  arg,
  blob,
  call,
  choice,
  field,
  flags,
  format,
  i32,
  inout,
  input,
  match,
  noBit,
  output,
  ownSize,
  pgid,
  pid,
  ret,
  returns,
  sibling,
  struct,
  u32,
  u64,
  versioned,
  x32,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { CPU_SET_BYTES, cutCpuSet } from '../../decode/leaf/cpu-set.js';
import { ioprio, ioprioText } from '../../decode/leaf/ioprio.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import type { Style } from '../../decode/style.js';
import { choiceName, constantText, hexText, memoised } from '../../decode/xlat.js';
import type { Family } from '../index.js';

const RESET_ON_FORK = 0x40000000;

/** A policy, with SCHED_RESET_ON_FORK before it. */
function policyText(value: number, style: Style): string {
  // A negative number is no policy with a flag.
  if (!(value & RESET_ON_FORK) || value & 0x80000000)
    return constantText(g.sched_policies, style.abi, 'abbrev', value, 0, 4);
  const rest = (value & ~RESET_ON_FORK) >>> 0;
  return `SCHED_RESET_ON_FORK|${choiceName(g.sched_policies.entries(style.abi.name), rest, 0, 4) ?? hexText(rest, 0)}`;
}
const policy: ScalarFormat = (style) =>
  memoised((lo) => {
    if (style.constants === 'raw') return hexText(lo, 0);
    const text = policyText(lo, style);
    return style.constants === 'verbose' && !text.includes('/*') ? `${hexText(lo, 0)} /* ${text} */` : text;
  });
const policyComment: Renderer =
  ({ style }) =>
  (c, s) =>
    s.text(policyText(c.retLo, style));

const parameter = struct({ sched_priority: i32 });

/** Sizes of struct sched_attr without and with utilization clamps. */
const ATTR_V0 = 48;
const ATTR_V1 = 56;
const KEEP_POLICY = 8;
const KEEP_PARAMS = 0x10;
const E2BIG = 7;
const parameters = (node: Node) => field(node, { when: noBit(sibling('sched_flags'), KEEP_PARAMS) });
const clamp = field(u32, { beyond: ATTR_V1 - 1 });
const attributes = versioned(
  {
    size: u32,
    sched_policy: field(choice(g.sched_policies), { when: noBit(sibling('sched_flags'), KEEP_POLICY | KEEP_PARAMS) }),
    sched_flags: flags(g.sched_flags, 8),
    sched_nice: parameters(i32),
    sched_priority: parameters(u32),
    sched_runtime: parameters(u64),
    sched_deadline: parameters(u64),
    sched_period: parameters(u64),
    sched_util_min: clamp,
    sched_util_max: clamp,
  },
  { size: ownSize('size'), zeroMeans: ATTR_V0, minimum: ATTR_V0, showSize: 'address', excess: 'dots' },
);
/** The size that the kernel would have taken. */
const expectedSize = struct({ size: u32 });

/** Sets of processors: as many bytes as the call filled in, or was given. */
const filledSet = blob(
  ret,
  CPU_SET_BYTES,
  cutCpuSet(() => (c) => c.retLo),
);
const givenSet = blob(
  arg('cpusetsize'),
  CPU_SET_BYTES,
  cutCpuSet(({ argIndex }) => {
    const index = argIndex('cpusetsize');
    return (c) => c.argLo(index);
  }),
);

/** The priority that a call answers, whatever its number says. */
const ioprioComment: Renderer =
  ({ style }) =>
  (c, s) => {
    if (style.constants !== 'raw') s.text(ioprioText(c.retLo, style));
  };
/** Whose priority: by the number that stands for a process, the next one for a group; a user, and what no such number is about. */
const who = (process: number): Node => match(arg('which'), { [process]: pid, [process + 1]: pgid }, i32);
const PRIO_PROCESS = 0;
const IOPRIO_WHO_PROCESS = 1;

export const scheduling: Family = {
  sched_yield: () => call(),
  sched_getscheduler: () => call({ pid }, returns.comment(policyComment, {}, 'x')),
  sched_setscheduler: () => call({ pid, policy: format(policy), param: input(parameter) }),
  sched_getparam: () => call({ pid, param: output(parameter) }),
  sched_setparam: () => call({ pid, param: input(parameter) }),
  sched_get_priority_max: () => call({ policy: choice(g.sched_policies) }),
  sched_get_priority_min: () => call({ policy: choice(g.sched_policies) }),
  sched_rr_get_interval: () => call({ pid, tp: output(timespec) }),
  sched_rr_get_interval_time64: () => call({ pid, tp: output(timespec64) }),
  sched_getaffinity: () => call({ pid, cpusetsize: u32, mask: output(filledSet) }),
  sched_setaffinity: () => call({ pid, cpusetsize: u32, mask: input(givenSet) }),
  sched_setattr: () =>
    call({
      pid,
      attr: inout(attributes, { show: 'arrow', after: expectedSize, afterError: E2BIG }),
      flags: x32,
    }),
  sched_getattr: () => call({ pid, attr: output(attributes), size: u32, flags: flags(g.sched_getattr_flags) }),
  getcpu: () => call({ cpu: output(u32), node: output(u32), tcache: address }),
  nice: () => call({ increment: i32 }),
  getpriority: () => call({ which: choice(g.priority_which), who: who(PRIO_PROCESS) }),
  setpriority: () => call({ which: choice(g.priority_which), who: who(PRIO_PROCESS), prio: i32 }),
  ioprio_get: () => call({ which: choice(g.ioprio_who), who: who(IOPRIO_WHO_PROCESS) }, returns.comment(ioprioComment)),
  ioprio_set: () => call({ which: choice(g.ioprio_who), who: who(IOPRIO_WHO_PROCESS), ioprio: format(ioprio('d')) }),
};
