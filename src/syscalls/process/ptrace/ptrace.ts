// ptrace(2): what a tracer asks of its tracees.
import * as g from '../../../constants/generated/process.js';
import { signalNumber } from '../../../decode/leaf/flags.js';
import { seccompInstruction } from '../../../decode/leaf/seccomp-filter.js';
import { siginfo } from '../../../decode/leaf/siginfo.js';
import { cutSigset, sizedSigset } from '../../../decode/leaf/sigset.js';
import {
  address,
  arg,
  argument,
  array,
  atLeast,
  below,
  bitsOf,
  both,
  byAbi,
  callBy,
  choice,
  differs,
  equals,
  field,
  flags,
  format,
  inout,
  input,
  least,
  match,
  output,
  pid,
  ret,
  sibling,
  size,
  struct,
  succeeded,
  u32,
  u64,
  ulong,
  verbose,
  when,
} from '../../../describe/combinators.js';
import type { ArgumentSpec } from '../../../describe/combinators.js';
import type { Condition, MemoryNode, Node } from '../../../describe/node.js';
import type { Family } from '../../index.js';
import { floatingRegisters, floatingSet, generalRegisters, generalSet } from './registers.js';
import { syscallInfo } from './syscall-info.js';
import { userOffset } from './user-area.js';

const TRACEME = 0;
const PEEKTEXT = 1;
const PEEKDATA = 2;
const PEEKUSER = 3;
const POKEUSER = 6;
const CONT = 7;
const KILL = 8;
const SINGLESTEP = 9;
const GETREGS = 12;
const SETREGS = 13;
const GETFPREGS = 14;
const SETFPREGS = 15;
const ATTACH = 16;
const DETACH = 17;
const OLDSETOPTIONS = 21;
const SYSCALL = 24;
const SYSEMU = 31;
const SYSEMU_SINGLESTEP = 32;
const SINGLEBLOCK = 33;
const SETOPTIONS = 0x4200;
const GETEVENTMSG = 0x4201;
const GETSIGINFO = 0x4202;
const SETSIGINFO = 0x4203;
const GETREGSET = 0x4204;
const SETREGSET = 0x4205;
const SEIZE = 0x4206;
const INTERRUPT = 0x4207;
const LISTEN = 0x4208;
const PEEKSIGINFO = 0x4209;
const GETSIGMASK = 0x420a;
const SETSIGMASK = 0x420b;
const SECCOMP_GET_FILTER = 0x420c;
const SECCOMP_GET_METADATA = 0x420d;
const GET_SYSCALL_INFO = 0x420e;
const SET_SYSCALL_INFO = 0x4212;

const NT_PRSTATUS = 1;
const NT_FPREGSET = 2;

const options = flags(g.ptrace_options, 'ptr');

/** A set of `addr` bytes: on i386 also a part of it, if that is a word at least. */
const maskInput = byAbi(
  input(sizedSigset(arg('addr'))),
  when(atLeast(arg('addr'), 4), input(cutSigset(arg('addr'))), address),
);
const maskOutput = byAbi(
  output(sizedSigset(arg('addr'))),
  when(atLeast(arg('addr'), 4), output(cutSigset(arg('addr'))), address),
);

const METADATA_BYTES = 16;
const OFFSET_BYTES = 8;
const unread = format(() => (_c, s) => s.text('???'), 8);
/** struct seccomp_metadata: the offset is the caller's, and as many bytes as the result says are filled in. */
const metadata = struct(
  {
    filter_off: u64,
    flags: field(flags(g.seccomp_filter_flags, 8), { when: both(succeeded, atLeast(ret, METADATA_BYTES)) }),
    unread: field(unread, {
      bare: true,
      overlay: true,
      when: both(succeeded, both(atLeast(ret, OFFSET_BYTES + 1), below(ret, METADATA_BYTES))),
    }),
  },
  { readable: OFFSET_BYTES },
);

/** A buffer of registers: some, in whole words. */
const wordsOf = (bytes: number): Condition =>
  both(equals(bitsOf(sibling('iov_len'), bytes - 1), 0), differs(sibling('iov_len'), 0));

/** A buffer of a register set. */
const iovec = (direction: typeof input, changed: boolean): Node => {
  const buffer = (node: MemoryNode): Node =>
    byAbi(direction(node, { followed: wordsOf(8) }), direction(node, { followed: wordsOf(4) }));
  return struct({
    iov_base: match(arg('addr'), { [NT_PRSTATUS]: buffer(generalSet), [NT_FPREGSET]: buffer(floatingSet) }, address),
    iov_len: field(size, { changed }),
  });
};

const noteType = choice(g.note_types);
const anything: ArgumentSpec = { pid, addr: address, data: address };
/** Goes on, and gives the tracee a signal. */
const resume: ArgumentSpec = { pid, addr: address, data: format(signalNumber) };

/** Requests with the arguments that each has behind itself. */
const requests: readonly (readonly [number | readonly number[], ArgumentSpec])[] = [
  [TRACEME, {}],
  [[KILL, ATTACH, INTERRUPT, LISTEN], { pid }],
  [[PEEKTEXT, PEEKDATA], { pid, addr: address, data: output(address) }],
  [PEEKUSER, { pid, addr: userOffset, data: output(address) }],
  [POKEUSER, { pid, addr: userOffset, data: address }],
  [[CONT, SINGLESTEP, DETACH, SYSCALL, SYSEMU, SYSEMU_SINGLESTEP, SINGLEBLOCK], resume],
  [GETREGS, { pid, data: argument(output(generalRegisters), { register: 3 }) }],
  [SETREGS, { pid, data: argument(input(generalRegisters), { register: 3 }) }],
  [GETFPREGS, { pid, data: argument(output(floatingRegisters), { register: 3 }) }],
  [SETFPREGS, { pid, data: argument(input(floatingRegisters), { register: 3 }) }],
  [[OLDSETOPTIONS, SETOPTIONS, SEIZE], { pid, addr: address, data: options }],
  [GETEVENTMSG, { pid, addr: address, data: output(ulong) }],
  [GETSIGINFO, { pid, addr: address, data: output(siginfo) }],
  [SETSIGINFO, { pid, addr: address, data: input(siginfo) }],
  [GETREGSET, { pid, addr: noteType, data: inout(iovec(output, true), { show: 'changed' }) }],
  [SETREGSET, { pid, addr: noteType, data: input(iovec(input, false)) }],
  [
    PEEKSIGINFO,
    {
      pid,
      addr: input(struct({ off: u64, flags: flags(g.ptrace_peeksiginfo_flags), nr: u32 })),
      data: output(array(siginfo, ret)),
    },
  ],
  [GETSIGMASK, { pid, addr: size, data: maskOutput }],
  [SETSIGMASK, { pid, addr: size, data: maskInput }],
  [SECCOMP_GET_FILTER, { pid, addr: size, data: verbose(output(array(seccompInstruction, ret)), address) }],
  [
    SECCOMP_GET_METADATA,
    { pid, addr: size, data: output(metadata, { evenOnError: true, followed: atLeast(arg('addr'), OFFSET_BYTES) }) },
  ],
  [GET_SYSCALL_INFO, { pid, addr: size, data: output(syscallInfo(least(arg('addr'), ret))) }],
  [SET_SYSCALL_INFO, { pid, addr: size, data: input(syscallInfo(arg('addr'))) }],
];

export const ptrace: Family = {
  ptrace: () =>
    callBy({ request: choice(g.ptrace_requests, 'ptr') }, arg('request'), requests, anything, undefined, {
      whole: true,
    }),
};
