// An expression for one call of one personality: every name looked up, every comparison a function of the record.
import type { AbiName } from '../abi/abi.js';
import type { RArgument, RList } from '../describe/resolve.js';
import type { ConstantTable } from '../constants/table.js';
import type { Cursor } from '../record/cursor.js';
import { RecordFlag } from '../record/layout.js';
import type { Comparison, Constant, Expression, Path, Span, Step, Value } from './ast.js';
import {
  both,
  describedCondition,
  either as eitherBounds,
  known,
  negation,
  registerComparison,
  UNKNOWN,
  type Bounds,
} from './bounds.js';
import { constantValue } from './constants.js';
import { compareConstant, compareKept, compareMasked, keep, type NumberTest, type NumberType } from './number.js';
import { reach, type Leaf, type Phase, type Reached } from './reach.js';
import { WhereError } from './where-error.js';

/** A test that has found its values. */
export type Bound =
  | { readonly kind: 'known'; readonly value: boolean }
  | { readonly kind: 'and' | 'or'; readonly of: readonly Bound[] }
  | { readonly kind: 'not'; readonly of: Bound }
  | {
      readonly kind: 'test';
      readonly phase: Phase;
      readonly test: (c: Cursor) => boolean;
      readonly captured: readonly RArgument[];
      readonly bounds: Bounds;
      /** Only some forms of the call have what is tested. */
      readonly form?: true;
      /** Where the expression says it. */
      readonly span?: Span;
    };

/** What is known of a call before it happens. */
export interface Subject {
  readonly abi: AbiName;
  /** Its name, as traces show it. */
  readonly name: string;
  /** Its arguments; undefined when it has no description. */
  readonly list: RList | undefined;
  /** Arguments that only some forms of the call have, where `list` holds those of all forms. */
  readonly elsewhere?: ReadonlySet<string>;
  /** The expression as it was written, for messages. */
  readonly text: string;
  /** Whether what can never hold is an error, and not merely false: when the expression is read. */
  readonly strict?: boolean;
}

const NOTHING: Bound = { kind: 'known', value: false };
/** Of a form that is not at hand: only good for bounds. */
const MAYBE: Bound = { kind: 'test', phase: 'exit', test: () => false, captured: [], bounds: UNKNOWN, form: true };

function either(parts: readonly Bound[]): Bound {
  return parts.length === 1 ? parts[0] : { kind: 'or', of: parts };
}
/** The result: a C long, -1 when the call failed. */
const RESULT: NumberType = { bytes: 8, signed: true, tables: [] };
const MIRRORED: Readonly<Record<Comparison, Comparison>> = {
  eq: 'eq',
  ne: 'ne',
  lt: 'gt',
  le: 'ge',
  gt: 'lt',
  ge: 'le',
};

/** A number that a call has, or a text. */
interface Source {
  readonly read: (leaf: Leaf) => Reached | undefined;
  /** The register of a plain argument, for the filter. */
  readonly argument: RArgument | undefined;
}

class Binder {
  constructor(private readonly subject: Subject) {}

  private fail(message: string, span: Span): never {
    throw new WhereError(this.subject.text, message, span);
  }

  /** A constant, in the words of what it is compared with. */
  private constant(constant: Constant, tables: readonly ConstantTable[]): bigint {
    switch (constant.kind) {
      case 'number':
        return constant.value;
      case 'name':
        return (
          constantValue(constant.name, this.subject.abi, tables) ??
          this.fail('there is no constant of this name', constant.span)
        );
      case 'negative':
        return -this.constant(constant.of, tables);
      case 'or':
        return this.constant(constant.left, tables) | this.constant(constant.right, tables);
      case 'and':
        return this.constant(constant.left, tables) & this.constant(constant.right, tables);
      case 'shift':
        return this.shifted(constant, this.constant(constant.left, tables), this.constant(constant.right, tables));
    }
  }

  /** A BigInt would grow with any count. */
  private shifted({ span }: Extract<Constant, { kind: 'shift' }>, value: bigint, count: bigint): bigint {
    if (count < 0n || count > 63n) this.fail('a shift is by 0 to 63 bits', span);
    return value << count;
  }

  /** Where a path leads in this call; none where the call has no such thing. */
  private sources(path: Path): Source[] {
    const { name, list } = this.subject;
    if (path.call !== undefined && path.call !== name) return [];
    if (path.name === 'ret' || path.name === 'errno') return path.steps.length === 0 ? [this.result(path.name)] : [];
    const at = (argument: RArgument, steps: readonly Step[]): Source => ({
      read: (leaf) => reach(argument, steps, leaf),
      argument: steps.length === 0 ? argument : undefined,
    });
    return (list?.args ?? []).flatMap((argument) => {
      const { node } = argument;
      if (node.kind === 'pointer' && node.to.kind === 'struct' && node.to.spread) {
        // Old calls of i386 with one argument: the fields of its structure stand for arguments.
        const has = node.to.fields.some((f) => f.name === path.name);
        return has ? [at(argument, [{ kind: 'field', name: path.name }, ...path.steps])] : [];
      }
      return argument.name === path.name ? [at(argument, path.steps)] : [];
    });
  }

