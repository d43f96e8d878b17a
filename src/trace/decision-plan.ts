// Decision plans: whether a call is wanted (-P, --trace-fds, --where), as instructions that the tracer thread runs itself.
import { simplify } from '../bpf/simplify.js';
import type { Condition, Membership, Comparison } from '../bpf/condition.js';
import { PlanBuilder } from '../capture/builder.js';
import type { Fixup } from '../capture/builder.js';
import { PathMode, Op } from '../capture/opcode.js';
import { ReferenceEmitter } from '../capture/references.js';
import { FD_SET_BITS, PATH_BYTES, CAPTURE_MAX } from '../capture/shape.js';
import type { Style } from '../decode/style.js';
import type { Targets } from '../decode/touch.js';
import { touches } from '../decode/touch.js';
import type { Call } from '../describe/call.js';
import type { Place, R, RArgument, Test } from '../describe/resolve.js';
import { resolveSome } from '../describe/resolve.js';
import { DescriptionError } from '../errors.js';
import type { Register } from '../where/bounds.js';

const ALL = 0xffffffff;
const SIGN = 0x80000000;
/** A call that is never wanted. */
const NEVER = new Uint8Array(0);

const low = (value: bigint): number => Number(BigInt.asUintN(32, value));
const high = (value: bigint): number => Number(BigInt.asUintN(32, value >> 32n));

/** Whether a plan's instructions see exactly what the printers' test of the same condition sees. */
function isExact(test: Test): boolean {
  const { on, than, value, op, and, or } = test;
  return (
    (on.kind === 'arg' ? on.high < 0 && (on.bytes < 8 || op === 'set' || op === 'clear') : isExactPlace(on)) &&
    than === undefined &&
    op !== 'succeeded' &&
    value <= ALL &&
    (!and || isExact(and)) &&
    (!or || isExact(or))
  );
}

function isExactPlace(place: Place): boolean {
  if (place.kind === 'bits') return isExactPlace(place.of);
  return place.kind === 'arg' && place.high < 0 && place.bytes < 8;
}

/** Emits what a plan does to find out. */
class Decider extends ReferenceEmitter {
  constructor(builder: PlanBuilder, style: Style, name: string) {
    super(builder, style, 'enter', name);
  }

  private refuse(what: string): never {
    throw new DescriptionError(this.name, `no decision plan: ${what}`);
  }

  /** Ends the plan when what the argument touches is looked for. */
  argument({ node, register, when }: RArgument): void {
    if (!when) return this.value(node, register);
    if (!isExact(when)) this.refuse('a condition');
    const b = this.builder;
    const holds = b.take();
    this.holds(when, holds);
    const skip = b.jump(Op.JEq, holds, 0);
    this.value(node, register);
    b.land(skip);
    b.give();
  }

  private value(node: R, register: number): void {
    const b = this.builder;
    switch (node.kind) {
      case 'fd': {
        if (node.of === undefined) {
          b.emit(Op.TouchFd, register);
          return;
        }
        const other = b.take();
        this.evaluate(node.of.process, other);
        b.emit(Op.TouchFd, register, 0, other, 0, node.of.by === 'pid' ? PathMode.OfPid : PathMode.OfPidfd);
        b.give();
        return;
      }
      case 'pointer':
        if (node.direction !== 'out' && node.options.show !== 'exit') this.pointee(node.to, register);
        return;
      case 'match': {
        if (node.on.kind !== 'arg') this.refuse('a choice');
        const on = b.take();
        this.evaluate(node.on, on);
        if (node.mask !== ALL) b.emit(Op.AndI, on, 0, 0, 0, node.mask);
        b.switch(
          on,
          node.cases.map(([key, r]) => [key, () => this.value(r, register)] as const),
          () => this.value(node.otherwise, register),
        );
        b.give();
        return;
      }
    }
  }

  private pointee(to: R, register: number): void {
    const b = this.builder;
    const handle = b.takeHandle();
    switch (to.kind) {
      case 'string':
        if (!to.path) this.refuse('a text that is no path');
        b.emit(Op.ZMem, register, handle, 1, 0, to.max === undefined ? PATH_BYTES : Math.min(PATH_BYTES, to.max));
        b.emit(Op.TouchPath, handle);
        break;
      case 'array': {
        const field = to.of.kind === 'struct' ? to.of.fields.find(({ node }) => node.kind === 'fd') : undefined;
        if (!field) break;
        const stride = to.of.bytes;
        const length = b.take();
        this.evaluate(to.count, length);
        b.emit(Op.MulI, length, 0, 0, 0, stride);
        b.emit(Op.MemV, register, handle, length, 0, CAPTURE_MAX);
        b.each(handle, stride, undefined, (element) => {
          b.emit(Op.Ld, length, element, field.node.bytes, 0, field.offset);
          b.emit(Op.TouchFd, length);
        });
        b.give();
        break;
      }
      case 'fdSet': {
        const bits = b.take();
        this.evaluate(to.count, bits);
        b.fdSet(bits, this.style.abi.longSize, (length) => {
          b.emit(Op.MemV, register, handle, length, 0, FD_SET_BITS / 8);
          b.emit(Op.TouchSet, handle, 0, bits);
        });
        b.give();
        break;
      }
    }
    b.giveHandle();
  }

