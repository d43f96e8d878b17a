// Commands of inotify descriptors (linux/inotify.h).
import { i32 } from '../../describe/combinators.js';
import type { Declaration, IoctlFamily } from './family.js';

export const family: IoctlFamily = {
  numbers: true,
  commands: (): Record<string, Declaration> => ({ INOTIFY_IOC_SETNEXTWD: i32 }),
};
