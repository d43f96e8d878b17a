import type { Family } from './index.js';

export const file: Family = {};
