// Memory: mappings, protections, advice, locks.
import * as g from '../constants/generated/memory.js';
import {
  address,
  arg,
  argument,
  byAbi,
  call,
  choice,
  fd,
  flags,
  array,
  format,
  times,
  i32,
  input,
  output,
  returns,
  size,
  struct,
  u64,
  x32,
  x64,
  xsize,
} from '../describe/combinators.js';
import type { ScalarFormat } from '../decode/printer.js';
import { choiceName, flagNames, hexText, memoised } from '../decode/xlat.js';
import type { Family } from './index.js';

/** Mapping type under MAP_TYPE, flags, and the page size of MAP_HUGETLB in the bits above 26. */
const mapFlags: ScalarFormat = (style) =>
  memoised((lo, hi) => {
    if (style.constants === 'raw') return hexText(lo, hi);
    const { name } = style.abi;
    const type = lo & 0xf;
    const typeName = choiceName(g.mmap_types.entries(name), type, 0, 4);
    const parts = [typeName ?? `${hexText(type, 0)} /* MAP_??? */`];
    let rest = (lo & ~0xf) >>> 0;
    const huge = rest & 0x40000 ? rest >>> 26 : 0;
    if (huge) rest = (rest & 0x3ffffff) >>> 0;
    const found = flagNames(g.mmap_flags.entries(name), rest, hi, 8);
    parts.push(...found.names);
    if (huge) parts.push(`${huge}<<MAP_HUGE_SHIFT`);
    if ((found.lo | found.hi) !== 0) parts.push(hexText(found.lo, found.hi));
    const text = parts.join('|');
    return style.constants === 'verbose' ? `${hexText(lo, hi)} /* ${text} */` : text;
  });

const length = size;
const prot = flags(g.mmap_prots, 'long');
/** The old call of i386 takes a pointer to its arguments. */
const oldMapArguments = struct(
  { addr: address, length: size, prot: flags(g.mmap_prots), flags: format(mapFlags), fd, offset: xsize },
  { spread: true },
);

const PAGE = 4096;
/** Whether a page is in memory: the lowest bit of its byte; the others are reserved (mincore(2)). */
const residency: ScalarFormat = () => (_c, s, lo) => s.decimal(lo & 1);

export const memory: Family = {
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
        pgoffset: format(
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
        new_address: argument(address, { when: { on: arg('flags'), op: 'set', value: 2 | 4 } }),
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
    call({ addr: address, length, vec: output(array(format(residency, 1), times(arg('length'), 1, PAGE))) }),
  membarrier: () =>
    call({
      cmd: choice(g.membarrier_commands),
      flags: flags(g.membarrier_flags),
      cpu_id: argument(i32, { when: { on: arg('flags'), op: 'set', value: 1 } }),
    }),
  mseal: () => call({ addr: address, length, flags: x64 }),
  map_shadow_stack: () => call({ addr: address, len: size, flags: flags(g.shadow_stack_flags) }, returns.address),
  cachestat: () =>
    call({
      fd,
      cstat_range: input(struct({ off: x64, len: u64 })),
      cstat: output(
        struct({ nr_cache: u64, nr_dirty: u64, nr_writeback: u64, nr_evicted: u64, nr_recently_evicted: u64 }),
      ),
      flags: x32,
    }),
  remap_file_pages: () => call({ addr: address, size, prot, pgoff: size, flags: format(mapFlags, 'ptr') }),
};
