// Keys, and what programs may do at all: landlock.
import type { Family } from '../index.js';
import { keys } from './keys.js';
import { landlock } from './landlock.js';

export const security: Family = { ...keys, ...landlock };
