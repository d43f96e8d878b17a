// Conditions on arguments as people write them: halves of 64-bit arguments joined, parameters by name.
import type { Expression } from '../decision/expression.js';
import { DATA_ARGS, DATA_IP, Op } from '../instruction.js';
import { hex, OPERATORS } from '../notation.js';
import type { Facts, Way } from './ways.js';

/** How words of the input are called. */
export interface WordNames {
  readonly bigEndian: boolean;
  /** Names of the parameters, as many as are known. */
  readonly parameters: readonly string[];
  /** Whether an argument has no more than 32 bits that count. */
  readonly isNarrow: (argument: number) => boolean;
}

const COMPARISONS: Readonly<Record<number, readonly [string, string]>> = {
  [Op.JEQ_K]: ['==', '!='],
  [Op.JGT_K]: ['>', '<='],
  [Op.JGE_K]: ['>=', '<'],
};
const MAX = 0xffffffff;

/** A 64-bit member of seccomp_data: the number of an argument, or -1 for the instruction pointer. */
interface Half {
  readonly member: number;
  readonly high: boolean;
  /** Bits looked at. */
  readonly mask: number;
}

/** The half of a member that a term is, maybe masked; undefined for anything else. */
function halfOf(term: Expression, bigEndian: boolean): Half | undefined {
  if (term.kind === 'word') {
    if (term.offset < DATA_IP) return undefined;
    const member = term.offset < DATA_ARGS ? -1 : (term.offset - DATA_ARGS) >>> 3;
    return { member, high: ((term.offset & 4) !== 0) !== bigEndian, mask: MAX };
  }
  if (term.kind !== 'operation' || term.code !== Op.AND_K || term.right.kind !== 'constant') return undefined;
  const inner = halfOf(term.left, bigEndian);
  return inner?.mask === MAX ? { ...inner, mask: term.right.value } : undefined;
}

function memberText(member: number, { parameters }: WordNames): string {
  return member < 0 ? 'instruction_pointer' : (parameters[member] ?? `args[${member}]`);
}

/** A term in C's words. */
export function termText(term: Expression, names: WordNames): string {
  switch (term.kind) {
    case 'constant':
      return hex(term.value);
    case 'word': {
      if (term.offset === 0) return 'sys_number';
      if (term.offset === 4) return 'arch';
      const half = halfOf(term, names.bigEndian);
      if (!half) return `data[${term.offset}]`;
      const text = memberText(half.member, names);
      if (half.high) return `(${text} >> 32)`;
      return half.member >= 0 && names.isNarrow(half.member) ? text : `(${text} & 0xffffffff)`;
    }
    case 'operation':
      if (term.code === Op.NEG) return `-${termText(term.left, names)}`;
      // A mask says by itself that only the lower half counts.
      if (term.code === Op.AND_K) return `(${bitsText(term.left, names)} & ${termText(term.right, names)})`;
      return `(${termText(term.left, names)} ${OPERATORS[term.code] ?? '?'} ${termText(term.right, names)})`;
  }
}

/** A term of which single bits are looked at: the lower half of an argument is the argument. */
function bitsText(term: Expression, names: WordNames): string {
  const half = halfOf(term, names.bigEndian);
  return half && !half.high && half.mask === MAX ? memberText(half.member, names) : termText(term, names);
}

/** What facts say about texts that stand for their term, and for the term where it is masked. */
function factTexts(text: string, bits: string, { low, high, excluded, someSet, clear }: Facts): string[] {
  if (low === high) return [`${text} == ${hex(low)}`];
  const most = ~clear >>> 0;
  return [
    ...(clear !== 0 ? [`(${bits} & ${hex(clear)}) == 0`] : []),
    ...someSet.map((mask) => `(${bits} & ${hex(mask)}) != 0`),
    ...(low > 0 ? [`${text} >= ${hex(low)}`] : []),
    ...(high < most ? [`${text} <= ${hex(high)}`] : []),
    ...excluded.map((value) => `${text} != ${hex(value)}`),
  ];
}

const wide = (high: number, low: number): string => `0x${((BigInt(high) << 32n) | BigInt(low)).toString(16)}`;

/** Both halves of one member, where the upper one is settled; undefined when they have to be told apart. */
function joinedTexts(text: string, low: Facts, lowMask: number, high: Facts, highMask: number): string[] | undefined {
  if (high.low !== high.high) return undefined;
  const top = high.low;
  const masked = lowMask !== MAX || highMask !== MAX;
  const whole = masked ? `(${text} & ${wide(highMask, lowMask)})` : text;
  if (low.low === low.high) return [`${whole} == ${wide(top, low.low)}`];
  if (masked) return undefined;
  const texts = [
    ...(low.clear !== 0 ? [`(${text} & ${hex(low.clear)}) == 0`] : []),
    ...low.someSet.map((mask) => `(${text} & ${hex(mask)}) != 0`),
    ...(low.low > 0 || top > 0 ? [`${text} >= ${wide(top, low.low)}`] : []),
    `${text} <= ${wide(top, Math.min(low.high, MAX))}`,
    ...low.excluded.map((value) => `${text} != ${wide(top, value)}`),
  ];
  return texts;
}

/** What must hold on a way, one text for each condition. */
export function wayTexts(way: Way, names: WordNames): string[] {
  const texts: string[] = [];
  const halves = way.facts.map((facts) => ({ facts, half: halfOf(facts.term, names.bigEndian) }));
  const used = new Set<Facts>();
  for (const { facts, half } of halves) {
    if (used.has(facts)) continue;
    used.add(facts);
    const partners = halves.filter(
      (other) => half && other.half?.member === half.member && other.half.high !== half.high && !used.has(other.facts),
    );
    if (half && partners.length === 1 && partners[0].half) {
      const other = { facts: partners[0].facts, half: partners[0].half };
      const [low, high] = half.high ? [other, { facts, half }] : [{ facts, half }, other];
      const joined = joinedTexts(memberText(half.member, names), low.facts, low.half.mask, high.facts, high.half.mask);
      if (joined) {
        used.add(other.facts);
        texts.push(...joined);
        continue;
      }
    }
    texts.push(...factTexts(termText(facts.term, names), bitsText(facts.term, names), facts));
  }
  for (const { test, holds } of way.relations) {
    const left = termText(test.left, names);
    const right = termText(test.right, names);
    const [yes, no] = COMPARISONS[test.code] ?? ['&', '&'];
    if (test.code === Op.JSET_K) texts.push(`(${left} & ${right}) ${holds ? '!=' : '=='} 0`);
    else texts.push(`${left} ${holds ? yes : no} ${right}`);
  }
  return texts;
}
