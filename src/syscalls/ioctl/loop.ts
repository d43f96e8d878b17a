// Commands of loop devices (linux/loop.h).
import { loop_ciphers, loop_flags } from '../../constants/generated/block.js';
import { device } from '../../decode/leaf/mode.js';
import {
  atMost,
  byAbi,
  bytes,
  chars,
  choice,
  differs,
  fd,
  field,
  fixedArray,
  flags,
  format,
  i32,
  input,
  output,
  reserved,
  sibling,
  size,
  struct,
  u32,
  u64,
  ulong,
  verbose,
  x32,
  x64,
  x8,
  xlong,
} from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Node, VerboseNode } from '../../describe/node.js';
import type { Declaration, IoctlFamily } from './family.js';

/** LO_NAME_SIZE and LO_KEY_SIZE. */
const NAME_SIZE = 64;
const KEY_SIZE = 32;
/** LO_CRYPT_NONE. */
const NONE = 0;

/** A name in a fixed array, never shortened. */
const name: Node = { ...chars(NAME_SIZE), limit: 'path' };
const key = { ...bytes(atMost(sibling('lo_encrypt_key_size'), KEY_SIZE)), size: KEY_SIZE, limit: KEY_SIZE };

/** What only matters with -v, and what only matters when there is a cipher. */
interface Kinds {
  readonly rare: (node: Node) => FieldSpec[string];
  readonly cipher: (node: Node) => FieldSpec[string];
}

/** The structure with -v, and the one without, which ends with three points. */
const status = (fields: (kinds: Kinds) => FieldSpec): VerboseNode =>
  verbose(
    struct(fields({ rare: (node) => node, cipher: (node) => node })),
    struct(
      fields({
        rare: (node) => field(node, { verboseOnly: true }),
        cipher: (node) => field(node, { when: differs(sibling('lo_encrypt_type'), NONE) }),
      }),
      { shortened: true },
    ),
  );

/** struct loop_info, whose devices are __kernel_old_dev_t. */
const status32 = () => {
  const number = byAbi(format(device, 8), format(device, 2));
  return status(({ rare, cipher }) => ({
    lo_number: i32,
    lo_device: rare(number),
    lo_inode: rare(ulong),
    lo_rdevice: rare(number),
    lo_offset: x32,
    lo_encrypt_type: cipher(choice(loop_ciphers)),
    lo_encrypt_key_size: cipher(u32),
    lo_flags: flags(loop_flags),
    lo_name: name,
    lo_encrypt_key: cipher(key),
    lo_init: rare(fixedArray(xlong, 2)),
    reserved: rare(fixedArray(x8, 4)),
  }));
};

/** struct loop_info64. */
const status64 = () => {
  const number = format(device, 8);
  return status(({ rare, cipher }) => ({
    lo_device: rare(number),
    lo_inode: rare(u64),
    lo_rdevice: rare(number),
    lo_offset: x64,
    lo_sizelimit: rare(u64),
    lo_number: u32,
    lo_encrypt_type: cipher(choice(loop_ciphers)),
    lo_encrypt_key_size: cipher(u32),
    lo_flags: flags(loop_flags),
    lo_file_name: name,
    lo_crypt_name: cipher(name),
    lo_encrypt_key: cipher(key),
    lo_init: rare(fixedArray(x64, 2)),
  }));
};

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => {
    const [old, info] = [status32(), status64()];
    return {
      LOOP_SET_STATUS: input(old),
      LOOP_GET_STATUS: output(old),
      LOOP_SET_STATUS64: input(info),
      LOOP_GET_STATUS64: output(info),
      LOOP_CONFIGURE: input(
        struct({ fd, block_size: u32, info, __reserved: reserved({ ...fixedArray(x64, 8), limit: 8 }) }),
      ),
      LOOP_SET_FD: fd,
      LOOP_CHANGE_FD: fd,
      LOOP_CTL_ADD: i32,
      LOOP_CTL_REMOVE: i32,
      LOOP_SET_DIRECT_IO: size,
      LOOP_SET_BLOCK_SIZE: size,
      LOOP_CLR_FD: null,
      LOOP_SET_CAPACITY: null,
      LOOP_CTL_GET_FREE: null,
    };
  },
};
