// Commands of network block devices (linux/nbd.h).
import { nbd_flags } from '../../constants/generated/disk.js';
import { fd, flags, size } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  commands: (): Record<string, Declaration> => ({
    NBD_SET_SOCK: fd,
    NBD_SET_BLKSIZE: size,
    NBD_SET_SIZE: size,
    NBD_SET_SIZE_BLOCKS: size,
    NBD_SET_TIMEOUT: size,
    NBD_SET_FLAGS: flags(nbd_flags),
    NBD_DO_IT: null,
    NBD_CLEAR_SOCK: null,
    NBD_CLEAR_QUE: null,
    NBD_PRINT_DEBUG: null,
    NBD_DISCONNECT: null,
  }),
};
