// Namespaces: unshare(2), setns(2), listns; what two processes share (kcmp(2)).
import * as g from '../../constants/generated/process.js';
import {
  arg,
  array,
  call,
  callBy,
  choice,
  constant,
  fd,
  flags,
  foreignFd,
  input,
  match,
  output,
  ownSize,
  pid,
  reserved,
  ret,
  size,
  struct,
  u32,
  versioned,
  x32,
  x64,
  xlong,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';

/** `struct ns_id_req` of its first size (linux/nsfs.h: NS_ID_REQ_SIZE_VER0). */
const NS_ID_REQ_BYTES = 32;
const request = versioned(
  {
    size: u32,
    spare: reserved(x32),
    ns_id: x64,
    ns_type: flags(g.listns_types),
    spare2: reserved(x32),
    user_ns_id: choice(g.listns_users, 8),
  },
  { size: ownSize('size'), minimum: NS_ID_REQ_BYTES, showSize: 'rest', excess: 'hex' },
);
const ids = match(
  arg('nr_ns_ids'),
  { 0: output(array(x64, constant(0)), { evenOnError: true }) },
  output(array(x64, ret)),
);

/** A descriptor of the first or of the second process of kcmp(2). */
const first = foreignFd('pid', arg('pid1'));
const second = foreignFd('pid', arg('pid2'));
const epollSlot = struct({ efd: second, tfd: second, toff: u32 });

export const namespace: Family = {
  unshare: () =>
    call({ flags: flags(g.namespace_flags, 'ptr') }, { base: 'd', namespaces: { flags: 'flags', child: false } }),
  setns: () => call({ fd, nstype: flags(g.setns_types) }, { base: 'd', namespaces: { flags: 'nstype', child: false } }),
  listns: () => call({ req: input(request), ns_ids: ids, nr_ns_ids: size, flags: x32 }),
  kcmp: () =>
    callBy(
      { pid1: pid, pid2: pid, type: choice(g.kcmp_types) },
      arg('type'),
      [
        [0, { idx1: first, idx2: second }],
        [[1, 2, 3, 4, 5, 6], {}],
        [7, { idx1: first, idx2: input(epollSlot) }],
      ],
      { idx1: xlong, idx2: xlong },
    ),
};
