// A bound expression as decisions: at the entry it may still depend on what the exit tells.
import type { RArgument } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { AT_EXIT, NOT_WANTED, WANTED, type Decision } from '../decode/choice.js';
import { testsOf, type Bound } from './bind.js';

/** The decisions of one call (or of one form of it). */
export interface Decisions {
  readonly enter: (c: Cursor) => Decision;
  readonly exit: (entry: Cursor, c: Cursor) => boolean;
  /** Arguments whose memory the decisions look at. */
  readonly captured: { readonly enter: readonly RArgument[]; readonly exit: readonly RArgument[] };
}

type Enter = Decisions['enter'];

function enterOf(bound: Bound): Enter {
  switch (bound.kind) {
    case 'known': {
      const verdict = bound.value ? WANTED : NOT_WANTED;
      return () => verdict;
    }
    case 'test': {
      const { test, phase } = bound;
      if (phase === 'exit') return () => AT_EXIT;
      return (c) => (test(c) ? WANTED : NOT_WANTED);
    }
    case 'not': {
      const of = enterOf(bound.of);
      return (c) => {
        const verdict = of(c);
        return verdict === AT_EXIT ? verdict : verdict === WANTED ? NOT_WANTED : WANTED;
      };
    }
    default: {
      const parts = bound.of.map(enterOf);
      // What settles the whole: one that does not hold, or one that does.
      const settles = bound.kind === 'and' ? NOT_WANTED : WANTED;
      const otherwise = bound.kind === 'and' ? WANTED : NOT_WANTED;
      return (c) => {
        let verdict = otherwise;
        for (const part of parts) {
          const one = part(c);
          if (one === settles) return settles;
          if (one === AT_EXIT) verdict = AT_EXIT;
        }
        return verdict;
      };
    }
  }
}

function exitOf(bound: Bound): Decisions['exit'] {
  switch (bound.kind) {
    case 'known': {
      const { value } = bound;
      return () => value;
    }
    case 'test': {
      const { test, phase } = bound;
      return phase === 'exit' ? (_entry, c) => test(c) : (entry) => test(entry);
    }
    case 'not': {
      const of = exitOf(bound.of);
      return (entry, c) => !of(entry, c);
    }
    case 'and': {
      const parts = bound.of.map(exitOf);
      return (entry, c) => parts.every((part) => part(entry, c));
    }
    case 'or': {
      const parts = bound.of.map(exitOf);
      return (entry, c) => parts.some((part) => part(entry, c));
    }
  }
}

/** The decisions of a bound expression. */
export function decide(bound: Bound): Decisions {
  const tests = testsOf(bound);
  const arguments_ = (isExit: boolean): RArgument[] => [
    ...new Set(tests.filter(({ phase }) => (phase === 'exit') === isExit).flatMap(({ captured }) => captured)),
  ];
  return { enter: enterOf(bound), exit: exitOf(bound), captured: { enter: arguments_(false), exit: arguments_(true) } };
}
