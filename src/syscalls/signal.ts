import type { Family } from './index.js';

export const signal: Family = {};
