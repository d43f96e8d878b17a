// Sockets: creation, addresses, messages, options; socketcall of i386.
import type { Family } from '../index.js';
import { addresses } from './addresses.js';
import { creation } from './creation.js';
import { messages } from './messages.js';
import { options } from './options.js';

export const network: Family = { ...creation, ...addresses, ...messages, ...options };
