// Whether two programs decide alike, proved over every input; and if not, for which inputs they differ.
import type { Program } from '../instruction.js';
import { Diagrams, type Node } from './diagrams.js';
import { programFunction, programWords, VariableOrder } from './program-function.js';

/** Two programs as functions in one store. */
export interface Comparison {
  readonly diagrams: Diagrams;
  readonly order: VariableOrder;
  /** Verdicts of both. */
  readonly left: Node;
  readonly right: Node;
  /** Holds for the inputs that tell them apart; the constant false when there are none: they are equivalent. */
  readonly difference: Node;
}

/** How programs are compared. */
export interface CompareOptions {
  /** Whether the returned words count, not only what the kernel makes of them. */
  readonly exact?: boolean;
  /** Decisions after which the answer is 'too complex'; a few millions by default. */
  readonly most?: number;
}

/**
 * Compares what the kernel would do; or, with `exact`, the very words that are returned.
 * @throws BpfError for programs that the kernel refuses, and 'too complex' when no proof could be found.
 */
export function comparePrograms(left: Program, right: Program, options: CompareOptions = {}): Comparison {
  const { exact = false, most } = options;
  const diagrams = new Diagrams(most);
  const order = new VariableOrder([left, right]);
  const functions = {
    left: programFunction(diagrams, order, left),
    right: programFunction(diagrams, order, right),
  };
  let difference = diagrams.difference(functions.left, functions.right);
  if (exact) {
    const p = programWords(diagrams, order, left);
    const q = programWords(diagrams, order, right);
    p.forEach((bit, i) => {
      difference = diagrams.or(difference, diagrams.xor(bit, q[i]));
    });
  }
  return { diagrams, order, ...functions, difference };
}

/** Whether two programs decide alike for every input. @throws BpfError as `comparePrograms` */
export function areEquivalent(left: Program, right: Program, options: CompareOptions = {}): boolean {
  const { diagrams, difference } = comparePrograms(left, right, options);
  return difference === diagrams.false;
}
