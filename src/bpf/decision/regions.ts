// Looking into program functions: fixing words, ranges of a word that behave alike, and inputs that fulfil a condition.
import { BpfError } from '../bpf-error.js';
import { DATA_SIZE } from '../instruction.js';
import type { Diagrams, Node } from './diagrams.js';
import type { VariableOrder } from './program-function.js';

/** Consecutive values of a word, both ends included, for which a function goes on the same way. */
export interface Region {
  readonly first: number;
  readonly last: number;
  readonly rest: Node;
}

const BITS = 32;
/** A condition on low bits makes very many ranges, of which nobody learns anything. */
const MAX_REGIONS = 100_000;

/** The function with one word of seccomp_data fixed. */
export function fixWord(d: Diagrams, order: VariableOrder, node: Node, word: number, value: number): Node {
  const done = new Map<Node, Node>();
  const last = order.variable(word, 0);
  const visit = (n: Node): Node => {
    if (d.isEnd(n) || d.variableOf(n) > last) return n;
    let made = done.get(n);
    if (made === undefined) {
      const variable = d.variableOf(n);
      const owner = order.owner(variable);
      if (owner.word === word) made = visit((value >>> owner.bit) & 1 ? d.high(n) : d.low(n));
      else made = d.node(variable, visit(d.low(n)), visit(d.high(n)));
      done.set(n, made);
    }
    return made;
  };
  return visit(node);
}

/**
 * The values of a word in ascending ranges. The word must be decided first in `node` (the architecture; then the number).
 * @throws BpfError 'too complex' when it is not, or when there are too many ranges.
 */
export function regionsOf(d: Diagrams, order: VariableOrder, node: Node, word: number): Region[] {
  const regions: { first: number; last: number; rest: Node }[] = [];
  const visit = (n: Node, bit: number, first: number): void => {
    const size = 2 ** (bit + 1);
    if (bit < 0 || d.isEnd(n) || order.owner(d.variableOf(n)).word !== word) {
      const before = regions[regions.length - 1];
      if (before?.rest === n) before.last = first + size - 1;
      else regions.push({ first, last: first + size - 1, rest: n });
      if (regions.length > MAX_REGIONS) throw new BpfError('too complex', 'numbers are told apart by their low bits');
      return;
    }
    const isOwn = d.variableOf(n) === order.variable(word, bit);
    visit(isOwn ? d.low(n) : n, bit - 1, first);
    visit(isOwn ? d.high(n) : n, bit - 1, first + size / 2);
  };
  visit(node, BITS - 1, 0);
  for (const { rest } of regions) {
    if (dependsOn(d, order, rest, word)) throw new BpfError('too complex', 'a number is compared with an argument');
  }
  return regions;
}

/** Whether a function looks at a word. */
export function dependsOn(d: Diagrams, order: VariableOrder, node: Node, word: number): boolean {
  const seen = new Set<Node>();
  const last = order.variable(word, 0);
  const visit = (n: Node): boolean => {
    if (d.isEnd(n) || d.variableOf(n) > last || seen.has(n)) return false;
    seen.add(n);
    return order.owner(d.variableOf(n)).word === word || visit(d.low(n)) || visit(d.high(n));
  };
  return visit(node);
}

/** The words of an input for which a Boolean function holds, with as many zero bits as the way allows; undefined: none. */
export function findInput(d: Diagrams, order: VariableOrder, condition: Node): Uint32Array | undefined {
  if (condition === d.false) return undefined;
  const words = new Uint32Array(DATA_SIZE / 4);
  for (let n = condition; n !== d.true;) {
    if (d.low(n) !== d.false) n = d.low(n);
    else {
      const { word, bit } = order.owner(d.variableOf(n));
      words[word] = (words[word] | (1 << bit)) >>> 0;
      n = d.high(n);
    }
  }
  return words;
}

/** The word that a function ends in for an input. */
export function valueAt(d: Diagrams, order: VariableOrder, node: Node, words: Uint32Array): number {
  let n = node;
  while (!d.isEnd(n)) {
    const { word, bit } = order.owner(d.variableOf(n));
    n = (words[word] >>> bit) & 1 ? d.high(n) : d.low(n);
  }
  return d.word(n);
}