  /** Puts 1 into a register when the condition holds, else 0. */
  condition(condition: Condition, into: number): void {
    const b = this.builder;
    switch (condition.op) {
      case 'and':
      case 'or': {
        const stops = condition.op === 'and' ? Op.JEq : Op.JNe;
        const part = b.take();
        b.emit(Op.LdI, into, 0, 0, 0, condition.op === 'and' ? 0 : 1);
        const ends = condition.of.map((one) => {
          this.condition(one, part);
          return b.jump(stops, part, 0);
        });
        b.emit(Op.LdI, into, 0, 0, 0, condition.op === 'and' ? 1 : 0);
        for (const end of ends) b.land(end);
        b.give();
        return;
      }
      case 'not':
        this.negated(into, () => this.condition(condition.of, into));
        return;
      case 'ne':
        this.negated(into, () => this.condition({ ...condition, op: 'eq' }, into));
        return;
      case 'lt':
      case 'le':
        this.negated(into, () => this.condition({ ...condition, op: condition.op === 'lt' ? 'ge' : 'gt' }, into));
        return;
      case 'ge':
      case 'gt':
        this.order(condition, condition.op === 'gt', into);
        return;
      case 'eq':
        this.membership(condition, [condition.value], into);
        return;
      case 'in':
        this.membership(condition, condition.values, into);
    }
  }

  private negated(into: number, body: () => void): void {
    const b = this.builder;
    body();
    const part = b.take();
    b.emit(Op.LdI, part, 0, 0, 0, 1);
    b.emit(Op.SubR, part, into);
    b.emit(Op.Mov, into, part);
    b.give();
  }

  /** One half of the operand, as the instructions compare it. */
  private half({ arg, mask }: Comparison | Membership, upper: boolean, into: number): void {
    const b = this.builder;
    b.emit(Op.Mov, into, arg);
    if (upper) b.emit(Op.ShrI, into, 0, 0, 0, 32);
    b.emit(Op.AndI, into, 0, 0, 0, mask === undefined ? ALL : upper ? high(mask) : low(mask));
  }

  private membership(operand: Comparison | Membership, values: readonly bigint[], into: number): void {
    const b = this.builder;
    const half = b.take();
    b.emit(Op.LdI, into, 0, 0, 0, 1);
    const found: Fixup[] = [];
    for (const value of values) {
      this.half(operand, false, half);
      const other = b.jump(Op.JNe, half, low(value));
      if (operand.width === 64) this.half(operand, true, half);
      found.push(b.jump(Op.JEq, half, operand.width === 64 ? high(value) : low(value)));
      b.land(other);
    }
    b.emit(Op.LdI, into, 0, 0, 0, 0);
    for (const one of found) b.land(one);
    b.give();
  }

  /** `>=`, or `>`, on the whole operand: the upper halves decide unless they are equal. */
  private order(operand: Comparison, strict: boolean, into: number): void {
    const b = this.builder;
    const { width, value, signed = false } = operand;
    const half = b.take();
    const found: Fixup[] = [];
    const fails: Fixup[] = [];
    const atLeast = (least: number): void => {
      if (least <= ALL) found.push(b.jump(Op.JGe, half, least));
    };
    const load = (upper: boolean, biased: boolean): void => {
      this.half(operand, upper, half);
      if (!biased) return;
      b.emit(Op.AddI, half, 0, 0, 0, SIGN);
      b.emit(Op.AndI, half, 0, 0, 0, ALL);
    };
    const bias = (word: number): number => (signed ? (word ^ SIGN) >>> 0 : word);
    b.emit(Op.LdI, into, 0, 0, 0, 1);
    if (width === 64) {
      load(true, signed);
      atLeast(bias(high(value)) + 1);
      fails.push(b.jump(Op.JNe, half, bias(high(value))));
      load(false, false);
      atLeast(low(value) + (strict ? 1 : 0));
    } else {
      load(false, signed);
      atLeast(bias(low(value)) + (strict ? 1 : 0));
    }
    for (const fail of fails) b.land(fail);
    b.emit(Op.LdI, into, 0, 0, 0, 0);
    for (const one of found) b.land(one);
    b.give();
  }
}

/** What a call is wanted by. */
export interface Grounds {
  /** Its description; undefined: it has none, and touches nothing that is known. */
  readonly call: Call | undefined;
  readonly style: Style;
  /** What it is to touch; undefined: anything. */
  readonly targets: Targets | undefined;
  /** What registers say about the expression; true when there is none. It decides all. */
  readonly condition: Register;
}

/**
 * The plan that decides about a call at its entry; empty when it is never wanted, undefined when instructions cannot
 * tell.
 */
export function decisionPlan(name: string, { call, style, targets, condition }: Grounds): Uint8Array | undefined {
  const simple = typeof condition === 'boolean' ? condition : simplify(condition);
  if (simple === false || (targets && !call)) return NEVER;
  const builder = new PlanBuilder(name);
  const emitter = new Decider(builder, style, name);
  try {
    let unmet: Fixup | undefined;
    if (simple !== true) {
      const holds = builder.take();
      emitter.condition(simple, holds);
      unmet = builder.jump(Op.JEq, holds, 0);
      builder.give();
    }
    if (!targets) builder.emit(Op.Want);
    else if (call) for (const a of resolveSome(name, call, touchedStyle(style), touches).args) emitter.argument(a);
    if (unmet) builder.land(unmet);
    return builder.finish();
  } catch (error) {
    if (error instanceof DescriptionError) return undefined;
    throw error;
  }
}

/** Paths of descriptors are looked up where there is a path to compare them with. */
const touchedStyle = (style: Style): Style => ({ ...style, paths: true, verbose: true, abbrev: false, raw: false });
