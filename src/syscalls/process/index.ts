// Processes: all families of calls about tasks, their rights, limits and processors, and the kernel as a whole.
import type { Family } from '../index.js';
import { prctl } from '../prctl/prctl.js';
import { capability } from './capability.js';
import { futex } from './futex.js';
import { identity } from './identity.js';
import { limits } from './limit.js';
import { lsm } from './lsm.js';
import { namespace } from './namespace.js';
import { personality } from './personality.js';
import { pidfd } from './pidfd.js';
import { ptrace } from './ptrace/ptrace.js';
import { rseq } from './rseq.js';
import { scheduling } from './scheduling.js';
import { segment } from './segment.js';
import { system } from './system.js';
import { task } from './task.js';
import { usage } from './usage.js';
import { wait } from './wait.js';

export const process: Family = {
  ...task,
  ...wait,
  ...identity,
  ...capability,
  ...limits,
  ...usage,
  ...scheduling,
  ...futex,
  ...ptrace,
  ...rseq,
  ...namespace,
  ...lsm,
  ...personality,
  ...pidfd,
  ...segment,
  ...system,
  prctl,
};
