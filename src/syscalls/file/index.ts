// The calls on files, from their families.
import type { Family } from '../index.js';
import { attributes } from './attributes.js';
import { directory } from './directory.js';
import { fcntlCalls } from './fcntl.js';
import { mount } from './mount.js';
import { mountInfo } from './mount-info.js';
import { notify } from './notify.js';
import { open } from './open.js';
import { paths } from './path.js';
import { quota } from './quota.js';
import { range } from './range.js';
import { stats } from './stat.js';
import { statfsCalls } from './statfs.js';
import { swap } from './swap.js';
import { xattr } from './xattr.js';

export const file: Family = {
  ...open,
  ...paths,
  ...stats,
  ...statfsCalls,
  ...attributes,
  ...xattr,
  ...directory,
  ...range,
  ...fcntlCalls,
  ...notify,
  ...mount,
  ...mountInfo,
  ...quota,
  ...swap,
};
