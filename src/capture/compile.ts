// Resolved description -> capture plans: which memory is copied at the entering stop and which at the exiting one.
import { DescriptionError } from '../errors.js';
import type { Place, R, RArgument, RCall, RList, RStruct, RVersioned, Test } from '../describe/resolve.js';
import type { Style } from '../decode/style.js';
import { describesFds } from '../decode/style.js';
import type { Fixup } from './builder.js';
import { NO_HANDLE, PlanBuilder } from './builder.js';
import { captureDump } from './dump.js';
import { Op, PathMode, Reg } from './opcode.js';

/** When something is printed, and therefore captured. */
export type Phase = 'enter' | 'exit';

/** Most bytes of a path, its NUL included (PATH_MAX). */
export const PATH_BYTES = 4096;
/** Most bytes of a structure that is bigger than its known fields: a page, as for clone3, openat2 and their like. */
export const EXCESS_BYTES = 4096;
/** Most bytes that one counted capture takes, whatever `-s` says: keeps a record well inside the ring. */
const CAPTURE_MAX = 1 << 20;
/** Most elements of arrays that are shown whole. */
const ELEMENTS_MAX = 1 << 16;

/** Most structures of a list; `OP_WHILE` runs no more rounds. */
const LIST_MAX = 1024;
/** Most bits of a set of descriptors that are looked at: more cannot be open (and select(2^31 - 1) is a common idiom). */
export const FD_SET_BITS = 1 << 20;

/** Encoded plans; empty where there is nothing to capture. */
export interface Plans {
  readonly enter: Uint8Array;
  readonly exit: Uint8Array;
}

/** Whether a node, or what it points to, holds something that only the exit knows. */
export function hasOutput(node: R): boolean {
  switch (node.kind) {
    case 'pointer':
      return node.direction !== 'in' || node.options.atExit === true || hasOutput(node.to);
    case 'match':
      return hasOutput(node.otherwise) || node.cases.some(([, r]) => hasOutput(r));
    case 'struct':
      return node.fields.some((f) => hasOutput(f.node));
    case 'whole':
      return hasOutput(node.node) || (node.short !== undefined && hasOutput(node.short));
    case 'array':
    case 'chain':
    case 'zeroTerminated':
      return hasOutput(node.of);
    default:
      return false;
  }
}

/** Most elements of an array that are captured; strace shows as many as `-s` says when it abbreviates. */
export function elementLimit(style: Style, limit: number | undefined): number {
  return style.abbrev ? Math.min(limit ?? style.stringLimit, ELEMENTS_MAX) : ELEMENTS_MAX;
}

/** Most structures of a list that are followed; never more, for a list may lead back to itself. */
export function listLimit(style: Style): number {
  return Math.min(Math.max(elementLimit(style, undefined), 1), LIST_MAX);
}

interface Frame {
  readonly handle: number;
  readonly offset: number;
}

/** A branch of a table that goes on behind it. */
const pass = (): void => undefined;

class Capture {
  private readonly frames: Frame[] = [];
  /** Arguments whose pointed-to int has been captured for a reference. */
  private readonly dereferenced = new Map<number, number>();
  /** Register that holds what is left of a shared transfer. */
  private budget = -1;

  constructor(
    private readonly builder: PlanBuilder,
    readonly style: Style,
    private readonly phase: Phase,
    private readonly name: string,
  ) {}

  /** Captures what an argument points to. */
  argument(a: RArgument): void {
    if (a.when) this.guarded(a.when, () => this.value(a.node, a.register));
    else this.value(a.node, a.register);
  }

