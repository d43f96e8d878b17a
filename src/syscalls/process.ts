import type { Family } from './index.js';

export const process: Family = {};
