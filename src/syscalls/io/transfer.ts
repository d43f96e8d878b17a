// Moving bytes: read and write with their vectors and offsets, pipes, and transfers between descriptors.
import * as g from '../../constants/generated/file.js';
import {
  arg,
  argument,
  array,
  bytes,
  byAbi,
  call,
  constant,
  fd,
  flags,
  i64,
  inout,
  input,
  output,
  ret,
  size,
  u32,
  u64,
  ulong,
  wide,
} from '../../describe/combinators.js';
import type { Call, Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { gathered, scattered } from './iovec.js';

const offset = wide(i64);
const filled = output(bytes(ret));
const given = input(bytes(arg('count')));
const rwFlags = flags(g.rw_flags);
const spliceFlags = flags(g.splice_flags);
const pipefd = output(array(fd, constant(2)));

/** The kernel takes the offset in two longs: one register of 64 bits holds it whole, and the second is not looked at. */
const vectorAt =
  (iov: Node, last: Readonly<Record<string, Node>> = {}) =>
  (): Call =>
    call({
      fd,
      iov,
      iovcnt: size,
      offset,
      ...Object.fromEntries(Object.entries(last).map(([name, node]) => [name, argument(node, { register: 5 })])),
    });

/** A position that is read, and moved on by what was transferred. */
const position = (node: Node & { kind: 'int' | 'abi' }): Node => inout(node);
const splice = { fd_in: fd, off_in: input(i64), fd_out: fd, off_out: input(i64), len: size };

export const transfer: Family = {
  read: () => call({ fd, buf: filled, count: size }),
  write: () => call({ fd, buf: given, count: size }),
  pread64: () => call({ fd, buf: filled, count: size, offset }),
  pwrite64: () => call({ fd, buf: given, count: size, offset }),
  readv: () => call({ fd, iov: scattered('iovcnt'), iovcnt: size }),
  writev: () => call({ fd, iov: gathered('iovcnt'), iovcnt: size }),
  preadv: vectorAt(scattered('iovcnt')),
  pwritev: vectorAt(gathered('iovcnt')),
  preadv2: vectorAt(scattered('iovcnt'), { flags: rwFlags }),
  pwritev2: vectorAt(gathered('iovcnt'), { flags: rwFlags }),

  pipe: () => call({ pipefd }),
  pipe2: () => call({ pipefd, flags: flags(g.pipe_flags) }),
  sendfile: () => call({ out_fd: fd, in_fd: fd, offset: position(byAbi(u64, u32, u32)), count: size }),
  sendfile64: () => call({ out_fd: fd, in_fd: fd, offset: position(u64), count: size }),
  copy_file_range: () => call({ ...splice, flags: u32 }),
  splice: () => call({ ...splice, flags: spliceFlags }),
  tee: () => call({ fd_in: fd, fd_out: fd, len: size, flags: spliceFlags }),
  vmsplice: () => call({ fd, iov: gathered('nr_segs'), nr_segs: ulong, flags: spliceFlags }),
};
