// When each argument is printed.
import type { RArgument, RList } from '../describe/resolved.js';
import { hasOutput, isSplit } from './shape.js';

/** When something is printed, and therefore captured. */
export type Phase = 'enter' | 'exit';

/** An argument of a list with the stop at which it is printed. */
export interface Timed {
  readonly argument: RArgument;
  /** `exit` from the first argument on that waits; an `arrow` shows its old value at the entry. */
  readonly phase: Phase;
  readonly arrow: boolean;
  /** A part of it is printed at the entry, unless that turns out to be all. */
  readonly split: boolean;
  /** Waits only because it stands behind one that may turn out to be whole at the entry. */
  readonly early: boolean;
}

/** Decides for each argument when it is printed: at the entry up to the first that must wait, then at the exit. */
export function schedule(list: RList): Timed[] {
  let phase: Phase = 'enter';
  let known = false;
  return list.args
    .filter((a) => !a.hidden)
    .map((argument) => {
      const { node } = argument;
      const arrow =
        phase === 'enter' && node.kind === 'pointer' && node.direction === 'inout' && node.options.show === 'arrow';
      const split = phase === 'enter' && isSplit(node);
      const settles = node.kind === 'pointer' && node.options.changesIf !== undefined;
      if (arrow || split) {
        phase = 'exit';
        known = split || settles;
        return { argument, phase: 'enter' as const, arrow, split, early: false };
      }
      if (argument.atExit || hasOutput(node)) {
        const early = known;
        if (phase === 'enter') known = settles;
        phase = 'exit';
        return { argument, phase: 'exit' as const, arrow, split, early };
      }
      return { argument, phase, arrow, split, early: known };
    });
}
