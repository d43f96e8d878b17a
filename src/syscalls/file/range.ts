// Positions and ranges of open files: seek, space, advice, write-back, page cache.
import * as g from '../../constants/generated/file.js';
import {
  argument,
  byAbi,
  call,
  choice,
  fd,
  flags,
  i32,
  i64,
  input,
  output,
  size,
  struct,
  u32,
  u64,
  wide,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Family } from '../index.js';
import { path } from './arguments.js';

/** struct cachestat_range and struct cachestat (linux/mman.h). */
const cacheRange = struct({ off: x64, len: u64 });
const cacheState = struct({
  nr_cache: u64,
  nr_dirty: u64,
  nr_writeback: u64,
  nr_evicted: u64,
  nr_recently_evicted: u64,
});
const whence = choice(g.seek_whence);
const advice = choice(g.fadvise_advices);

export const range: Family = {
  lseek: () => call({ fd, offset: byAbi(i64, i32), whence }),
  _llseek: () =>
    call({
      fd,
      offset: argument(i64, { wide: true, highFirst: true }),
      result: output(u64),
      whence,
    }),
  truncate: () => call({ path, length: byAbi(u64, u32) }),
  ftruncate: () => call({ fd, length: byAbi(u64, u32) }),
  truncate64: () => call({ path, length: wide(u64) }),
  ftruncate64: () => call({ fd, length: wide(u64) }),
  fallocate: () => call({ fd, mode: flags(g.fallocate_modes), offset: wide(i64), len: wide(i64) }),
  fadvise64: () => call({ fd, offset: wide(i64), len: size, advice }),
  fadvise64_64: () => call({ fd, offset: wide(i64), len: wide(i64), advice }),
  fsync: () => call({ fd }),
  fdatasync: () => call({ fd }),
  syncfs: () => call({ fd }),
  sync: () => call(),
  sync_file_range: () => call({ fd, offset: wide(i64), nbytes: wide(i64), flags: flags(g.sync_range_flags) }),
  readahead: () => call({ fd, offset: wide(i64), count: size }),
  cachestat: () => call({ fd, cstat_range: input(cacheRange), cstat: output(cacheState), flags: x32 }),
};
