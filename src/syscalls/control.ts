// ioctl(2), apart from the rest: what it needs is much, and many programs never call it.
import { ioctl } from './ioctl/index.js';
import type { Family } from './index.js';

export const control: Family = { ioctl };
