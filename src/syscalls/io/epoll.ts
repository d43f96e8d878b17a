// epoll: interest in descriptors, and waiting for their events.
import { epoll_create_flags, epoll_events, epoll_ops } from '../../constants/generated/io.js';
import {
  address,
  arg,
  array,
  call,
  choice,
  fd,
  flags,
  i32,
  incidental,
  input,
  match,
  output,
  ret,
  returns,
  size,
  struct,
  x64,
} from '../../describe/combinators.js';
import type { Node } from '../../describe/node.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';

/** struct epoll_event: packed where 64-bit members would be aligned (linux/eventpoll.h). */
const event = struct({ events: flags(epoll_events), data: x64 }, { packed: true });
const ready = output(array(event, ret));
const EPOLL_CTL_DEL = 2;

const pwait = (timeout: Node) => () =>
  call({
    epfd: fd,
    events: ready,
    maxevents: i32,
    timeout,
    sigmask: input(sizedSigset(arg('sigsetsize'))),
    sigsetsize: size,
  });

export const epoll: Family = {
  epoll_create: () => call({ size: i32 }, returns.fd),
  epoll_create1: () => call({ flags: flags(epoll_create_flags) }, returns.fd),
  // What is deleted needs no event: the kernel does not look at it.
  epoll_ctl: () =>
    call({
      epfd: incidental(fd),
      op: choice(epoll_ops),
      fd,
      event: match(arg('op'), { [EPOLL_CTL_DEL]: address }, input(event)),
    }),
  epoll_wait: () => call({ epfd: fd, events: ready, maxevents: i32, timeout: i32 }),
  epoll_pwait: pwait(i32),
  epoll_pwait2: pwait(input(timespec64)),
};