  private guarded(test: Test, body: () => void): void {
    // Comparisons beyond 32 bits have no instruction: capturing too much is harmless.
    if (test.or || test.value > 0xffffffff) {
      body();
      return;
    }
    const b = this.builder;
    if (test.op === 'succeeded') {
      const failed = b.jump(Op.JErr);
      if (test.and) this.guarded(test.and, body);
      else body();
      b.land(failed);
      return;
    }
    const start = b.length;
    const reg = b.take();
    this.evaluate(test.on, reg);
    const skips: Fixup[] = [];
    /** Goes on only where the jump is taken. */
    const only = (met: Fixup): void => {
      skips.push(b.jump(Op.Jmp));
      b.land(met);
    };
    switch (test.op) {
      case 'set':
        skips.push(b.jump(Op.JNSet, reg, test.value));
        break;
      case 'eq':
        skips.push(b.jump(Op.JNe, reg, test.value));
        break;
      case 'ne':
        this.narrow(test.on, reg, [test.value]);
        skips.push(b.jump(Op.JEq, reg, test.value));
        break;
      case 'lt':
        skips.push(b.jump(Op.JGe, reg, test.value));
        break;
      case 'ge':
        only(b.jump(Op.JGe, reg, test.value));
        break;
      case 'clear':
        only(b.jump(Op.JNSet, reg, test.value));
        break;
      case 'in':
        // A table whose entries all lead behind the jump that follows it.
        b.switch(
          reg,
          (test.values ?? []).map((value) => [value, pass] as const),
          () => skips.push(b.jump(Op.Jmp)),
        );
        break;
      case 'not-in': {
        this.narrow(test.on, reg, test.values ?? []);
        const leave = (): void => {
          skips.push(b.jump(Op.Jmp));
        };
        b.switch(
          reg,
          (test.values ?? []).map((value) => [value, leave] as const),
          pass,
        );
        break;
      }
    }
    b.give();
    const before = b.length;
    if (test.and) this.guarded(test.and, body);
    else body();
    if (b.length === before) b.truncate(start);
    else for (const skip of skips) b.land(skip);
  }

  /** Emits code that puts 1 into a register when the condition holds, else 0. */
  private holds(test: Test, reg: number): void {
    const b = this.builder;
    b.emit(Op.LdI, reg, 0, 0, 0, 0);
    for (let one: Test | undefined = test; one; one = one.or)
      this.guarded({ ...one, or: undefined }, () => b.emit(Op.LdI, reg, 0, 0, 0, 1));
  }

  /** Emits code that puts a reference's value into a register. */
  evaluate(place: Place, reg: number): void {
    const b = this.builder;
    switch (place.kind) {
      case 'arg':
        b.emit(Op.Mov, reg, place.register);
        if (place.bytes < 8) b.emit(Op.AndI, reg, 0, 0, 0, place.bytes === 4 ? 0xffffffff : 2 ** (8 * place.bytes) - 1);
        return;
      case 'ret': {
        if (place.orAll && this.phase === 'enter') {
          b.emit(Op.LdI, reg, 0, 0, 0, 0xffffffff);
          return;
        }
        b.emit(Op.LdI, reg, 0, 0, 0, 0);
        const failed = b.jump(Op.JErr);
        b.emit(Op.Mov, reg, Reg.Ret);
        b.land(failed);
        return;
      }
      case 'const':
        b.emit(Op.LdI, reg, 0, 0, 0, place.value);
        return;
      case 'field': {
        const frame = this.frames[this.frames.length - 1 - place.up];
        b.emit(Op.Ld, reg, frame.handle, place.bytes, 0, frame.offset + place.offset);
        return;
      }
      case 'scale':
        this.evaluate(place.of, reg);
        if (place.by !== 1) b.emit(Op.MulI, reg, 0, 0, 0, place.by);
        if (place.per !== 1) {
          const shift = Math.log2(place.per);
          if (!Number.isInteger(shift))
            throw new DescriptionError(this.name, 'a reference is divided by no power of two');
          if (!place.down) b.emit(Op.AddI, reg, 0, 0, 0, place.per - 1);
          b.emit(Op.ShrI, reg, 0, 0, 0, shift);
        }
        return;
      case 'min':
        this.evaluate(place.of, reg);
        b.emit(Op.MinI, reg, 0, 0, 0, place.max);
        return;
      case 'less':
        this.evaluate(place.of, reg);
        b.emit(Op.SubI, reg, 0, 0, 0, place.by);
        return;
      case 'least': {
        this.evaluate(place.a, reg);
        const other = b.take();
        this.evaluate(place.b, other);
        b.emit(Op.MinR, reg, other);
        b.give();
        return;
      }
      case 'before':
      case 'room':
      case 'index':
        b.emit(Op.LdI, reg, 0, 0, 0, 0xffffffff);
        return;
      case 'link':
        this.evaluate(place.of, reg);
        b.emit(Op.FdPath, reg, reg, 0, place.site, 0);
        return;
      case 'deref': {
        if (place.entry) {
          b.emit(Op.LdI, reg, 0, 0, 0, 0xffffffff);
          return;
        }
        let handle = this.dereferenced.get(place.target.register);
        if (handle === undefined) {
          handle = b.takeHandle();
          this.dereferenced.set(place.target.register, handle);
          b.emit(Op.Mem, place.target.register, handle, 0, place.target.site, 4);
        }
        b.emit(Op.Ld, reg, handle, 4, 0, 0);
        return;
      }
      case 'bits':
        this.evaluate(place.of, reg);
        b.emit(Op.AndI, reg, 0, 0, 0, place.mask);
        return;
      case 'holds':
        this.holds(place.test, reg);
        return;
    }
  }

