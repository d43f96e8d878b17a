// What is known of one tracee between its records.
import type { CompiledCall } from '../decode/call.js';
import type { Cursor } from '../record/cursor.js';
import type { Stream } from './destination.js';
import type { Stack } from './stack.js';
import type { CallStart } from './summary.js';

export class Tracee {
  /** The system call that has been entered. */
  call: CompiledCall | undefined;
  /** How far its arguments were printed. */
  printed = 0;
  /** Copy of the entering record, where the call's exit needs it; reused. */
  entry: Cursor | undefined;
  entryKept = false;
  /** Monotonic time of the last entry. */
  entrySec = 0;
  entryNsec = 0;
  /** Times of the entry for -c. */
  start: CallStart | undefined;
  /** The stack of the event that comes next; of a call that ends the program, until that end. */
  stack: Stack | undefined;
  /** The line of its last call has been printed: its dump follows. */
  dumping = false;
  /** Its thread execs under another id: whatever it does next shows as cut by others, once. */
  reprint = false;
  /** Its current call is not wanted after all: a subcall of i386's multiplexers, or one that touches no target. */
  skipped = false;
  /** Whether it is wanted will be known at its exit (--where). */
  undecided = false;

  /** Its name, with -Y; empty when it is not known. */
  comm = new Uint8Array(0);
  /** Its last call failed: until another one succeeds, strace keeps the name that it knows. */
  failed = false;

  constructor(
    public tid: number,
    public stream: Stream,
  ) {}
}
