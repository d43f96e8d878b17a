// What the kernel makes of the word that a filter returns (kernel/seccomp.c, __seccomp_filter and seccomp_run_filters).
import {
  RET_ACTION_FULL,
  RET_ALLOW,
  RET_ERRNO,
  RET_KILL_PROCESS,
  RET_KILL_THREAD,
  RET_LOG,
  RET_TRACE,
  RET_TRAP,
  RET_USER_NOTIF,
} from './instruction.js';

/** Kernel limit MAX_ERRNO: the data of RET_ERRNO is cut down to it. */
const MAX_ERRNO = 4095;
/** All actions, without their data. */
export const ACTIONS: readonly number[] = [
  RET_ALLOW,
  RET_ERRNO,
  RET_KILL_PROCESS,
  RET_KILL_THREAD,
  RET_LOG,
  RET_TRACE,
  RET_TRAP,
  RET_USER_NOTIF,
];

/** Whether an action's data reaches somebody: as errno, in si_errno, in the tracer's event message. */
export function keepsData(action: number): boolean {
  return action === RET_ERRNO || action === RET_TRAP || action === RET_TRACE;
}

/** What the data of an action is cut down to. */
export function mostData(action: number): number {
  return action === RET_ERRNO ? MAX_ERRNO : 0xffff;
}

/** The simplest word with the same effect: unknown actions kill the process, most actions ignore their data. */
export function verdictOf(word: number): number {
  const action = (word & RET_ACTION_FULL) >>> 0;
  if (!ACTIONS.includes(action)) return RET_KILL_PROCESS;
  return keepsData(action) ? (action | Math.min(word & 0xffff, mostData(action))) >>> 0 : action;
}

/** How the kernel orders actions: as signed numbers, the lowest wins. */
function rank(action: number): number {
  return action & RET_ACTION_FULL;
}

/** The word that counts when two filters of a thread return `newer` and `older`: the stricter; the newer among equals. */
export function stricter(newer: number, older: number): number {
  return rank(older) < rank(newer) ? older : newer;
}