  private result(name: 'ret' | 'errno'): Source {
    return {
      argument: undefined,
      read: (leaf) => {
        const number = leaf.number(RESULT);
        if (!number) return undefined;
        const test = (c: Cursor): boolean => {
          if (c.flags & RecordFlag.NoReturn) return false;
          if (name === 'errno') return number(c, c.failed ? -c.retLo >>> 0 : 0, 0);
          if (c.failed) return number(c, 0xffffffff, 0xffffffff);
          return number(c, c.retLo, c.retHi);
        };
        return { phase: 'exit', test, captured: undefined, register: undefined };
      },
    };
  }

  private test(reached: Reached, bounds: Bounds = UNKNOWN): Bound {
    const { phase, test, captured } = reached;
    return { kind: 'test', phase, test, captured: captured ? [captured] : [], bounds };
  }

  private any(path: Path, parts: readonly Bound[], what: string): Bound {
    const elsewhere = this.subject.elsewhere?.has(path.name) && (path.call ?? this.subject.name) === this.subject.name;
    // Some form of the call has it; which one is not known here.
    if (elsewhere) return either([...parts, MAYBE]);
    if (parts.length === 0) {
      if (path.call !== undefined && this.sources(path).length > 0) this.fail(`it holds no ${what}`, path.span);
      return NOTHING;
    }
    return either(parts);
  }

  /** A path against a constant. */
  private againstConstant(path: Path, mask: Constant | undefined, op: Comparison, constant: Constant): Bound {
    const isNull = constant.kind === 'name' && constant.name === 'NULL';
    return this.any(
      path,
      this.sources(path).flatMap(({ read, argument }) => {
        let value = 0n;
        let bits: bigint | undefined;
        const number = (type: NumberType): NumberTest => {
          value = this.constant(constant, type.tables);
          bits = mask && this.constant(mask, type.tables);
          return bits === undefined ? compareConstant(op, type, value) : compareMasked(op, type, bits, value);
        };
        const reached = read({ number, addresses: isNull });
        if (!reached) return [];
        if (!reached.register || !argument) return [this.test(reached)];
        const compared = registerComparison(argument, reached.register, op, value, bits);
        return [this.test(reached, both([describedCondition(argument.when), compared]))];
      }),
      'number',
    );
  }

  /** Two paths: the first value is kept while the second one is found. */
  private againstPath(left: Value & { kind: 'path' }, op: Comparison, right: Value & { kind: 'path' }): Bound {
    const maskOf = (value: Value & { kind: 'path' }, type: NumberType): bigint | undefined =>
      value.mask && this.constant(value.mask, type.tables);
    return this.any(
      right.path,
      this.sources(right.path).flatMap((second) => {
        const found = second.read({ number: (type) => compareKept(op, type, maskOf(right, type)) });
        if (!found) return [];
        return this.sources(left.path).flatMap((first) => {
          const whole = first.read({ number: (type) => keep(type, maskOf(left, type), found.test) });
          if (!whole) return [];
          const phases = [whole.phase, found.phase];
          const phase = phases.includes('exit') ? 'exit' : phases.includes('enter') ? 'enter' : 'register';
          // With one side at the exit, memory of the other is captured there, too.
          const captured = [whole.captured, found.captured].flatMap((argument) => argument ?? []);
          return [{ kind: 'test' as const, phase, test: whole.test, captured, bounds: UNKNOWN }];
        });
      }),
      'number',
    );
  }

  private againstText(path: Path, op: Comparison, bytes: Buffer, span: Span): Bound {
    if (path.name === 'syscall')
      return this.ofName(path, (name) => (name === bytes.toString()) === (op === 'eq'), op, span);
    if (op !== 'eq' && op !== 'ne') this.fail('strings are equal or not', span);
    const same = (c: Cursor, at: number, length: number, complete: boolean): boolean => {
      if (!complete) return false;
      if (length !== bytes.length) return op === 'ne';
      for (let i = 0; i < length; i++) if (c.bytes[at + i] !== bytes[i]) return op === 'ne';
      return op === 'eq';
    };
    return this.ofText(path, same);
  }

  private ofName(path: Path, holds: (name: string) => boolean, op: Comparison, span: Span): Bound {
    if (op !== 'eq' && op !== 'ne') this.fail('strings are equal or not', span);
    const wanted = path.call === undefined || path.call === this.subject.name;
    return { kind: 'known', value: wanted && path.steps.length === 0 && holds(this.subject.name) };
  }

