// The memory of other processes: process_vm_readv and _writev, advice and reclaim by descriptor.
import { process_madvise_advices } from '../../constants/generated/memory.js';
import { call, choice, fd, pid, size, ulong, x32 } from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { gathered, scattered, untouched } from './iovec.js';

const remote = { remote_iov: untouched('riovcnt'), riovcnt: ulong, flags: ulong };

export const processVm: Family = {
  process_vm_readv: () => call({ pid, local_iov: scattered('liovcnt'), liovcnt: ulong, ...remote }),
  process_vm_writev: () => call({ pid, local_iov: gathered('liovcnt'), liovcnt: ulong, ...remote }),
  process_madvise: () =>
    call({ pidfd: fd, iovec: untouched('n'), n: size, advice: choice(process_madvise_advices), flags: x32 }),
  process_mrelease: () => call({ pidfd: fd, flags: x32 }),
};
