// io_uring: rings, and what is registered with them.
import type { Family } from '../../index.js';
import { register } from './register.js';
import { ring } from './ring.js';

export const uring: Family = { ...ring, io_uring_register: register };
