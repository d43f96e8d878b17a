// Commands of the device that makes DMA buffers of memory files (linux/udmabuf.h).
import { memory_buffer_flags } from '../../constants/generated/descriptors.js';
import {
  array,
  behind,
  fd,
  flags,
  input,
  padding,
  returns,
  sibling,
  struct,
  u32,
  u64,
} from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => {
    const how = flags(memory_buffer_flags);
    const item = struct({ memfd: fd, pad: padding(4), offset: u64, size: u64 });
    const list = struct({ flags: how, count: u32, list: behind(array(item, sibling('count'))) });
    const result = { ...returns.fd, ifRead: 'argp' };
    return {
      UDMABUF_CREATE: {
        argument: input(struct({ memfd: fd, flags: how, offset: u64, size: u64 })),
        result,
      },
      UDMABUF_CREATE_LIST: { argument: input(list), result },
    };
  },
};
