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
  dumping,
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
  wide,
} from '../../describe/combinators.js';
import type { ArgumentSpec } from '../../describe/combinators.js';
import type { Call } from '../../describe/call.js';
import type { Node } from '../../describe/node.js';
import type { Family } from '../index.js';
import { gathered, scattered } from './iovec.js';

const offset = wide(i64);
const filled = output(bytes(ret));
const given = input(bytes(arg('count')));
const rwFlags = flags(g.rw_flags);
const spliceFlags = flags(g.splice_flags);
const pipefd = output(array(fd, constant(2)));

type Direction = 'read' | 'write';
/** One buffer: filled with as many bytes as the call returns, or given with as many as it is told. */
const one = (set: Direction, rest: ArgumentSpec = {}): Call =>
  dumping(call({ fd, buf: set === 'read' ? filled : given, count: size, ...rest }), {
    set,
    fd: 'fd',
    kind: 'buffer',
    data: 'buf',
    count: set === 'read' ? ret : arg('count'),
  });
// x32's preadv and pwritev have registers of 64 bits, for the offset's sake.
const vectorLength = byAbi(size, size, u32);
/** Several buffers. `count`: name of the argument that tells how many. */
const several = (set: Direction, count: string, rest: ArgumentSpec = {}): Call =>
  dumping(call({ fd, iov: set === 'read' ? scattered(count) : gathered(count), [count]: vectorLength, ...rest }), {
    set,
    fd: 'fd',
    kind: 'vector',
    data: 'iov',
    count: arg(count),
    within: set === 'read' ? ret : undefined,
  });
/** The kernel takes the offset in two longs: one register of 64 bits holds it whole, and the second is not looked at. */
const flagged: ArgumentSpec = { offset, flags: argument(rwFlags, { register: 5 }) };

/** A position that is read, and moved on by what was transferred. */
const position = (node: Node & { kind: 'int' | 'abi' }): Node =>
  inout(node, { failed: node, arrowOnResult: true, changesIf: 'readable' });
const splice = { fd_in: fd, off_in: input(i64), fd_out: fd, off_out: input(i64), len: size };

export const transfer: Family = {
  read: () => one('read'),
  write: () => one('write'),
  pread64: () => one('read', { offset }),
  pwrite64: () => one('write', { offset }),
  readv: () => several('read', 'iovcnt'),
  writev: () => several('write', 'iovcnt'),
  preadv: () => several('read', 'iovcnt', { offset }),
  pwritev: () => several('write', 'iovcnt', { offset }),
  preadv2: () => several('read', 'iovcnt', flagged),
  pwritev2: () => several('write', 'iovcnt', flagged),

  pipe: () => call({ pipefd }),
  pipe2: () => call({ pipefd, flags: flags(g.pipe_flags) }),
  sendfile: () => call({ out_fd: fd, in_fd: fd, offset: position(byAbi(u64, u32)), count: size }),
  sendfile64: () => call({ out_fd: fd, in_fd: fd, offset: position(u64), count: size }),
  copy_file_range: () => call({ ...splice, flags: u32 }),
  splice: () => call({ ...splice, flags: spliceFlags }),
  tee: () => call({ fd_in: fd, fd_out: fd, len: size, flags: spliceFlags }),
  vmsplice: () => several('write', 'nr_segs', { flags: spliceFlags }),
};
