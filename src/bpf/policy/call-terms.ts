// Which parts of its arguments decide a call: for the checks that compare them with what the kernel looks at.
import type { Architecture } from '../architecture.js';
import type { Expression } from '../decision/expression.js';
import type { Decision } from '../decision/specialise.js';
import { DATA_ARGS, DATA_IP, Op } from '../instruction.js';

/** How the conditions of one call use the arguments. */
export interface ArgumentUse {
  readonly argument: number;
  low: boolean;
  high: boolean;
  /** The whole lower half is compared, not only some of its bits. */
  whole: boolean;
  /** It is compared with a constant other than 0. */
  value: boolean;
}

/** What decides a call. */
export interface CallTerms {
  readonly uses: readonly ArgumentUse[];
  readonly usesInstructionPointer: boolean;
}

/** Looks through all comparisons of a decision. */
export function callTerms(decision: Decision, { bigEndian }: Architecture): CallTerms {
  const uses = new Map<number, ArgumentUse>();
  let usesInstructionPointer = false;
  const look = (term: Expression, against: number | undefined, whole: boolean): void => {
    if (term.kind === 'operation') {
      look(term.left, against, false);
      look(term.right, against, false);
      return;
    }
    if (term.kind !== 'word' || term.offset < DATA_IP) return;
    if (term.offset < DATA_ARGS) {
      usesInstructionPointer = true;
      return;
    }
    const argument = (term.offset - DATA_ARGS) >>> 3;
    const use = uses.get(argument) ?? { argument, low: false, high: false, whole: false, value: false };
    const high = ((term.offset & 4) !== 0) !== bigEndian;
    if (high) use.high = true;
    else use.low = true;
    if (!high && whole) use.whole = true;
    if (!high && against !== 0) use.value = true;
    uses.set(argument, use);
  };
  const seen = new Set<Decision>();
  const walk = (node: Decision): void => {
    if (node.kind === 'return' || seen.has(node)) return;
    seen.add(node);
    const { code, left, right } = node.test;
    look(left, right.kind === 'constant' ? right.value : undefined, code !== Op.JSET_K);
    look(right, undefined, true);
    walk(node.whenTrue);
    walk(node.whenFalse);
  };
  walk(decision);
  return { uses: [...uses.values()], usesInstructionPointer };
}
