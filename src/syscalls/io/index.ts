// Input and output beyond files: transfers, waiting for descriptors, asynchronous rings, other processes' memory.
import type { Family } from '../index.js';
import { aio } from './aio.js';
import { epoll } from './epoll.js';
import { notification } from './notification.js';
import { poll } from './poll.js';
import { processVm } from './process-vm.js';
import { selectCalls } from './select.js';
import { transfer } from './transfer.js';
import { uring } from './uring/index.js';

export const io: Family = {
  ...transfer,
  ...poll,
  ...selectCalls,
  ...epoll,
  ...notification,
  ...aio,
  ...uring,
  ...processVm,
};