  /** A scalar whose value is in a register. */
  private value(node: R, reg: number): void {
    const b = this.builder;
    switch (node.kind) {
      case 'fd':
        if (node.site < 0) return;
        if (node.of) {
          const other = b.take();
          this.evaluate(node.of.process, other);
          const whose = node.of.by === 'pid' ? PathMode.OfPid : PathMode.OfPidfd;
          b.emit(Op.FdPath, reg, 0, other, node.site, pathMode(this.style) | whose);
          b.give();
        } else b.emit(Op.FdPath, reg, 0, 0, node.site, pathMode(this.style));
        return;
      case 'format':
        if (node.site >= 0) b.emit(Op.Comm, reg, 0, 0, node.site, 0);
        return;
      case 'pointer': {
        const { direction, options } = node;
        if (this.phase === 'enter' && (direction === 'out' || options.show === 'exit')) return;
        const guard =
          this.phase === 'exit' && direction === 'out' && !options.evenOnError && !options.onRestart
            ? b.jump(Op.JErr)
            : undefined;
        const before = b.length;
        const to = this.phase === 'exit' && node.after ? node.after : node.to;
        if (this.style.verbose || options.always || isText(to)) this.target(to, reg, node.site);
        if (guard) {
          if (b.length === before) b.truncate(before - 1);
          else b.land(guard);
        }
        return;
      }
      case 'match':
        if (needsCapture(node, this.style)) this.choose(node, (r) => this.value(r, reg));
        return;
    }
  }

  /** Comparisons look at 32 bits: a reference of 64 bits that needs more of them becomes none of `keys`. */
  private narrow(place: Place, reg: number, keys: readonly number[]): void {
    if (!((place.kind === 'arg' || place.kind === 'field') && place.bytes === 8)) return;
    const b = this.builder;
    const high = b.take();
    b.emit(Op.Mov, high, reg);
    b.emit(Op.ShrI, high, 0, 0, 0, 32);
    const small = b.jump(Op.JEq, high, 0);
    let none = 1;
    while (keys.includes(none)) none++;
    b.emit(Op.LdI, reg, 0, 0, 0, none);
    b.land(small);
    b.give();
  }

  private choose(node: R & { kind: 'match' }, each: (r: R) => void): void {
    const b = this.builder;
    const start = b.length;
    const reg = b.take();
    this.evaluate(node.on, reg);
    if (node.mask !== 0xffffffff) b.emit(Op.AndI, reg, 0, 0, 0, node.mask);
    else
      this.narrow(
        node.on,
        reg,
        node.cases.map(([key]) => key),
      );
    const bodies = new Map<R, () => void>();
    const body = (r: R): (() => void) => {
      let f = bodies.get(r);
      if (!f) bodies.set(r, (f = () => each(r)));
      return f;
    };
    const cases = node.cases.filter(([, r]) => r !== node.otherwise).map(([key, r]) => [key, body(r)] as const);
    const code = b.length;
    b.switch(reg, cases, () => each(node.otherwise));
    b.give();
    if (b.length === code) b.truncate(start);
  }

