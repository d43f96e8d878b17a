// Plans for the tracer thread: when it asks for one, and those of a program's first calls before it does.
import { X86_64 } from '../abi/abi.js';
import { syscallNumbers } from '../abi/syscalls.js';
import type { Tracer } from '../binding/tracer.js';
import { MAX_NR, REQUEST_KEYED } from '../binding/tracer.js';
import type { Plans } from '../capture/compile.js';
import type { Selection } from '../decode/call.js';
import type { Calls } from './calls.js';
import type { Decide } from './wanted.js';

/** Is told of the plans that the tracer thread is given. */
export interface PlanListener {
  plan(abi: number, nr: number, plans: Plans): void;
  selection(abi: number, nr: number, selection: Selection): void;
  /** The words of a key choose a form; `plans` the first time. */
  form(abi: number, nr: number, words: readonly [number, number], variant: number, plans?: Plans): void;
}

/** What a call is captured by, as far as its number tells. */
function give(
  tracer: Tracer,
  calls: Calls,
  abi: number,
  nr: number,
  listeners: readonly PlanListener[],
  decide?: Decide,
): void {
  const { plans, selection } = calls.get(abi, nr);
  const decision = decide?.(abi, nr);
  if (decision) tracer.setDecision(abi, nr, decision);
  if (!selection) {
    for (const l of listeners) l.plan(abi, nr, plans);
    tracer.setPlan(abi, nr, plans.enter, plans.exit);
  } else {
    for (const l of listeners) l.selection(abi, nr, selection);
    tracer.setSelection(abi, nr, selection.first, selection.mask, selection.second);
  }
}

/** The variant that the words of a key choose. */
function choose(tracer: Tracer, calls: Calls, abi: number, nr: number, listeners: readonly PlanListener[]): void {
  const { selection } = calls.get(abi, nr);
  if (!selection) throw new Error(`a key was asked for of call ${nr}, which has no variants`);
  const words = [tracer.requestKey(0), tracer.requestKey(1)] as const;
  const variant = selection.variant(...words);
  const form = calls.isNewVariant(abi, nr, variant) ? selection.plans(variant) : undefined;
  for (const l of listeners) l.form(abi, nr, words, variant, form);
  if (form) tracer.setVariant(abi, nr, variant, form.enter, form.exit);
  tracer.choose(abi, nr, variant);
}

/** Gives the tracer thread the plans that it asks for. */
export function answer(tracer: Tracer, calls: Calls, listeners: readonly PlanListener[], decide?: Decide): void {
  const request = tracer.request();
  // Nothing is waited for any more.
  if (request === -1) return;
  const abi = (request & ~REQUEST_KEYED) >>> 16;
  const nr = request & 0xffff;
  if (request & REQUEST_KEYED) choose(tracer, calls, abi, nr, listeners);
  else give(tracer, calls, abi, nr, listeners, decide);
}

/** The calls that a dynamically linked program begins and ends with, in the order of glibc's. */
const FIRST_CALLS = [
  ...['execve', 'brk', 'mmap', 'access', 'openat', 'fstat', 'newfstatat', 'close', 'read', 'pread64', 'arch_prctl'],
  ...['set_tid_address', 'set_robust_list', 'rseq', 'mprotect', 'prlimit64', 'munmap', 'getrandom', 'exit_group'],
] as const;

/**
 * Gives the plans of a program's first calls while it starts: each that it would have to wait for costs milliseconds, as nothing
 * is compiled yet that compiles them. `traced`: the session's table (see tracedTable).
 */
export function giveFirst(tracer: Tracer, calls: Calls, traced: Uint8Array, decide?: Decide): void {
  const left = new Set(FIRST_CALLS.flatMap((name) => syscallNumbers(X86_64.name, name)));
  for (const nr of left) {
    for (let request = tracer.request(); request !== -1; request = tracer.request()) {
      answer(tracer, calls, [], decide);
      left.delete(request);
    }
    if (left.has(nr) && (traced[X86_64.index * MAX_NR + nr] & 1) !== 0)
      give(tracer, calls, X86_64.index, nr, [], decide);
  }
}
