// Mappings: their making and end, protection, advice, locks (mmap(2)).
import * as g from '../../constants/generated/memory.js';
import {
  address,
  anyBit,
  arg,
  argument,
  both,
  byAbi,
  call,
  constant,
  callBy,
  choice,
  fd,
  flags,
  array,
  format,
  times,
  i32,
  input,
  match,
  output,
  returns,
  size,
  struct,
  x32,
  x64,
  xsize,
} from '../../describe/combinators.js';
import type { Renderer, ScalarFormat } from '../../decode/printer.js';
import { constantText } from '../../decode/xlat.js';
import type { Family } from '../index.js';
import { mapFlags } from './flags.js';

const length = size;
const prot = flags(g.mmap_prots, 'long');
/** The old call of i386 takes a pointer to its arguments. */
const oldMapArguments = struct(
  { addr: address, length: size, prot: flags(g.mmap_prots), flags: format(mapFlags), fd, offset: xsize },
  { spread: true },
);

const MREMAP_MAYMOVE = 1;
const MREMAP_FIXED = 2;
const MREMAP_DONTUNMAP = 4;
/** The command that answers with the set of those that there are. */
const MEMBARRIER_QUERY = 0;
const cpu = argument(i32, { when: anyBit(arg('flags'), 1) });
/** The commands of an answer, in the style of constants. */
const barriers: Renderer =
  ({ style }) =>
  (c, s) => {
    if (c.retLo !== 0) s.text(constantText(g.membarrier_masks, style.abi, style.constants, c.retLo, 0, 4));
  };

const PAGE = 4096;
/** Whether a page is in memory: the lowest bit of its byte; the others are reserved (mincore(2)). */
const residency: ScalarFormat = () => (_c, s, lo) => s.decimal(lo & 1);

export const mapping: Family = {
  brk: () => call({ addr: address }, returns.address),
  mmap: () =>
    call({ addr: address, length, prot, flags: format(mapFlags, 'ptr'), fd, offset: byAbi(x64, x32) }, returns.address),
  'mmap@32': () => call({ addr: input(oldMapArguments, { always: true }) }, returns.address),
  mmap2: () =>
    call(
      {
        addr: address,
        length,
        prot,
        flags: format(mapFlags, 'ptr'),
        fd,
        offset: format(
          () => (_c, s, lo) => {
            const bytes = lo * 4096;
            s.hex64(bytes >>> 0, Math.floor(bytes / 4294967296));
          },
          4,
        ),
      },
      returns.address,
    ),
  munmap: () => call({ addr: address, length }),
  mprotect: () => call({ addr: address, length, prot }),
  pkey_mprotect: () => call({ addr: address, length, prot, pkey: i32 }),
  pkey_alloc: () => call({ flags: xsize, access_rights: flags(g.pkey_access, 'ptr') }),
  pkey_free: () => call({ pkey: i32 }),
  mremap: () =>
    call(
      {
        old_address: address,
        old_size: size,
        new_size: size,
        flags: flags(g.mremap_flags, 'ptr'),
        new_address: argument(address, {
          when: both(anyBit(arg('flags'), MREMAP_MAYMOVE), anyBit(arg('flags'), MREMAP_FIXED | MREMAP_DONTUNMAP)),
        }),
      },
      returns.address,
    ),
  madvise: () => call({ addr: address, length, advice: choice(g.madvise_advices) }),
  msync: () => call({ addr: address, length, flags: flags(g.msync_flags) }),
  mlock: () => call({ addr: address, length }),
  munlock: () => call({ addr: address, length }),
  mlock2: () => call({ addr: address, length, flags: flags(g.mlock2_flags) }),
  mlockall: () => call({ flags: flags(g.mlockall_flags) }),
  munlockall: () => call(),
  mincore: () =>
    call({
      addr: address,
      length,
      // Of no pages at all, there is nothing to wait for.
      vec: match(
        arg('length'),
        { 0: input(array(format(residency, 1), constant(0)), { evenOnError: true }) },
        output(array(format(residency, 1), times(arg('length'), 1, PAGE))),
      ),
    }),
  membarrier: () =>
    callBy(
      { cmd: choice(g.membarrier_commands), flags: flags(g.membarrier_flags), cpu_id: cpu },
      arg('cmd'),
      [[MEMBARRIER_QUERY, {}, returns.comment(barriers, {}, 'x')]],
      {},
    ),
  mseal: () => call({ addr: address, length, flags: x64 }),
  map_shadow_stack: () => call({ addr: address, len: size, flags: flags(g.shadow_stack_flags) }, returns.address),
  remap_file_pages: () => call({ addr: address, size, prot, pgoff: size, flags: format(mapFlags, 'ptr') }),
};