  /** What is at the address in a register. */
  private target(node: R, reg: number, site: number): void {
    const b = this.builder;
    switch (node.kind) {
      case 'string': {
        const cap = node.path ? PATH_BYTES : Math.min(this.style.stringLimit + 1, CAPTURE_MAX);
        b.emit(Op.ZMem, reg, NO_HANDLE, 1, site, node.max === undefined ? cap : Math.min(cap, node.max));
        return;
      }
      case 'bytes': {
        const length = b.take();
        this.evaluate(node.length, length);
        if (node.within && this.budget >= 0) {
          b.emit(Op.MinR, length, this.budget);
          b.emit(Op.SubR, this.budget, length);
        }
        // One byte more than is shown: a string that is cut has to be readable up to there.
        b.emit(Op.MemV, reg, NO_HANDLE, length, site, Math.min(node.limit ?? this.style.stringLimit + 1, CAPTURE_MAX));
        b.give();
        return;
      }
      case 'blob': {
        const length = b.take();
        this.evaluate(node.length, length);
        b.emit(Op.MemV, reg, NO_HANDLE, length, site, node.max);
        b.give();
        return;
      }
      case 'fdSet': {
        const bits = b.take();
        const length = b.take();
        this.evaluate(node.count, bits);
        // A negative count is rejected by the kernel before it looks at a set.
        const negative = b.jump(Op.JGe, bits, 0x80000000);
        b.emit(Op.MinI, bits, 0, 0, 0, FD_SET_BITS);
        b.emit(Op.Mov, length, bits);
        const word = this.style.abi.longSize;
        b.emit(Op.AddI, length, 0, 0, 0, 8 * word - 1);
        b.emit(Op.ShrI, length, 0, 0, 0, Math.log2(8 * word));
        b.emit(Op.MulI, length, 0, 0, 0, word);
        const handle = node.site >= 0 ? b.takeHandle() : NO_HANDLE;
        b.emit(Op.MemV, reg, handle, length, site, FD_SET_BITS / 8);
        if (node.site >= 0) {
          b.emit(Op.FdSet, handle, 0, bits, node.site, pathMode(this.style));
          b.giveHandle();
        }
        b.land(negative);
        b.give();
        b.give();
        return;
      }
      case 'struct': {
        if (node.versioned) {
          this.versioned(node, node.versioned, reg, site);
          return;
        }
        if (node.linked) {
          this.list(node, node.linked.next, listLimit(this.style), reg, site);
          return;
        }
        const inside = needsCapture(node, this.style);
        const handle = inside ? b.takeHandle() : NO_HANDLE;
        if (node.flexible) {
          const length = b.take();
          this.evaluate(node.flexible.count, length);
          b.emit(Op.MulI, length, 0, 0, 0, node.flexible.stride);
          b.emit(Op.MinI, length, 0, 0, 0, CAPTURE_MAX);
          b.emit(Op.AddI, length, 0, 0, 0, node.bytes);
          b.emit(Op.MemV, reg, handle, length, site, CAPTURE_MAX + node.bytes);
          b.give();
        } else if (node.length) {
          const length = b.take();
          this.evaluate(node.length, length);
          b.emit(Op.MemV, reg, handle, length, site, node.bytes);
          b.give();
        } else b.emit(Op.Mem, reg, handle, 0, site, node.bytes);
        if (inside) {
          this.inside(node, handle, 0, reg);
          b.giveHandle();
        }
        return;
      }
      case 'array': {
        const limit = elementLimit(this.style, node.limit);
        const stride = node.of.bytes;
        const length = b.take();
        this.evaluate(node.count, length);
        b.emit(Op.MulI, length, 0, 0, 0, stride);
        const handle = b.takeHandle();
        // One more than is shown: whether it can be read decides what stands behind the last one.
        b.emit(Op.MemV, reg, handle, length, site, Math.min((limit + 1) * stride, CAPTURE_MAX));
        b.give();
        this.elements(node.of, handle, stride, limit);
        b.giveHandle();
        return;
      }
      case 'whole': {
        if (!node.length)
          throw new DescriptionError(this.name, 'an object of varying size behind a pointer has no length');
        const inside = needsCapture(node.node, this.style);
        const handle = inside ? b.takeHandle() : NO_HANDLE;
        const length = b.take();
        this.evaluate(node.length, length);
        b.emit(Op.MemV, reg, handle, length, site, shownBytes(node, this.style));
        b.give();
        if (inside) {
          this.stored(node.node, handle, 0);
          b.giveHandle();
        }
        return;
      }
      case 'chain': {
        const inside = needsCapture(node.of, this.style);
        const handle = inside ? b.takeHandle() : NO_HANDLE;
        const length = b.take();
        this.evaluate(node.length, length);
        b.emit(Op.MemV, reg, handle, length, site, node.max);
        b.give();
        if (inside) {
          b.chain(handle, node.unit, node.unit, headerBytes(node.of), (record) => this.inside(node.of, record, 0));
          b.giveHandle();
        }
        return;
      }
      case 'zeroTerminated': {
        const unit = node.of.bytes;
        const counted = node.countOnly !== undefined && this.style.abbrev;
        const cap = counted ? CAPTURE_MAX / unit : elementLimit(this.style, undefined) + 1;
        const handle = b.takeHandle();
        b.emit(Op.ZMem, reg, handle, unit, site, cap);
        if (!counted) this.elements(node.of, handle, unit);
        b.giveHandle();
        return;
      }
      case 'match':
        this.choose(node, (r) => this.target(r, reg, site));
        return;
      default:
        // A pointer to a scalar.
        if (needsCapture(node, this.style)) {
          const handle = b.takeHandle();
          b.emit(Op.Mem, reg, handle, 0, site, node.bytes);
          this.stored(node, handle, 0);
          b.giveHandle();
        } else b.emit(Op.Mem, reg, NO_HANDLE, 0, site, node.bytes);
    }
  }

