// Communication between processes: System V shared memory, semaphores and messages, POSIX message queues.
import type { Family } from '../index.js';
import { carried } from './carried.js';
import { mqueue } from './mqueue.js';
import { msg } from './msg.js';
import { sem } from './sem.js';
import { shm } from './shm.js';

export const ipc: Family = { ...shm, ...sem, ...msg, ...mqueue, ...carried };
