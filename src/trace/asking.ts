// Calls that may be tampered with, and of which the tracer thread cannot know itself whether they are selected
// (deciding.ts): it asks before it tampers, and the task waits for the answer.
import { I386 } from '../abi/abi.js';
import { IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { Verdict } from '../binding/tracer.js';
import type { Tracer } from '../binding/tracer.js';
import type { Cursor } from '../record/cursor.js';
import type { Calls } from './calls.js';
import type { TraceOptions } from './options.js';
import { AT_EXIT, decisionAtEntry, NOT_WANTED } from './wanted.js';

/** Answers whether calls are wanted; the cursor is on what was captured at the entry. */
export class Judge {
  private readonly complained = new Set<string>();

  constructor(
    private readonly tracer: Tracer,
    private readonly options: TraceOptions,
    private readonly calls: Calls,
    private readonly warn: (text: string) => void,
  ) {}

  /** Answers the question that the cursor is on. */
  answer(c: Cursor): void {
    this.tracer.decide(this.verdict(c));
  }

  private verdict(c: Cursor): Verdict {
    const { abi, nr } = c;
    const carrier = abi === I386.index && (nr === SOCKETCALL || nr === IPC);
    if (carrier && !this.options.trace.has('i386', nr)) return Verdict.Unwanted;
    const call = this.calls.get(abi, nr);
    const decision = decisionAtEntry(call, c);
    if (decision === NOT_WANTED) return Verdict.Unwanted;
    if (decision !== AT_EXIT) return Verdict.Wanted;
    if (!this.complained.has(call.name)) {
      this.complained.add(call.name);
      this.warn(`--where: whether ${call.name} is wanted shows when it has ended, too late to tamper with it`);
    }
    return Verdict.Undecided;
  }
}