  /** A structure whose size the caller tells: the size, as much of the structure as it says, what is behind it. */
  private versioned(node: RStruct, how: RVersioned, reg: number, site: number): void {
    const b = this.builder;
    const size = b.take();
    if (how.own) {
      const head = b.takeHandle();
      b.emit(Op.Mem, reg, head, 0, how.head, how.own.offset + how.own.bytes);
      b.emit(Op.Ld, size, head, how.own.bytes, 0, how.own.offset);
      b.giveHandle();
    } else if (how.size) this.evaluate(how.size, size);
    if (how.zeroMeans !== undefined) {
      const other = b.jump(Op.JNe, size, 0);
      b.emit(Op.LdI, size, 0, 0, 0, how.zeroMeans);
      b.land(other);
    }
    const enough = b.jump(Op.JGe, size, how.minimum);
    const skips = [b.jump(Op.Jmp)];
    b.land(enough);
    if (how.maximum !== undefined) {
      const large = b.jump(Op.JGe, size, how.maximum + 1);
      const fits = b.jump(Op.Jmp);
      b.land(large);
      skips.push(b.jump(Op.Jmp));
      b.land(fits);
    }
    const handle = b.takeHandle();
    b.emit(Op.MemV, reg, handle, size, site, how.excess === 'data' ? how.maximum : node.bytes);
    b.emit(Op.Pad, 0, handle, 0, 0, node.bytes);
    this.inside(node, handle, 0, reg);
    b.giveHandle();
    if (how.excess === 'hex') {
      const behind = b.take();
      b.emit(Op.Mov, behind, reg);
      b.emit(Op.AddI, behind, 0, 0, 0, node.bytes);
      b.emit(Op.SubI, size, 0, 0, 0, node.bytes);
      b.emit(Op.MemV, behind, NO_HANDLE, size, how.tail, EXCESS_BYTES - node.bytes);
      b.give();
    }
    for (const skip of skips) b.land(skip);
    b.give();
  }

  /** A list: each structure, what it points to, and the address of the next. */
  private list(node: RStruct, next: number, limit: number, reg: number, site: number): void {
    const b = this.builder;
    const here = b.take();
    b.emit(Op.Mov, here, reg);
    const link = node.fields[next];
    b.repeat(here, limit, () => {
      const handle = b.takeHandle();
      b.emit(Op.Mem, here, handle, 0, site, node.bytes);
      this.inside(node, handle, 0);
      b.emit(Op.Ld, here, handle, link.node.bytes, 0, link.offset);
      b.giveHandle();
    });
    b.give();
  }

  private elements(of: R, handle: number, stride: number, limit?: number): void {
    const b = this.builder;
    if (!needsCapture(of, this.style)) return;
    const within = budgetOf(of);
    const outer = this.budget;
    if (within) {
      this.budget = b.take();
      this.evaluate(within, this.budget);
    }
    b.each(handle, stride, limit, (element) => this.stored(of, element, 0));
    if (within) {
      b.give();
      this.budget = outer;
    }
  }

