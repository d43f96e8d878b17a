// Conditions in their simplest form: truth values out, nested groups flat, comparisons of one argument with several
// constants as one membership (which compiles to a search tree).
import type { Comparison, Condition, Membership, Operand } from './condition.js';

/** A condition, or its truth. */
export type Simplified = Condition | boolean;

const NEGATED: Readonly<Record<Comparison['op'], Comparison['op']>> = {
  eq: 'ne',
  ne: 'eq',
  lt: 'ge',
  ge: 'lt',
  gt: 'le',
  le: 'gt',
};

function keyOf(condition: Condition): string {
  return JSON.stringify(condition, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
}

function operandKey({ arg, width, mask }: Operand): string {
  return `${arg},${width},${mask ?? 'all'}`;
}

const operandOf = ({ arg, width, mask }: Operand): Operand =>
  mask === undefined ? { arg, width } : { arg, width, mask };

/** The values for which a part holds, when it is an equality or a membership. */
function valuesOf(part: Condition): readonly bigint[] | undefined {
  if (part.op === 'eq') return [BigInt.asUintN(part.width, part.value)];
  return part.op === 'in' ? part.values.map((value) => BigInt.asUintN(part.width, value)) : undefined;
}

function membership(operand: Operand, values: Iterable<bigint>): Simplified {
  const list = [...new Set(values)].sort((p, q) => (p < q ? -1 : p > q ? 1 : 0));
  if (list.length === 0) return false;
  const own = operandOf(operand);
  return list.length === 1 ? { ...own, op: 'eq', value: list[0] } : { ...own, op: 'in', values: list };
}

/** The values for which a part does not hold, when it is an inequality or a negated membership. */
function exceptionsOf(part: Condition): { operand: Operand; values: readonly bigint[] } | undefined {
  if (part.op === 'ne') return { operand: part, values: [BigInt.asUintN(part.width, part.value)] };
  const values = part.op === 'not' && part.of.op === 'in' ? valuesOf(part.of) : undefined;
  return values && part.op === 'not' ? { operand: part.of as Membership, values } : undefined;
}

function exclusion(operand: Operand, values: Iterable<bigint>): Simplified {
  const own = membership(operand, values);
  if (typeof own === 'boolean') return !own;
  return own.op === 'eq' ? { ...own, op: 'ne' } : { op: 'not', of: own };
}

/** In `and`: exceptions of one operand join, and leave its membership where there is one. */
function joinExceptions(parts: readonly Condition[]): Simplified[] {
  const members = new Map<string, { operand: Operand; values: Set<bigint> }>();
  const exceptions = new Map<string, { operand: Operand; values: Set<bigint> }>();
  const rest: (Condition | string)[] = [];
  for (const part of parts) {
    const values = valuesOf(part);
    const except = values ? undefined : exceptionsOf(part);
    if (!values && !except) {
      rest.push(part);
      continue;
    }
    const operand = except?.operand ?? (part as Comparison | Membership);
    const key = operandKey(operand);
    if (!members.has(key) && !exceptions.has(key)) rest.push(key);
    if (values) members.set(key, { operand, values: new Set(values) });
    else {
      const known = exceptions.get(key)?.values ?? [];
      exceptions.set(key, { operand, values: new Set([...known, ...(except?.values ?? [])]) });
    }
  }
  return rest.map((part) => {
    if (typeof part !== 'string') return part;
    const member = members.get(part);
    const except = exceptions.get(part);
    if (member)
      return membership(
        member.operand,
        [...member.values].filter((value) => !except?.values.has(value)),
      );
    return except ? exclusion(except.operand, except.values) : true;
  });
}

/** Joins the memberships of one operand: by union in `or`, by intersection in `and`. */
function joinValues(op: 'and' | 'or', parts: readonly Condition[]): Simplified[] {
  const groups = new Map<string, { operand: Operand; values: Set<bigint> }>();
  const joined: (Condition | string)[] = [];
  for (const part of parts) {
    const values = valuesOf(part);
    if (!values) {
      joined.push(part);
      continue;
    }
    const operand = part as Comparison | Membership;
    const key = operandKey(operand);
    const group = groups.get(key);
    if (!group) {
      groups.set(key, { operand, values: new Set(values) });
      joined.push(key);
    } else if (op === 'or') for (const value of values) group.values.add(value);
    else group.values = new Set(values.filter((value) => group.values.has(value)));
  }
  return joined.map((part) => {
    const group = typeof part === 'string' ? groups.get(part) : undefined;
    return group ? membership(group.operand, group.values) : (part as Condition);
  });
}

function group(op: 'and' | 'or', of: readonly Condition[]): Simplified {
  const absorbing = op === 'or';
  const flat: Condition[] = [];
  for (const part of of.map(simplify)) {
    if (part === absorbing) return absorbing;
    if (typeof part === 'boolean') continue;
    if (part.op === op) flat.push(...part.of);
    else flat.push(part);
  }
  const seen = new Set<string>();
  const distinct = flat.filter((part) => {
    const key = keyOf(part);
    return seen.has(key) ? false : seen.add(key);
  });
  const first = joinValues(op, distinct);
  if (first.includes(absorbing)) return absorbing;
  const left = first.filter((part) => typeof part !== 'boolean');
  const joined = op === 'and' ? joinExceptions(left) : left;
  if (joined.includes(absorbing)) return absorbing;
  const rest = joined.filter((part) => typeof part !== 'boolean');
  if (rest.length === 0) return !absorbing;
  return rest.length === 1 ? rest[0] : { op, of: rest };
}

function negate(condition: Condition): Simplified {
  switch (condition.op) {
    case 'and':
    case 'or': {
      const of = condition.of.map((part): Condition => ({ op: 'not', of: part }));
      return group(condition.op === 'and' ? 'or' : 'and', of);
    }
    case 'not':
      return simplify(condition.of);
    case 'in': {
      const own = simplify(condition);
      if (typeof own === 'boolean') return !own;
      return own.op === 'eq' ? { ...own, op: 'ne' } : { op: 'not', of: own };
    }
    default:
      return simplify({ ...condition, op: NEGATED[condition.op] });
  }
}

/** An equivalent condition that is no larger. */
export function simplify(condition: Condition): Simplified {
  switch (condition.op) {
    case 'and':
    case 'or':
      return group(condition.op, condition.of);
    case 'not':
      return negate(condition.of);
    case 'in':
      return membership(
        condition,
        condition.values.map((value) => BigInt.asUintN(condition.width, value)),
      );
    case 'eq':
    case 'ne': {
      // Bits outside of the mask are never set on the left.
      const { mask, width, value } = condition;
      const impossible = mask !== undefined && (BigInt.asUintN(width, value) & ~BigInt.asUintN(width, mask)) !== 0n;
      return impossible ? condition.op === 'ne' : condition;
    }
    default:
      return condition;
  }
}
