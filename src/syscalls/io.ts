import type { Family } from './index.js';

export const io: Family = {};
