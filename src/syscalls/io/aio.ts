// Asynchronous input and output of old: contexts, control blocks, events (linux/aio_abi.h).
import { rw_flags } from '../../constants/generated/file.js';
import { iocb_commands, iocb_flags, poll_events } from '../../constants/generated/io.js';
import {
  address,
  anyBit,
  arg,
  array,
  atLeast,
  both,
  byAbi,
  bytes,
  call,
  choice,
  differs,
  either,
  fd,
  field,
  flags,
  format,
  i16,
  i32,
  i64,
  input,
  less,
  long,
  match,
  oneOf,
  output,
  padding,
  reserved,
  ret,
  sibling,
  size,
  struct,
  u32,
  u64,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Condition, MemoryNode } from '../../describe/node.js';
import { ioprio } from '../../decode/leaf/ioprio.js';
import { sizedSigset } from '../../decode/leaf/sigset.js';
import { timespec, timespec64 } from '../../decode/leaf/time.js';
import type { Family } from '../index.js';
import { addressVector, sourceVector } from './iovec.js';

const [PREAD, PWRITE, POLL, PREADV, PWRITEV] = [0, 1, 5, 7, 8];
const [RESFD, IOPRIO] = [1, 2];

const opcode = sibling('aio_lio_opcode');
const aioFlags = sibling('aio_flags');
const buffer = sibling('aio_buf');
const nbytes = sibling('aio_nbytes');

const head = {
  aio_data: x64,
  aio_key: reserved(u32),
  aio_rw_flags: reserved(flags(rw_flags)),
  aio_lio_opcode: choice(iocb_commands, 2, 'u'),
  aio_reqprio: field(match(aioFlags, { [IOPRIO]: format(ioprio('x'), 2) }, i16, IOPRIO), {
    when: either(anyBit(aioFlags, IOPRIO), differs(sibling('aio_reqprio'), 0)),
  }),
  aio_fildes: fd,
};

/** A control block. `valid`: the kernel takes address and count; else they are shown as numbers, whatever they mean. */
const block = (valid: Condition, invalid: Condition): MemoryNode => {
  const uses = oneOf(opcode, [PWRITE, PREADV, PWRITEV]);
  const answers = oneOf(opcode, [PREAD, PWRITE, POLL, PREADV, PWRITEV]);
  const shown = { [PWRITE]: input(bytes(nbytes)), [POLL]: flags(poll_events, 8) };
  const vectors = { [PREADV]: input(addressVector(nbytes)), [PWRITEV]: input(sourceVector(nbytes)) };
  return struct({
    ...head,
    aio_buf: field(match(opcode, { ...shown, ...vectors }, x64), {
      when: either(oneOf(opcode, [PREAD, POLL]), both(uses, valid)),
    }),
    aio_buf_number: field(x64, { overlay: true, as: 'aio_buf', when: both(uses, invalid) }),
    aio_nbytes: field(u64, { when: either(oneOf(opcode, [PREAD, PWRITE]), both(uses, invalid)) }),
    aio_offset: field(i64, { when: oneOf(opcode, [PREAD, PWRITE, PREADV, PWRITEV]) }),
    aio_reserved2: padding(8),
    aio_flags: field(flags(iocb_flags), { when: both(answers, differs(aioFlags, 0)) }),
    aio_resfd: field(match(aioFlags, { [RESFD]: fd }, x32, RESFD), {
      when: both(answers, either(anyBit(aioFlags, RESFD), differs(sibling('aio_resfd'), 0))),
    }),
  });
};
const [SIGN_64, WORD_32] = [2 ** 63, 2 ** 32];
const iocb = byAbi(
  input(block(less(nbytes, SIGN_64), atLeast(nbytes, SIGN_64))),
  input(
    block(
      both(less(nbytes, WORD_32), less(buffer, WORD_32)),
      either(atLeast(nbytes, WORD_32), atLeast(buffer, WORD_32)),
    ),
  ),
);
/** Bytes of a control block; what is cancelled is shown by its head. */
const BLOCK = 64;
const cancelled = input(
  struct({ ...head, rest: padding(32), aio_flags: field(x32, { hidden: true }) }, { size: BLOCK }),
);

const event = struct({ data: x64, obj: x64, res: i64, res2: i64 });
const wait =
  (time: MemoryNode, last: Parameters<typeof call>[0] = {}) =>
  () =>
    call({
      ctx_id: address,
      min_nr: byAbi(long, long, i32),
      nr: byAbi(long, long, i32),
      events: output(array(event, ret)),
      timeout: input(time, { evenOnError: true }),
      ...last,
    });
const mask = input(
  struct({ sigmask: input(sizedSigset(sibling('sigsetsize')), { evenOnError: true }), sigsetsize: size }),
  { evenOnError: true },
);

export const aio: Family = {
  io_setup: () => call({ nr_events: u32, ctx_idp: output(address) }),
  io_destroy: () => call({ ctx_id: address }),
  io_submit: () => call({ ctx_id: address, nr: long, iocbpp: input(array(iocb, arg('nr'), { signed: true })) }),
  io_cancel: () => call({ ctx_id: address, iocb: cancelled, result: output(event) }),
  io_getevents: wait(timespec),
  io_pgetevents: wait(timespec, { sig: mask }),
  io_pgetevents_time64: wait(timespec64, { sig: mask }),
};
