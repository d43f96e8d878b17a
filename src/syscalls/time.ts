import type { Family } from './index.js';

export const time: Family = {};