  /** A node that lies in captured memory at an offset of a handle. */
  private stored(node: R, handle: number, offset: number): void {
    const b = this.builder;
    if (!needsCapture(node, this.style)) return;
    switch (node.kind) {
      case 'struct':
        this.inside(node, handle, offset);
        return;
      case 'array':
        if (node.fixed === undefined) {
          // It has the rest of the record.
          const tail = b.takeHandle();
          b.emit(Op.Tail, handle, tail, 0, 0, offset);
          this.elements(node.of, tail, node.of.bytes);
          b.giveHandle();
        } else for (let i = 0; i < node.fixed; i++) this.stored(node.of, handle, offset + i * node.of.bytes);
        return;
      case 'whole':
        this.stored(node.node, handle, offset);
        return;
      case 'match':
        this.choose(node, (r) => this.stored(r, handle, offset));
        return;
      case 'fd':
      case 'format':
      case 'pointer': {
        const reg = b.take();
        b.emit(Op.Ld, reg, handle, node.bytes, 0, offset);
        this.value(node, reg);
        b.give();
        return;
      }
    }
  }

  /** `address` is the register that holds where the structure starts, when a pointer leads to it. */
  private inside(node: RStruct, handle: number, offset: number, address?: number): void {
    const b = this.builder;
    this.frames.push({ handle, offset });
    for (const f of node.fields) {
      if (f.behind >= 0) {
        if (address === undefined) throw new DescriptionError(this.name, `'${f.name}' lies behind no pointer's target`);
        const capture = (): void => {
          const at = b.take();
          b.emit(Op.Mov, at, address);
          b.emit(Op.AddI, at, 0, 0, 0, f.offset);
          this.target(f.node, at, f.behind);
          b.give();
        };
        if (f.when) this.guarded(f.when, capture);
        else capture();
        continue;
      }
      if (f.hidden || !needsCapture(f.node, this.style)) continue;
      const body = (): void => this.stored(f.node, handle, offset + f.offset);
      if (f.when) this.guarded(f.when, body);
      else body();
    }
    this.frames.pop();
  }
}

/** What is captured of a descriptor beside its path. */
function pathMode(style: Style): number {
  const info = style.devices || style.eventfds || style.signalfds || style.pidfds;
  return (
    (info ? PathMode.Info : 0) |
    (style.devices ? PathMode.Device : 0) |
    (style.sockets ? PathMode.Socket : 0) |
    (style.pidfds && style.comm ? PathMode.Comm : 0)
  );
}

/** Strings and counted bytes are read whatever `-e verbose=` says. */
export function isText(node: R): boolean {
  return node.kind === 'string' || node.kind === 'bytes';
}

/** Whether anything below a node in memory (or a value) has to be captured on its own. */
function needsCapture(node: R, style: Style): boolean {
  switch (node.kind) {
    case 'pointer':
      return true;
    case 'fd':
      return describesFds(style);
    case 'format':
      return node.site >= 0;
    case 'match':
      return needsCapture(node.otherwise, style) || node.cases.some(([, r]) => needsCapture(r, style));
    case 'struct':
      return node.fields.some((f) => !f.hidden && (f.behind >= 0 || needsCapture(f.node, style)));
    case 'whole':
      return needsCapture(node.node, style);
    case 'array':
    case 'chain':
    case 'zeroTerminated':
      return needsCapture(node.of, style);
    default:
      return false;
  }
}

/** Most bytes that are shown of an object that may be short. */
function shownBytes(node: R | undefined, style: Style): number {
  if (!node) return 0;
  if (node.kind === 'bytes') return Math.min(style.stringLimit + 1, CAPTURE_MAX);
  if (node.kind === 'blob') return node.max;
  if (node.kind === 'whole') return Math.max(shownBytes(node.node, style), shownBytes(node.short, style));
  if (node.kind === 'array') return Math.min(elementLimit(style, node.limit) * node.of.bytes, CAPTURE_MAX);
  return node.bytes;
}

/** Bytes of what stands before the contents of a record. */
export function headerBytes(record: RStruct): number {
  return Math.max(...record.fields.filter((f) => !f.rest).map((f) => f.offset + f.node.bytes));
}

