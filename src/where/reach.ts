// From an argument to what a path names inside it: registers, structures, strings, arrays. Where there are several (the
// elements of an array), one that passes the test is enough. What is not there passes no test.
import type { R, RArgument, RField, RStruct } from '../describe/resolve.js';
import { chooser } from '../decode/choose.js';
import { placeReader, testReader } from '../decode/place.js';
import type { Cursor } from '../record/cursor.js';
import type { Step } from './ast.js';
import { typeOf, type NumberTest, type NumberType } from './number.js';

/** Bytes at `at`; `complete` when all of them were captured. */
export type TextTest = (c: Cursor, at: number, length: number, complete: boolean) => boolean;

/** What is tested at the end of a path; a leaf that knows nothing of a kind gives undefined. */
export interface Leaf {
  readonly number: (type: NumberType) => NumberTest | undefined;
  readonly text?: TextTest;
  /** Pointers are not followed: a comparison with NULL. */
  readonly addresses?: boolean;
}

/** In an object of memory from `at` to `end`. */
type MemoryTest = (c: Cursor, at: number, end: number) => boolean;

/** When a test can be made. */
export type Phase = 'register' | 'enter' | 'exit';

/** A test of a call, and what it takes. */
export interface Reached {
  readonly phase: Phase;
  readonly test: (c: Cursor) => boolean;
  /** The argument whose memory must be captured; undefined when registers are enough. */
  readonly captured: RArgument | undefined;
  /** The value stands in a register as it is. */
  readonly register: NumberType | undefined;
}

class Reacher {
  /** Whether captured memory (or a descriptor's path) is looked at. */
  memory = false;

  constructor(private readonly leaf: Leaf) {}

  /** A value in a register or a field. */
  scalar(node: R, steps: readonly Step[], depth: number): NumberTest | undefined {
    switch (node.kind) {
      case 'fd':
        if (steps.length === 1 && isField(steps[0], 'path')) return this.descriptorPath(node.site);
        break;
      case 'pointer': {
        // An address is a number unless there is a number, or something with a name, to be found at it.
        const inside =
          this.leaf.addresses && steps.length === 0 ? undefined : this.pointee(node.to, node.site, steps, depth);
        if (inside) return inside;
        break;
      }
      case 'match':
        return this.match(node, steps, depth);
      default:
        break;
    }
    if (steps.length > 0) return undefined;
    const type = typeOf(node);
    return type && this.leaf.number(type);
  }

  private descriptorPath(site: number): NumberTest | undefined {
    const { text } = this.leaf;
    if (!text) return undefined;
    this.memory = true;
    return (c, lo) => c.find(site, lo, lo >>> 31 ? 0xffffffff : 0) && c.length > 0 && text(c, c.at, c.length, true);
  }

  private match(node: R & { kind: 'match' }, steps: readonly Step[], depth: number): NumberTest | undefined {
    const choose = this.cases(node, depth, (r) => this.scalar(r, steps, depth));
    return choose && ((c, lo, hi) => choose(c)?.(c, lo, hi) ?? false);
  }

  /** Which of the cases holds, if any of them can be tested. */
  private cases<T>(
    node: R & { kind: 'match' },
    depth: number,
    make: (r: R) => T | undefined,
  ): ((c: Cursor) => T | undefined) | undefined {
    let some = false;
    // A case without anything to test is a case all the same.
    const choose = chooser(node, depth, (r) => {
      const made = make(r);
      some ||= made !== undefined;
      return { made };
    });
    return some ? (c) => choose(c).made : undefined;
  }

  /** What is at an address. */
  private pointee(to: R, site: number, steps: readonly Step[], depth: number): NumberTest | undefined {
    if (to.kind === 'string' || to.kind === 'bytes') {
      const { text } = this.leaf;
      if (!text || steps.length > 0) return undefined;
      this.memory = true;
      if (to.kind === 'string') {
        return (c, lo, hi) => c.find(site, lo, hi) && text(c, c.at, c.aux === 1 ? c.length - 1 : c.length, c.aux === 1);
      }
      const length = placeReader(to.length, depth);
      return (c, lo, hi) => {
        const all = length(c);
        if (all === 0) return text(c, 0, 0, true);
        return c.find(site, lo, hi) && text(c, c.at, c.length, c.length >= all);
      };
    }
    if (to.kind === 'match') {
      const choose = this.cases(to, depth, (r) => this.pointee(r, site, steps, depth));
      return choose && ((c, lo, hi) => choose(c)?.(c, lo, hi) ?? false);
    }
    if (to.kind === 'whole') return this.pointee(to.node, site, steps, depth);
    const test = this.inMemory(to, steps, depth);
    if (!test) return undefined;
    this.memory = true;
    return (c, lo, hi) => c.find(site, lo, hi) && test(c, c.at, c.at + c.length);
  }

  /** An object in captured memory. */
  private inMemory(node: R, steps: readonly Step[], depth: number): MemoryTest | undefined {
    switch (node.kind) {
      case 'struct':
        return steps.length > 0 && steps[0].kind === 'field'
          ? this.field(node, steps[0].name, steps.slice(1), depth)
          : undefined;
      case 'array':
      case 'zeroTerminated':
        return this.elements(node.of, steps, depth, node.kind === 'array' ? node.bytes : 0);
      case 'whole':
        return this.inMemory(node.node, steps, depth);
      case 'match': {
        const choose = this.cases(node, depth, (r) => this.inMemory(r, steps, depth));
        return choose && ((c, at, end) => choose(c)?.(c, at, end) ?? false);
      }
      case 'string':
      case 'bytes':
        return this.room(node, steps);
      default:
        return this.stored(node, steps, depth);
    }
  }

