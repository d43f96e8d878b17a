import type { Family } from './index.js';

export const kernel: Family = {};
