// The ways through a decision: which comparisons hold on each, with what one implies about another taken out.
import { BpfError } from '../bpf-error.js';
import { holds, type Expression } from '../decision/expression.js';
import type { Decision, Test } from '../decision/specialise.js';
import { Op } from '../instruction.js';

const MAX = 0xffffffff;
/** More ways than this are no policy that anybody reads. */
const MAX_WAYS = 2000;

/** All that a way has settled about one term. */
export interface Facts {
  readonly term: Expression;
  readonly low: number;
  readonly high: number;
  /** Values inside the bounds that are ruled out. */
  readonly excluded: readonly number[];
  /** Of each mask at least one bit is set. */
  readonly someSet: readonly number[];
  /** None of these bits is set. */
  readonly clear: number;
}

/** A comparison between two terms that are not constant, as it stands. */
export interface Relation {
  readonly test: Test;
  readonly holds: boolean;
}

/** One way: what must hold, what is returned then, and how much of all inputs takes it (0 to 1). */
export interface Way {
  readonly facts: readonly Facts[];
  readonly relations: readonly Relation[];
  readonly value: Expression;
  readonly share: number;
}

function agrees(facts: Facts, value: number): boolean {
  return (
    value >= facts.low &&
    value <= facts.high &&
    (value & facts.clear) === 0 &&
    !facts.excluded.includes(value) &&
    facts.someSet.every((mask) => (value & mask) !== 0)
  );
}

/** Facts without what the bounds say anyway; undefined when nothing can fulfil them. */
function tidy(facts: Facts): Facts | undefined {
  let { low, high } = facts;
  // Bits that are clear bound the value, too.
  high = Math.min(high, ~facts.clear >>> 0);
  const excluded = new Set(facts.excluded);
  while (low <= high && excluded.has(low)) low++;
  while (high >= low && excluded.has(high)) high--;
  if (low > high) return undefined;
  const someSet = facts.someSet.map((mask) => (mask & ~facts.clear) >>> 0);
  if (someSet.includes(0)) return undefined;
  const made = { ...facts, low, high, excluded: [...excluded].filter((v) => v > low && v < high), someSet };
  if (low === high)
    return agrees({ ...made, excluded: [] }, low) ? { ...made, excluded: [], someSet: [], clear: 0 } : undefined;
  return made;
}

/** Facts with one more comparison against a constant. */
function learn(facts: Facts, code: number, k: number, holding: boolean): Facts | undefined {
  if (facts.low === facts.high) return holds(code, facts.low, k) === holding ? facts : undefined;
  switch (code) {
    case Op.JEQ_K:
      if (holding)
        return agrees(facts, k) ? { ...facts, low: k, high: k, excluded: [], someSet: [], clear: 0 } : undefined;
      return tidy({ ...facts, excluded: [...facts.excluded, k] });
    case Op.JGT_K:
      if (k === MAX) return holding ? undefined : facts;
      return learn(facts, Op.JGE_K, k + 1, holding);
    case Op.JGE_K:
      if (holding) return tidy({ ...facts, low: Math.max(facts.low, k) });
      return k === 0 ? undefined : tidy({ ...facts, high: Math.min(facts.high, k - 1) });
    default:
      if (holding) return tidy({ ...facts, someSet: [...facts.someSet, k] });
      return tidy({ ...facts, clear: (facts.clear | k) >>> 0 });
  }
}

/** The part of all values that fulfils facts, roughly: to find the way that is taken when nothing special holds. */
function shareOf({ low, high, excluded, someSet, clear }: Facts): number {
  const bits = (mask: number): number => mask.toString(2).replaceAll('0', '').length;
  let share = (high - low + 1 - excluded.length) / 2 ** 32;
  for (const mask of someSet) share *= 1 - 2 ** -bits(mask);
  return low === high ? share : share * 2 ** -bits(clear);
}

/** All ways through a decision. @throws BpfError 'too complex' */
export function waysOf(decision: Decision): Way[] {
  const ways: Way[] = [];
  const walk = (node: Decision, facts: ReadonlyMap<string, Facts>, relations: readonly Relation[]): void => {
    if (node.kind === 'return') {
      if (ways.length === MAX_WAYS) throw new BpfError('too complex', `more than ${MAX_WAYS} ways to decide one call`);
      const all = [...facts.values()];
      const share = all.reduce((product, f) => product * shareOf(f), 1);
      ways.push({ facts: all, relations, value: node.value, share });
      return;
    }
    for (const side of [true, false]) {
      const next = side ? node.whenTrue : node.whenFalse;
      const { code, left, right } = node.test;
      if (right.kind === 'constant') {
        const before = facts.get(left.key) ?? { term: left, low: 0, high: MAX, excluded: [], someSet: [], clear: 0 };
        const after = learn(before, code, right.value, side);
        if (after) walk(next, new Map(facts).set(left.key, after), relations);
      } else walk(next, facts, [...relations, { test: node.test, holds: side }]);
    }
  };
  walk(decision, new Map(), []);
  return ways;
}