  /** Characters in a structure: up to a NUL, or all of the room. */
  private room(node: R & { kind: 'string' | 'bytes' }, steps: readonly Step[]): MemoryTest | undefined {
    const { text } = this.leaf;
    if (!text || steps.length > 0) return undefined;
    const { bytes, kind } = node;
    return (c, at, end) => {
      const limit = bytes > 0 ? Math.min(at + bytes, end) : end;
      let stop = limit;
      if (kind === 'string') for (stop = at; stop < limit && c.bytes[stop] !== 0; stop++);
      return text(c, at, stop - at, true);
    };
  }

  private stored(node: R, steps: readonly Step[], depth: number): MemoryTest | undefined {
    const test = this.scalar(node, steps, depth);
    if (!test) return undefined;
    const { bytes } = node;
    return (c, at, end) => {
      if (at + bytes > end) return false;
      if (bytes === 8) return test(c, c.u32(at), c.u32(at + 4));
      return test(c, bytes === 4 ? c.u32(at) : bytes === 2 ? c.u16(at) : c.bytes[at], 0);
    };
  }

  private elements(of: R, steps: readonly Step[], depth: number, fixed: number): MemoryTest | undefined {
    const [head, ...rest] = steps;
    const index = head?.kind === 'index' ? head.at : undefined;
    const test = this.inMemory(of, index === undefined ? steps : rest, depth);
    if (!test) return undefined;
    const stride = of.bytes;
    if (index !== undefined)
      return (c, at, end) =>
        at + (index + 1) * stride <= end && test(c, at + index * stride, at + (index + 1) * stride);
    return (c, at, end) => {
      const limit = fixed > 0 ? Math.min(at + fixed, end) : end;
      for (let from = at; from + stride <= limit; from += stride) if (test(c, from, from + stride)) return true;
      return false;
    };
  }

  private field(node: RStruct, name: string, steps: readonly Step[], depth: number): MemoryTest | undefined {
    const tests: MemoryTest[] = [];
    for (const f of node.fields) {
      if (f.behind >= 0 || f.answer) continue;
      const own = f.name === name || f.label === name;
      // Members of a union stand in the structure as if they were its own.
      const test = own
        ? this.member(f, steps, depth + 1)
        : f.inline
          ? this.inMemory(f.node, [{ kind: 'field', name }, ...steps], depth + 1)
          : undefined;
      if (!test) continue;
      const when = f.when && testReader(f.when, depth + 1);
      const { offset } = f;
      const size = f.node.bytes;
      tests.push((c, at, end) => {
        if (when && !when(c)) return false;
        const from = at + offset;
        return from <= end && test(c, from, size > 0 && !f.rest ? Math.min(from + size, end) : end);
      });
    }
    if (tests.length === 0) return undefined;
    return (c, at, end) => {
      const frame = c.frames[depth];
      c.frames[depth] = at;
      const passed = tests.some((test) => test(c, at, end));
      c.frames[depth] = frame;
      return passed;
    };
  }

  private member(f: RField, steps: readonly Step[], depth: number): MemoryTest | undefined {
    if (!f.bits) return this.inMemory(f.node, steps, depth);
    const test = this.scalar(f.node, steps, depth);
    if (!test) return undefined;
    const [shift, width] = f.bits;
    const mask = width >= 32 ? 0xffffffff : 2 ** width - 1;
    return (c, at, end) => at + 4 <= end && test(c, (c.u32(at + (shift >> 3)) >>> (shift & 7)) & mask, 0);
  }
}

function isField(step: Step, name: string): boolean {
  return step.kind === 'field' && step.name === name;
}

/** When the object behind a pointer is looked at: what the kernel fills in, at the exit. */
function phaseOf(node: R): Phase {
  if (node.kind === 'pointer') return node.direction === 'out' || node.options.show === 'exit' ? 'exit' : 'enter';
  if (node.kind === 'match') {
    const phases = [node.otherwise, ...node.cases.map(([, r]) => r)].map(phaseOf);
    return phases.includes('exit') ? 'exit' : 'enter';
  }
  return 'enter';
}

/** The test at the end of a path that begins at an argument; undefined when there is nothing that the leaf can test. */
export function reach(argument: RArgument, steps: readonly Step[], leaf: Leaf): Reached | undefined {
  const reacher = new Reacher(leaf);
  const { node, register, high } = argument;
  const inner = reacher.scalar(node, steps, 0);
  if (!inner) return undefined;
  const read =
    high >= 0
      ? (c: Cursor): boolean => inner(c, c.argLo(register), c.argLo(high))
      : (c: Cursor): boolean => inner(c, c.argLo(register), c.argHi(register));
  const condition = argument.when && testReader(argument.when, 0);
  const test = condition ? (c: Cursor): boolean => condition(c) && read(c) : read;
  if (reacher.memory) return { phase: phaseOf(node), test, captured: argument, register: undefined };
  // A condition on the argument may look at memory, so that it cannot be told in the filter.
  const type = node.kind === 'match' ? undefined : typeOf(node);
  return { phase: 'register', test, captured: undefined, register: type };
}
