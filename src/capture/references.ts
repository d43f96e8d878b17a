// Conditions and references in capture plans.
import type { Style } from '../decode/style.js';
import type { Place, Test } from '../describe/resolved.js';
import { DescriptionError } from '../errors.js';
import type { Fixup, PlanBuilder } from './builder.js';
import { Op, PathMode, Reg } from './opcode.js';
import type { Phase } from './schedule.js';

/** Where the structure around a field was captured. */
interface Frame {
  readonly handle: number;
  readonly offset: number;
}

/** A branch of a table that goes on behind it. */
const pass = (): void => undefined;

/** Registers of a plan, for keys that join a register and an offset. */
const REGISTERS = 16;

/** Emits the code that conditions and references become. */
export class ReferenceEmitter {
  /** The structures around a field, from the outermost on. */
  protected readonly frames: Frame[] = [];
  /** Arguments whose pointed-to int has been captured for a reference. */
  private readonly dereferenced = new Map<number, number>();

  constructor(
    protected readonly builder: PlanBuilder,
    readonly style: Style,
    protected readonly phase: Phase,
    protected readonly name: string,
  ) {}

  /** Emits code that runs `body` only where the condition holds, as far as a plan can tell. */
  protected guarded(test: Test, body: () => void): void {
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
  protected holds(test: Test, reg: number): void {
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
      case 'least':
      case 'product': {
        this.evaluate(place.a, reg);
        const other = b.take();
        this.evaluate(place.b, other);
        b.emit(place.kind === 'least' ? Op.MinR : Op.MulR, reg, other);
        b.give();
        return;
      }
      case 'moved':
        // As much as there may be: only the printer needs to know what was left.
        this.evaluate(place.of, reg);
        return;
      case 'before':
      case 'room':
      case 'index':
        b.emit(Op.LdI, reg, 0, 0, 0, 0xffffffff);
        return;
      case 'link':
        this.evaluate(place.of, reg);
        b.emit(Op.FdPath, reg, reg, 0, place.site, 0);
        return;
      case 'terminal':
        this.evaluate(place.of, reg);
        b.emit(Op.FdPath, reg, 0, 0, place.site, PathMode.Device);
        // Only the printer looks at it.
        b.emit(Op.LdI, reg, 0, 0, 0, 0);
        return;
      case 'netlink':
        this.evaluate(place.of, reg);
        b.emit(Op.Netlink, reg, reg, 0, place.site);
        return;
      case 'deref': {
        if (place.entry) {
          b.emit(Op.LdI, reg, 0, 0, 0, 0xffffffff);
          return;
        }
        const { register, site } = place.target;
        const key = place.at * REGISTERS + register;
        let handle = this.dereferenced.get(key);
        if (handle === undefined) {
          handle = b.takeHandle();
          this.dereferenced.set(key, handle);
          b.emit(Op.Mem, register, handle, 0, site, place.at + 4);
        }
        b.emit(Op.Ld, reg, handle, 4, 0, place.at);
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

  /** Comparisons look at 32 bits: a reference of 64 bits that needs more of them becomes none of `keys`. */
  protected narrow(place: Place, reg: number, keys: readonly number[]): void {
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
}
