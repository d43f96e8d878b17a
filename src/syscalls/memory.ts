import type { Family } from './index.js';

export const memory: Family = {};
