import type { Family } from './index.js';

export const network: Family = {};
