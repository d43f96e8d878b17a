// What registers say about an expression: a condition that holds whenever it does, and one that holds only if it does.
// The filter may stop too many calls but never too few, so it takes the first; the second says when it is sure.
import type { Comparison as BpfComparison, Condition } from '../bpf/condition.js';
import type { RArgument, Test } from '../describe/resolve.js';
import type { Comparison } from './ast.js';
import { convert, type NumberType } from './number.js';

/** A condition on argument registers, or its truth. */
export type Register = boolean | Condition;

/** `upper` is implied by the expression, `lower` implies it. */
export interface Bounds {
  readonly upper: Register;
  readonly lower: Register;
}

/** Nothing is known. */
export const UNKNOWN: Bounds = { upper: true, lower: false };

export const known = (value: boolean): Bounds => ({ upper: value, lower: value });

export const exactly = (condition: Register): Bounds => ({ upper: condition, lower: condition });

/** All of the conditions; truth values vanish. */
export function allOf(conditions: readonly Register[]): Register {
  const rest = conditions.filter((condition) => condition !== true);
  if (rest.includes(false)) return false;
  if (rest.length === 0) return true;
  return rest.length === 1 ? rest[0] : { op: 'and', of: rest as Condition[] };
}

/** Any of the conditions. */
export function anyOf(conditions: readonly Register[]): Register {
  const rest = conditions.filter((condition) => condition !== false);
  if (rest.includes(true)) return true;
  if (rest.length === 0) return false;
  return rest.length === 1 ? rest[0] : { op: 'or', of: rest as Condition[] };
}

function not(condition: Register): Register {
  return typeof condition === 'boolean' ? !condition : { op: 'not', of: condition };
}

export const both = (parts: readonly Bounds[]): Bounds => ({
  upper: allOf(parts.map(({ upper }) => upper)),
  lower: allOf(parts.map(({ lower }) => lower)),
});

export const either = (parts: readonly Bounds[]): Bounds => ({
  upper: anyOf(parts.map(({ upper }) => upper)),
  lower: anyOf(parts.map(({ lower }) => lower)),
});

export const negation = ({ upper, lower }: Bounds): Bounds => ({ upper: not(lower), lower: not(upper) });

/** Whether registers decide it all. */
export function isExact({ upper, lower }: Bounds): boolean {
  return upper === lower || JSON.stringify(upper, text) === JSON.stringify(lower, text);
}

function text(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** Bits of a register that a type has. */
const maskOf = (bytes: number): bigint | undefined => (bytes === 1 ? 0xffn : bytes === 2 ? 0xffffn : undefined);

/** `register op value`, as the tracer's own test sees it. */
export function registerComparison(
  argument: RArgument,
  type: NumberType,
  op: Comparison,
  value: bigint,
  mask: bigint | undefined,
): Bounds {
  const { register, high } = argument;
  const read = mask === undefined ? type : { ...type, signed: false };
  const exact = convert(value, read);
  const bits = BigInt(8 * type.bytes);
  const [least, most] = read.signed ? [-(1n << (bits - 1n)), (1n << (bits - 1n)) - 1n] : [0n, (1n << bits) - 1n];
  // What no value of the type can be is decided without looking.
  if (exact < least) return known(op === 'ne' || op === 'gt' || op === 'ge');
  if (exact > most) return known(op === 'ne' || op === 'lt' || op === 'le');
  if (high >= 0) return pair(register, high, read.signed, op, exact, mask);
  const size = maskOf(type.bytes);
  // Small signed types would have to be widened first.
  if (size !== undefined && read.signed && op !== 'eq' && op !== 'ne') return UNKNOWN;
  const taken = size === undefined ? mask : (mask ?? size) & size;
  return exactly({
    op,
    arg: register,
    width: type.bytes === 8 ? 64 : 32,
    value: size === undefined ? exact : BigInt.asUintN(8 * type.bytes, exact),
    ...(taken === undefined ? {} : { mask: taken }),
    ...(read.signed && size === undefined ? { signed: true } : {}),
  });
}

/** A 64-bit value in two registers of i386. */
function pair(
  low: number,
  high: number,
  signed: boolean,
  op: Comparison,
  value: bigint,
  mask: bigint | undefined,
): Bounds {
  const lowMask = mask === undefined ? {} : { mask: BigInt.asUintN(32, mask) };
  const highMask = mask === undefined ? {} : { mask: BigInt.asUintN(32, mask >> 32n) };
  const lower = (o: Comparison): BpfComparison => ({
    op: o,
    arg: low,
    width: 32,
    value: BigInt.asUintN(32, value),
    ...lowMask,
  });
  const upper = (o: Comparison): BpfComparison => ({
    op: o,
    arg: high,
    width: 32,
    value: BigInt.asUintN(32, value >> 32n),
    ...highMask,
    ...(signed ? { signed: true } : {}),
  });
  switch (op) {
    case 'eq':
      return exactly({ op: 'and', of: [lower('eq'), upper('eq')] });
    case 'ne':
      return exactly({ op: 'or', of: [lower('ne'), upper('ne')] });
    default: {
      const strict = op === 'lt' || op === 'le' ? 'lt' : 'gt';
      return exactly({ op: 'or', of: [upper(strict), { op: 'and', of: [upper('eq'), lower(op)] }] });
    }
  }
}

/** A description's own condition (`when`), if it asks registers alone. */
export function describedCondition(test: Test | undefined): Bounds {
  if (!test) return known(true);
  const one = singleCondition(test);
  const and = test.and ? both([one, describedCondition(test.and)]) : one;
  return test.or ? either([and, describedCondition(test.or)]) : and;
}

function singleCondition({ on, op, value, values, than }: Test): Bounds {
  if (on.kind !== 'arg' || on.high >= 0 || than || on.bytes < 4) return UNKNOWN;
  const operand = { arg: on.register, width: on.bytes === 8 ? 64 : 32 } as const;
  switch (op) {
    case 'eq':
    case 'ne':
    case 'ge':
    case 'lt':
      return Number.isSafeInteger(value) && value >= 0 ? exactly({ ...operand, op, value: BigInt(value) }) : UNKNOWN;
    case 'set':
    case 'clear':
      return exactly({ ...operand, op: op === 'set' ? 'ne' : 'eq', mask: BigInt(value), value: 0n });
    case 'in':
    case 'not-in': {
      const member: Condition = { ...operand, op: 'in', values: (values ?? []).map(BigInt) };
      return exactly(op === 'in' ? member : { op: 'not', of: member });
    }
    default:
      return UNKNOWN;
  }
}
