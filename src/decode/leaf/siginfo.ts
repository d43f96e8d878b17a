// siginfo_t, of a delivered signal or of a system call's argument (sigaction(2), asm-generic/siginfo.h). Which members
// of its union hold something follows from the code, and for codes of the kernel's own from the signal.
import type { AbiName } from '../../abi/abi.js';
import * as g from '../../constants/generated/signal.js';
import {
  address,
  byAbi,
  choice,
  differs,
  either,
  equals,
  fd,
  field,
  format,
  i32,
  inline,
  long,
  match,
  outer,
  pid,
  sibling,
  struct,
  u32,
  x16,
  x32,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Node, StructNode } from '../../describe/node.js';
import { callNumber } from './call-number.js';
import { errorNumber } from './error-number.js';
import { signalNumber, userId } from './flags.js';
import { clockTicks } from './time.js';

const SIGILL = 4;
const SIGTRAP = 5;
const SIGBUS = 7;
const SIGFPE = 8;
const SIGSEGV = 11;
const SIGCHLD = 17;
const SIGIO = 29;
const SIGSYS = 31;

/** Codes of signals that somebody sent: not positive. */
const SI_USER = 0;
const SI_TIMER = -2;
const SI_SIGIO = -5;
const SI_TKILL = -6;
const NEGATIVE = 0x80000000;

const CLD_EXITED = 1;
const SEGV_BNDERR = 3;
const SEGV_PKUERR = 4;
const BUS_MCEERR_AR = 4;
const BUS_MCEERR_AO = 5;

/** Bytes of siginfo_t on every personality (SI_MAX_SIZE). */
export const SIGINFO_BYTES = 128;

const signal = format(signalNumber);

const sender: FieldSpec = { si_pid: pid, si_uid: format(userId) };
const value = inline(struct({ si_int: i32, si_ptr: field(address, { overlay: true }) }), { ifSet: true });

const sent = struct(sender);
const queued = struct({ ...sender, value });
const timer = struct({
  si_timerid: x32,
  si_overrun: i32,
  value: inline(struct({ si_int: i32, si_ptr: field(address, { overlay: true }) })),
});
const polled = struct({ si_band: byAbi(long, i32, i32), si_fd: fd });
const childMembers: FieldSpec = {
  ...sender,
  si_status: match(outer('si_code'), { [CLD_EXITED]: i32 }, signal),
  si_utime: format(clockTicks, 'long'),
  si_stime: format(clockTicks, 'long'),
};
// Times of x32 have 64 bits, too, and are not aligned (asm-generic/compat.h: compat_s64).
const child = byAbi(struct(childMembers), struct(childMembers), struct(childMembers, { packed: true }));
const fault = struct({ si_addr: address });
const busFault = struct({
  si_addr: address,
  si_addr_lsb: field(x16, {
    when: either(equals(outer('si_code'), BUS_MCEERR_AR), equals(outer('si_code'), BUS_MCEERR_AO)),
  }),
});
const addressFault = struct({
  si_addr: address,
  lsb: field(address, { hidden: true }),
  bounds: inline(struct({ si_lower: address, si_upper: address }), { when: equals(outer('si_code'), SEGV_BNDERR) }),
  si_pkey: field(u32, { overlay: true, when: equals(outer('si_code'), SEGV_PKUERR) }),
});
const refused = (own: AbiName): StructNode =>
  struct({
    si_call_addr: address,
    si_syscall: callNumber(own, sibling('si_arch'), sibling('si_syscall')),
    si_arch: choice(g.audit_archs),
  });
/** Signals without members of their own: what is there, if anything is. */
const other = struct({ source: inline(struct(sender), { ifSet: true }), value });
const nothing = struct({});

/** Codes of a signal's own, then those that any signal may have. */
const code = match(
  sibling('si_signo'),
  {
    [SIGILL]: choice(g.si_codes_ill),
    [SIGTRAP]: choice(g.si_codes_trap),
    [SIGBUS]: choice(g.si_codes_bus),
    [SIGFPE]: choice(g.si_codes_fpe),
    [SIGSEGV]: choice(g.si_codes_segv),
    [SIGCHLD]: choice(g.si_codes_chld),
    [SIGIO]: choice(g.si_codes_poll),
    [SIGSYS]: choice(g.si_codes_sys),
  },
  choice(g.si_codes),
);

/** POLL_IN to POLL_HUP; the kernel gives no other. */
const POLL_CODES = [1, 2, 3, 4, 5, 6];

const members = (own: AbiName): Node => {
  const bySignal = match(
    sibling('si_signo'),
    {
      [SIGILL]: fault,
      [SIGTRAP]: fault,
      [SIGFPE]: fault,
      [SIGBUS]: busFault,
      [SIGSEGV]: addressFault,
      [SIGCHLD]: child,
      [SIGIO]: match(
        sibling('si_code'),
        POLL_CODES.map((n) => [n, polled] as const),
        nothing,
      ),
      [SIGSYS]: refused(own),
    },
    other,
  );
  return match(
    sibling('si_code'),
    { [SI_USER]: sent, [SI_TKILL]: sent, [SI_TIMER]: timer, [SI_SIGIO]: polled },
    match(sibling('si_code'), { [NEGATIVE]: queued }, bySignal, NEGATIVE),
  );
};

/** siginfo_t; calls of the personality `own` are named by their constants. Nothing is in it when there is no signal. */
const siginfoOf = (own: AbiName): StructNode =>
  struct(
    {
      si_signo: field(signal, { when: differs(sibling('si_signo'), 0) }),
      si_errno: field(format(errorNumber), { ifSet: true, when: differs(sibling('si_signo'), 0) }),
      si_code: field(code, { when: differs(sibling('si_signo'), 0) }),
      members: inline(members(own), { when: differs(sibling('si_signo'), 0) }),
    },
    { order: ['si_signo', 'si_code', 'si_errno', 'members'], size: SIGINFO_BYTES },
  );

/** siginfo_t in the memory of a program. */
export const siginfo = byAbi(siginfoOf('x86_64'), siginfoOf('i386'), siginfoOf('x32'));
/** siginfo_t of a delivered signal: the tracer gets it in its own layout, whatever the tracee's personality. */
export const deliveredSiginfo: Readonly<Record<AbiName, StructNode>> = {
  x86_64: siginfoOf('x86_64'),
  i386: siginfoOf('i386'),
  x32: siginfoOf('x32'),
};
