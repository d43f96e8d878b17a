// prctl(2): arguments and results by option (linux/prctl.h).
import * as g from '../../constants/generated/process.js';
import {
  address,
  arg,
  argument,
  both,
  callBy,
  choice,
  cstring,
  differs,
  flags,
  format,
  i32,
  input,
  long,
  match,
  output,
  pgid,
  pid,
  returns,
  sid,
  size,
  u32,
  ulong,
  x64,
  xlong,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Call, Result } from '../../describe/call.js';
import type { StringNode } from '../../describe/node.js';
import type { ConstantTable } from '../../constants/table.js';
import { commented, compound, resultFlags, resultName, resultText } from '../../decode/leaf/compound.js';
import { signalNumber, wideSignal } from '../../decode/leaf/flags.js';
import { seccompProgram } from '../../decode/leaf/seccomp-filter.js';
import {
  speculationState,
  taggedAddress,
  tracerPid,
  vectorLength,
  vectorLengthResult,
  vectorState,
} from './formats.js';

const three = { arg3: xlong, arg4: xlong, arg5: xlong };
const four = { arg2: xlong, ...three };
/** A thread's name: `bytes` of it are looked at (TASK_COMM_LEN is 16). */
const taskName = (bytes: number): StringNode => ({ kind: 'string', limit: 'string', max: bytes });
const capability = choice(g.capability_names, 'long');
/** A result whose bits have names. */
const resultBits = (table: ConstantTable): Result => returns.comment(resultFlags(table), {}, 'x');
const vector = (table: ConstantTable): Result => returns.comment(resultText(vectorLengthResult(table)), {}, 'x');
const KNOWN_SPECULATIONS = [0, 1, 2];
const SECCOMP_MODE_STRICT = 1;
const SECCOMP_MODE_FILTER = 2;

type Options = readonly (readonly [keys: number | readonly number[], args: ArgumentSpec, result?: Result])[];

const process: Options = [
  [1, { sig: format(wideSignal, 'long') }],
  [2, { sig: output(format(signalNumber)) }],
  [3, {}, returns.comment(resultName(g.dumpable))],
  [4, { dumpable: choice(g.dumpable, 'long') }],
  // PR_GET_KEEPCAPS, PR_GET_TIMING, PR_GET_SECCOMP, PR_GET_TIMERSLACK, PR_TASK_PERF_EVENTS_DISABLE and _ENABLE
  [[7, 13, 21, 30, 31, 32], {}],
  [8, { flag: ulong }],
  [14, { flag: ulong }],
  [15, { name: input(taskName(15)) }],
  [16, { name: output(taskName(16)) }],
  [
    22,
    {
      mode: choice(g.seccomp_modes, 'long'),
      arg3: argument(match(arg('mode'), { [SECCOMP_MODE_FILTER]: input(seccompProgram) }, xlong), {
        when: differs(arg('mode'), SECCOMP_MODE_STRICT),
      }),
      ...notSeccomp(['arg4', 'arg5']),
    },
  ],
  [23, { cap: capability }],
  [24, { cap: capability }],
  [25, { mode: output(choice(g.prctl_tsc)) }],
  [26, { mode: choice(g.prctl_tsc) }],
  [27, {}, resultBits(g.securebits)],
  [28, { flags: flags(g.securebits, 'long') }],
  [29, { arg2: long }],
  [36, { isset: ulong }],
  [37, { isset: output(u32) }],
  [38, { arg2: ulong, ...three }],
  [
    47,
    {
      arg2: choice(g.cap_ambient, 'long'),
      arg3: match(arg('arg2'), { 1: capability, 2: capability, 3: capability }, xlong),
      arg4: xlong,
      arg5: xlong,
    },
  ],
  [57, { arg2: ulong, ...three }],
  [59, { arg2: choice(g.prctl_dispatch, 'long'), arg3: xlong, arg4: xlong, arg5: address }],
  [
    62,
    {
      operation: choice(g.prctl_sched_core),
      pid: match(arg('pid_type'), { 0: pid, 1: pid, 2: pgid, 3: sid }, i32),
      pid_type: format(commented(g.prctl_pid_types)),
      cookie: match(arg('operation'), { 0: output(x64) }, xlong),
    },
  ],
  [0x59616d61, { arg2: format(tracerPid) }],
];

