// Memory: mappings, protections, advice, locks, nodes.
import type { Family } from '../index.js';
import { mapping } from './mapping.js';
import { numa } from './numa.js';

export const memory: Family = { ...mapping, ...numa };