  private ofText(path: Path, text: NonNullable<Leaf['text']>): Bound {
    return this.any(
      path,
      this.sources(path).flatMap(({ read }) => {
        const reached = read({ number: () => undefined, text });
        return reached ? [this.test(reached)] : [];
      }),
      'text',
    );
  }

  private match(path: Path, pattern: RegExp, span: Span): Bound {
    if (path.name === 'syscall') return this.ofName(path, (name) => pattern.test(name), 'eq', span);
    return this.ofText(path, (c, at, length) =>
      pattern.test(Buffer.from(c.bytes.buffer, c.bytes.byteOffset + at, length).toString('latin1')),
    );
  }

  private truth(value: Value): Bound {
    switch (value.kind) {
      case 'constant':
        return { kind: 'known', value: this.constant(value.of, []) !== 0n };
      case 'string':
        return this.fail('a string alone is no condition', value.span);
      case 'path': {
        // A pointer to a number counts by its address, like every other pointer.
        const zero: Constant = value.mask
          ? { kind: 'number', value: 0n }
          : { kind: 'name', name: 'NULL', span: value.path.span };
        return this.againstConstant(value.path, value.mask, 'ne', zero);
      }
    }
  }

  private compare(op: Comparison, left: Value, right: Value, span: Span): Bound {
    if (left.kind !== 'path') {
      if (right.kind !== 'path') return this.fail('nothing of a call is compared', span);
      return this.compare(MIRRORED[op], right, left, span);
    }
    if (right.kind === 'path') return this.againstPath(left, op, right);
    if (right.kind === 'constant') return this.againstConstant(left.path, left.mask, op, right.of);
    if (left.mask) this.fail('a string has no bits', span);
    return this.againstText(left.path, op, right.bytes, span);
  }

  bind(expression: Expression): Bound {
    switch (expression.kind) {
      case 'and':
      case 'or':
        return simplify(
          expression.kind,
          expression.of.map((part) => this.bind(part)),
        );
      case 'not': {
        const of = this.bind(expression.of);
        return of.kind === 'known' ? { kind: 'known', value: !of.value } : { kind: 'not', of };
      }
      default:
        return this.atom(expression);
    }
  }

  /** What is tested, with the place in the expression that asks for it. */
  private atom(expression: Expression & { kind: 'compare' | 'match' | 'truth' }): Bound {
    return placed(this.meaning(expression), expression.span);
  }

  private meaning(expression: Expression & { kind: 'compare' | 'match' | 'truth' }): Bound {
    try {
      switch (expression.kind) {
        case 'compare':
          return this.compare(expression.op, expression.left, expression.right, expression.span);
        case 'match':
          return this.match(expression.path, expression.pattern, expression.span);
        case 'truth':
          return this.truth(expression.of);
      }
    } catch (error) {
      // A personality may lack a constant, or have a call in another form.
      if (error instanceof WhereError && this.subject.strict !== true) return NOTHING;
      throw error;
    }
  }
}

function placed(bound: Bound, span: Span): Bound {
  switch (bound.kind) {
    case 'known':
      return bound;
    case 'and':
    case 'or':
      return { kind: bound.kind, of: bound.of.map((part) => placed(part, span)) };
    case 'not':
      return { kind: 'not', of: placed(bound.of, span) };
    case 'test':
      return { ...bound, span };
  }
}

function simplify(kind: 'and' | 'or', parts: readonly Bound[]): Bound {
  const absorbing = kind === 'or';
  if (parts.some((part) => part.kind === 'known' && part.value === absorbing))
    return { kind: 'known', value: absorbing };
  const rest = parts.filter((part) => part.kind !== 'known');
  if (rest.length === 0) return { kind: 'known', value: !absorbing };
  return rest.length === 1 ? rest[0] : { kind, of: rest };
}

/** Binds an expression to a call. @throws WhereError */
export function bind(expression: Expression, subject: Subject): Bound {
  return new Binder(subject).bind(expression);
}

/** What registers say about a bound expression. */
export function boundsOf(bound: Bound): Bounds {
  switch (bound.kind) {
    case 'known':
      return known(bound.value);
    case 'and':
      return both(bound.of.map(boundsOf));
    case 'or':
      return eitherBounds(bound.of.map(boundsOf));
    case 'not':
      return negation(boundsOf(bound.of));
    case 'test':
      return bound.bounds;
  }
}

/** Every test of a bound expression. */
export function testsOf(bound: Bound): (Bound & { kind: 'test' })[] {
  switch (bound.kind) {
    case 'known':
      return [];
    case 'and':
    case 'or':
      return bound.of.flatMap(testsOf);
    case 'not':
      return testsOf(bound.of);
    case 'test':
      return [bound];
  }
}
