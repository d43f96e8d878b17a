// Commands of volumes on raw flash, UBI (mtd/ubi-user.h).
import * as g from '../../constants/generated/disk.js';
import {
  array,
  choice,
  flags,
  i16,
  i32,
  i64,
  i8,
  inout,
  input,
  padding,
  sibling,
  struct,
  x64,
} from '../../describe/combinators.js';
import { counted, notNegative } from './counted-name.js';
import type { Declaration, IoctlFamily } from './family.js';

/** The room that a name has: UBI_MAX_VOLUME_NAME and a NUL. */
const NAME_SIZE = 128;
/** UBI_MAX_RNVOL. */
const RENAMES_MAX = 32;

const name = counted(NAME_SIZE, 'name_len', 2);

const attach = () =>
  inout(
    struct({
      ubi_num: i32,
      mtd_num: i32,
      vid_hdr_offset: i32,
      max_beb_per1024: i16,
      disable_fm: i8,
      need_resv_pool: i8,
      padding: padding(8),
    }),
    { show: 'arrow', after: array(i32, { kind: 'const', value: 1 }) },
  );
const makeVolume = () =>
  inout(
    struct({
      vol_id: i32,
      alignment: i32,
      bytes: i64,
      vol_type: choice(g.ubi_volume_types, 1),
      flags: flags(g.ubi_volume_flags, 1),
      name_len: i16,
      padding: padding(4),
      name,
    }),
    { show: 'arrow', after: array(i32, { kind: 'const', value: 1 }) },
  );
const rename = () => {
  const entry = struct({ vol_id: i32, name_len: i16, padding: padding(2), name });
  return struct({
    count: i32,
    padding: padding(12),
    ents: { ...array(entry, notNegative(sibling('count'), 4, RENAMES_MAX)), fixed: RENAMES_MAX },
  });
};

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const number = input(i32);
    const dataType = choice(g.ubi_data_types, 1);
    return {
      UBI_IOCATT: attach(),
      UBI_IOCMKVOL: makeVolume(),
      UBI_IOCRSVOL: input(struct({ bytes: i64, vol_id: i32 }, { packed: true })),
      UBI_IOCRNVOL: input(rename()),
      UBI_IOCEBCH: input(struct({ lnum: i32, bytes: i32, dtype: dataType, padding: padding(7) })),
      UBI_IOCEBMAP: input(struct({ lnum: i32, dtype: dataType, padding: padding(3) })),
      UBI_IOCSETVOLPROP: input(struct({ property: choice(g.ubi_properties, 1), padding: padding(7), value: x64 })),
      UBI_IOCVOLUP: input(i64),
      UBI_IOCDET: number,
      UBI_IOCRMVOL: number,
      UBI_IOCEBER: number,
      UBI_IOCEBUNMAP: number,
      UBI_IOCEBISMAP: number,
      UBI_IOCRPEB: number,
      UBI_IOCSPEB: number,
      UBI_IOCVOLCRBLK: null,
      UBI_IOCVOLRMBLK: null,
    };
  },
};