/** Arguments that no known mode of seccomp has. */
function notSeccomp(names: readonly string[]): ArgumentSpec {
  const when = both(differs(arg('mode'), SECCOMP_MODE_STRICT), differs(arg('mode'), SECCOMP_MODE_FILTER));
  return Object.fromEntries(names.map((name) => [name, argument(xlong, { when })]));
}

const memory: Options = [
  [
    33,
    {
      arg2: choice(g.prctl_mce, 'long'),
      arg3: match(arg('arg2'), { 1: choice(g.prctl_mce_policy, 'long') }, xlong),
      arg4: xlong,
      arg5: xlong,
    },
  ],
  [34, four, returns.comment(resultName(g.prctl_mce_policy))],
  [35, { arg2: choice(g.prctl_set_mm), ...three }],
  [40, { arg2: output(address) }],
  [41, { arg2: ulong, ...three }],
  [65, { arg2: flags(g.prctl_mdwe), ...three }],
  [66, four, resultBits(g.prctl_mdwe)],
  [
    0x53564d41,
    {
      arg2: choice(g.vma_names, 'long'),
      arg3: match(arg('arg2'), { 0: address }, xlong),
      arg4: match(arg('arg2'), { 0: size }, xlong),
      arg5: match(arg('arg2'), { 0: input(cstring) }, xlong),
    },
  ],
];

const machine: Options = [
  [5, { flag: output(flags(g.prctl_unalign)) }],
  [6, { flag: flags(g.prctl_unalign) }],
  [9, { mode: output(u32) }],
  [10, { mode: ulong }],
  [11, { mode: output(u32) }],
  [12, { mode: ulong }],
  [19, { endianness: output(u32) }],
  [20, { endianness: ulong }],
  [45, { mode: flags(g.prctl_fp_mode) }],
  [46, {}, resultBits(g.prctl_fp_mode)],
  [50, { arg2: format(compound(vectorLength(g.prctl_sve)), 'long') }, vector(g.prctl_sve)],
  [51, {}, vector(g.prctl_sve)],
  [52, { arg2: choice(g.prctl_speculation, 'long') }, returns.comment(resultText(speculationState), {}, 'x')],
  [
    53,
    {
      arg2: choice(g.prctl_speculation, 'long'),
      arg3: match(
        arg('arg2'),
        KNOWN_SPECULATIONS.map((key) => [key, choice(g.prctl_speculation_controls, 'long')] as const),
        xlong,
      ),
    },
  ],
  [54, { arg2: flags(g.prctl_pac, 'long'), ...three }],
  [55, { arg2: format(compound(taggedAddress), 'long'), ...three }],
  [56, four, returns.comment(resultText(taggedAddress), {}, 'x')],
  [
    60,
    { arg2: flags(g.prctl_pac_enabled, 'long'), arg3: flags(g.prctl_pac_enabled, 'long'), arg4: xlong, arg5: xlong },
  ],
  [61, four, resultBits(g.prctl_pac_enabled)],
  [63, { arg2: format(compound(vectorLength(g.prctl_sme)), 'long') }, vector(g.prctl_sme)],
  [64, {}, vector(g.prctl_sme)],
  [69, { arg2: format(compound(vectorState), 'long') }],
  [70, {}, returns.comment(resultText(vectorState), {}, 'x')],
  [71, { ctx: choice(g.prctl_riscv_ctx, 'long'), scope: choice(g.prctl_riscv_scope, 'long') }],
  [72, { which: choice(g.prctl_dexcr, 'long'), ctrl: xlong, arg4: xlong, arg5: xlong }, resultBits(g.prctl_dexcr_ctrl)],
  [73, { which: choice(g.prctl_dexcr, 'long'), ctrl: flags(g.prctl_dexcr_ctrl, 'long'), arg4: xlong, arg5: xlong }],
];

export const prctl = (): Call =>
  callBy({ op: choice(g.prctl_options) }, arg('op'), [...process, ...memory, ...machine], four);