/** The reference that bounds the bytes of all elements together. */
function budgetOf(node: R, up = 0): Place | undefined {
  switch (node.kind) {
    case 'bytes':
      // Evaluated outside of the structures that lie between.
      return node.within?.kind === 'field' ? { ...node.within, up: node.within.up - up } : node.within;
    case 'pointer':
      return node.to.kind === 'array' ? undefined : budgetOf(node.to, up);
    case 'struct':
      for (const f of node.fields) {
        const found = budgetOf(f.node, up + 1);
        if (found) return found;
      }
      return undefined;
    default:
      return undefined;
  }
}
export { budgetOf };

/** An inout pointer that is printed at the exit from both records. */
export function keepsEntry(node: R): boolean {
  if (node.kind !== 'pointer' || node.direction !== 'inout') return false;
  const { show = 'changed' } = node.options;
  return show === 'changed' || show === 'entry' || show === 'split' || show === 'pair';
}

/** An inout pointer to a structure of which a part is printed at the entry. */
export function isSplit(node: R): boolean {
  return node.kind === 'pointer' && node.direction === 'inout' && node.options.show === 'split';
}

/** Whether an argument, or one of the forms that it may have, is printed from both records. */
export function needsBoth(node: R): boolean {
  if (node.kind !== 'match') return keepsEntry(node);
  return needsBoth(node.otherwise) || node.cases.some(([, r]) => needsBoth(r));
}

/** An argument of a list with the stop at which it is printed. */
export interface Timed {
  readonly argument: RArgument;
  /** `exit` from the first argument on that waits; an `arrow` shows its old value at the entry. */
  readonly phase: Phase;
  readonly arrow: boolean;
  /** A part of it is printed at the entry, unless that turns out to be all. */
  readonly split: boolean;
  /** Waits only because it stands behind a split one. */
  readonly early: boolean;
}

/** Decides for each argument when it is printed: at the entry up to the first that must wait, then at the exit. */
export function schedule(list: RList): Timed[] {
  let phase: Phase = 'enter';
  let known = false;
  return list.args
    .filter((a) => !a.hidden)
    .map((argument) => {
      const { node } = argument;
      const arrow =
        phase === 'enter' && node.kind === 'pointer' && node.direction === 'inout' && node.options.show === 'arrow';
      const split = phase === 'enter' && isSplit(node);
      if (arrow || split) {
        phase = 'exit';
        known = split;
        return { argument, phase: 'enter' as const, arrow, split, early: false };
      }
      if (argument.atExit || hasOutput(node)) {
        phase = 'exit';
        known = false;
      }
      return { argument, phase, arrow, split, early: known };
    });
}

function captureList(list: RList, capture: Capture, phase: Phase, builder: PlanBuilder): void {
  for (const { argument, phase: printed, arrow, early } of schedule(list)) {
    const { node } = argument;
    if (printed === phase || arrow || early || needsBoth(node)) capture.argument(argument);
  }
  if (phase === 'exit') {
    for (const extra of list.result.extra) {
      const failed = builder.jump(Op.JErr);
      capture.argument(extra);
      builder.land(failed);
    }
    if (list.result.site >= 0) {
      const failed = builder.jump(Op.JErr);
      if (list.result.base === 'pid') builder.emit(Op.Comm, Reg.Ret, 0, 0, list.result.site, 0);
      else builder.emit(Op.FdPath, Reg.Ret, 0, 0, list.result.site, pathMode(capture.style));
      builder.land(failed);
    }
  }
}

/** What is captured at the entry beside what is printed: arguments by which calls are selected. */
export interface Before {
  readonly args: readonly RArgument[];
  readonly style: Style;
}

/** Compiles both plans of a call, or of one form of it. */
export function compilePlans(call: RCall, list: RList = call.plain, before?: Before): Plans {
  const compile = (phase: Phase): Uint8Array => {
    const builder = new PlanBuilder(call.name);
    if (before && phase === 'enter') {
      const capture = new Capture(builder, before.style, phase, call.name);
      for (const a of before.args) capture.argument(a);
      if (call.style.raw) return builder.finish();
    }
    const capture = new Capture(builder, call.style, phase, call.name);
    if (!call.style.raw) captureList(list, capture, phase, builder);
    if (phase === 'exit' && call.dump)
      captureDump(builder, call.dump, call.style, (place, register) => capture.evaluate(place, register));
    return builder.finish();
  };
  return { enter: compile('enter'), exit: compile('exit') };
}
