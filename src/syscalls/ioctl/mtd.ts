// Commands of raw flash, /dev/mtd* (mtd/mtd-abi.h).
import * as g from '../../constants/generated/disk.js';
import {
  address,
  address64,
  answer,
  choice,
  fixedArray,
  flags,
  i32,
  u64,
  inout,
  input,
  output,
  padding,
  struct,
  u32,
  x32,
  x64,
} from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

/** MTD_MAX_OOBFREE_ENTRIES. */
const FREE_REGIONS = 8;
/** Positions of check bytes in struct nand_oobinfo, and in struct nand_ecclayout_user (MTD_MAX_ECCPOS_ENTRIES). */
const OLD_POSITIONS = 32;
const POSITIONS = 64;

const info = () =>
  struct({
    type: choice(g.mtd_types, 1),
    gap: padding(3),
    flags: flags(g.mtd_flags),
    size: x32,
    erasesize: x32,
    writesize: x32,
    oobsize: x32,
    padding: x64,
  });
/** Of a region the caller gives the number, and the kernel tells the rest. */
const region = () =>
  inout(
    struct(
      { offset: answer(x32), erasesize: answer(x32), numblocks: answer(x32), regionindex: x32 },
      { order: ['regionindex', 'offset', 'erasesize', 'numblocks'] },
    ),
    { show: 'entry' },
  );
const write = () =>
  struct({
    start: x64,
    len: x64,
    ooblen: x64,
    usr_data: address64,
    usr_oob: address64,
    mode: choice(g.mtd_write_modes, 1),
    gap: padding(7),
  });
const oldLayout = () =>
  struct({
    useecc: choice(g.mtd_ecc_placements),
    eccbytes: x32,
    oobfree: fixedArray(fixedArray(x32, 2), FREE_REGIONS),
    eccpos: fixedArray(x32, OLD_POSITIONS),
  });
const layout = () =>
  struct({
    eccbytes: x32,
    eccpos: fixedArray(x32, POSITIONS),
    oobavail: x32,
    oobfree: fixedArray(struct({ offset: x32, length: x32 }), FREE_REGIONS),
  });

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const erase = input(struct({ start: x32, length: x32 }));
    const spare = input(struct({ start: x32, length: x32, ptr: address }));
    const spare64 = input(struct({ start: x64, gap: padding(4), length: x32, usr_ptr: address64 }));
    const protectedRegion = struct({ start: x32, length: x32, locked: u32 });
    const block = input(u64);
    return {
      MEMGETINFO: output(info()),
      MEMERASE: erase,
      MEMLOCK: erase,
      MEMUNLOCK: erase,
      MEMISLOCKED: erase,
      MEMERASE64: input(struct({ start: x64, length: x64 })),
      MEMWRITEOOB: spare,
      MEMREADOOB: spare,
      MEMWRITEOOB64: spare64,
      MEMREADOOB64: spare64,
      MEMWRITE: input(write()),
      MEMGETREGIONCOUNT: output(i32),
      MEMGETREGIONINFO: region(),
      MEMGETOOBSEL: output(oldLayout()),
      MEMGETBADBLOCK: block,
      MEMSETBADBLOCK: block,
      OTPSELECT: input(choice(g.mtd_protected_regions)),
      OTPGETREGIONCOUNT: output(u32),
      OTPGETREGIONINFO: output(protectedRegion),
      OTPLOCK: input(protectedRegion),
      ECCGETLAYOUT: output(layout()),
      ECCGETSTATS: output(struct({ corrected: x32, failed: x32, badblocks: x32, bbtblocks: x32 })),
      MTDFILEMODE: choice(g.mtd_file_modes, 'ptr'),
    };
  },
};
