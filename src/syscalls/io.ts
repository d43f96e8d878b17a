// Waiting for descriptors: poll, select, epoll, eventfd, signalfd.
import * as g from '../constants/generated/io.js';
import {
  arg,
  array,
  atMost,
  blob,
  call,
  choice,
  fd,
  flags,
  i32,
  input,
  output,
  ret,
  returns,
  sibling,
  size,
  struct,
  u32,
  x64,
  times,
} from '../describe/combinators.js';
import type { MemoryNode, Node, Ref } from '../describe/node.js';
import { sizedSigset } from '../decode/leaf/sigset.js';
import { timespec, timespec64, timeval } from '../decode/leaf/time.js';
import type { Renderer } from '../decode/printer.js';
import type { Cursor } from '../record/cursor.js';
import type { Sink } from '../decode/sink.js';
import type { Family } from './index.js';
import { processVm } from './io/process-vm.js';
import { transfer } from './io/transfer.js';

const sigmask = input(sizedSigset(arg('sigsetsize')));

const pollfd = struct(
  { fd, events: flags(g.poll_events, 2), revents: flags(g.poll_events, 2) },
  {
    render: ({ named }) => {
      return (c, s, at) => {
        s.byte(123);
        named('fd')(c, s, at, 0);
        if (c.i32(at) >= 0) {
          s.text(', ');
          named('events')(c, s, at, 0);
        }
        s.byte(125);
      };
    },
  },
);
/** The descriptors with something to tell, behind the result. */
const ready: Renderer =
  ({ element }) =>
  (c, s, at, length) => {
    const stride = 8;
    s.byte(91);
    let shown = 0;
    for (let i = 0; (i + 1) * stride <= length; i++) {
      if (c.u16(at + i * stride + 6) === 0) continue;
      if (shown++) s.text(', ');
      element(c, s, at + i * stride, stride);
    }
    s.byte(93);
  };
const polled = struct(
  { fd, events: flags(g.poll_events, 2), revents: flags(g.poll_events, 2) },
  {
    render:
      ({ named }) =>
      (c, s, at) => {
        s.byte(123);
        named('fd')(c, s, at, 0);
        s.text(', ');
        named('revents')(c, s, at, 0);
        s.byte(125);
      },
  },
);
const pollArray = (count: Ref) => input(array(pollfd, count));
const pollComment =
  (withLeft: boolean): Renderer =>
  ({ arg: extra }) => {
    const fds = extra('fds');
    const left = withLeft ? extra('tmo_p') : undefined;
    return (c, s) => {
      if (c.failed) return;
      if (c.retLo === 0) {
        s.text('Timeout');
        return;
      }
      fds(c, s);
      if (left && (c.argLo(2) | c.argHi(2)) !== 0) {
        s.text(', left ');
        left(c, s);
      }
    };
  };
const polledExtra = { fds: output(array(polled, arg('nfds'), { render: ready })) };
const ppoll = (time: MemoryNode) => () =>
  call(
    { fds: pollArray(arg('nfds')), nfds: u32, tmo_p: input(time), sigmask, sigsetsize: size },
    returns.comment(pollComment(true), { ...polledExtra, tmo_p: output(time) }),
  );

/** A set of descriptors, as many as nfds says. */
const fdSet: Renderer = () => (c, s, at, length) => {
  const n = Math.min(c.argLo(0) | 0, length * 8);
  s.byte(91);
  let first = true;
  for (let i = 0; i < n; i++)
    if ((c.bytes[at + (i >> 3)] >> (i & 7)) & 1) {
      if (!first) s.byte(32);
      s.decimal(i);
      first = false;
    }
  s.byte(93);
};
const setBytes = atMost(times(times(arg('nfds'), 1, 64), 8), 128);
const inputSet = input(blob(setBytes, 128, fdSet));
const outputSet = output(blob(setBytes, 128, fdSet));
const selectComment: Renderer = ({ arg: extra }) => {
  const sets = [
    ['in', extra('readfds'), 1],
    ['out', extra('writefds'), 2],
    ['except', extra('exceptfds'), 3],
  ] as const;
  const left = extra('timeout');
  const any = (c: Cursor, register: number): boolean => (c.argLo(register) | c.argHi(register)) !== 0;
  return (c: Cursor, s: Sink) => {
    if (c.failed) return;
    if (c.retLo === 0) {
      s.text('Timeout');
      return;
    }
    let shown = false;
    for (const [name, print, register] of sets) {
      if (!any(c, register)) continue;
      const from = s.pos;
      if (shown) s.text(', ');
      s.text(`${name} `);
      const body = s.pos;
      print(c, s);
      // Empty sets are not mentioned.
      if (s.pos - body === 2 && s.buf[body] === 91) s.rewind(from);
      else shown = true;
    }
    if (any(c, 4)) {
      if (shown) s.text(', ');
      s.text('left ');
      left(c, s);
    }
  };
};
const select =
  (time: MemoryNode, last: Readonly<Record<string, Node>> = {}) =>
  () =>
    call(
      { nfds: i32, readfds: inputSet, writefds: inputSet, exceptfds: inputSet, timeout: input(time), ...last },
      returns.comment(selectComment, {
        readfds: outputSet,
        writefds: outputSet,
        exceptfds: outputSet,
        timeout: output(time),
      }),
    );
const sizedMask = input(struct({ sigmask: input(sizedSigset(sibling('sigsetsize'))), sigsetsize: size }));

const epollEvent = struct({ events: flags(g.epoll_events), data: x64 }, { packed: true });
const epollResult = output(array(epollEvent, ret));
const epollPwait = (timeout: Node) => () =>
  call({ epfd: fd, events: epollResult, maxevents: i32, timeout, sigmask, sigsetsize: size });

export const io: Family = {
  ...transfer,
  ...processVm,
  poll: () =>
    call({ fds: pollArray(arg('nfds')), nfds: u32, timeout: i32 }, returns.comment(pollComment(false), polledExtra)),
  ppoll: ppoll(timespec),
  ppoll_time64: ppoll(timespec64),
  select: select(timeval),
  pselect6: select(timespec, { sig: sizedMask }),
  pselect6_time64: select(timespec64, { sig: sizedMask }),
  epoll_create: () => call({ size: i32 }, returns.fd),
  epoll_create1: () => call({ flags: flags(g.epoll_create_flags) }, returns.fd),
  epoll_ctl: () => call({ epfd: fd, op: choice(g.epoll_ops), fd, event: input(epollEvent) }),
  epoll_wait: () => call({ epfd: fd, events: epollResult, maxevents: i32, timeout: i32 }),
  epoll_pwait: epollPwait(i32),
  epoll_pwait2: epollPwait(input(timespec64)),
  eventfd: () => call({ initval: u32 }, returns.fd),
  eventfd2: () => call({ initval: u32, flags: flags(g.eventfd_flags) }, returns.fd),
  signalfd: () => call({ fd, mask: input(sizedSigset(arg('sizemask'))), sizemask: size }, returns.fd),
  signalfd4: () =>
    call({ fd, mask: input(sizedSigset(arg('sizemask'))), sizemask: size, flags: flags(g.signalfd_flags) }, returns.fd),
};
