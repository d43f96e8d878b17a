// Assembles capture plans: instructions, forward labels, scratch registers and handles; limits are errors.
import { DescriptionError } from '../errors.js';
import { INSN_BYTES, NO_HANDLE, Op, PLAN_HANDLES, PLAN_MAX_INSNS, Reg } from './opcode.js';
import { FD_SET_BITS } from './shape.js';

interface Insn {
  op: number;
  a: number;
  b: number;
  c: number;
  site: number;
  imm: number;
}

/** A forward jump whose target is not known yet: index of the instruction to patch, and which field holds the skip. */
export interface Fixup {
  readonly at: number;
  readonly field: 'imm' | 'c';
}

/** Builds one plan. Registers and handles are taken and given back in stack order. */
export class PlanBuilder {
  private readonly insns: Insn[] = [];
  private reg: number = Reg.Scratch;
  private handle = 0;

  /** @param name the call, for error messages. */
  constructor(private readonly name: string) {}

  get length(): number {
    return this.insns.length;
  }

  emit(op: Op, a = 0, b = 0, c = 0, site = 0, imm = 0): number {
    if (this.insns.length >= PLAN_MAX_INSNS) throw new DescriptionError(this.name, 'capture plan is too long');
    if (c < 0 || c > 255) throw new DescriptionError(this.name, 'capture plan: block of over 255 instructions');
    this.insns.push({ op, a, b, c, site, imm: imm >>> 0 });
    return this.insns.length - 1;
  }

  /** Takes a scratch register. */
  take(): number {
    if (this.reg > 15) throw new DescriptionError(this.name, 'capture plan: out of registers');
    return this.reg++;
  }
  /** Gives back the register taken last. */
  give(): void {
    this.reg--;
  }
  takeHandle(): number {
    if (this.handle >= PLAN_HANDLES) throw new DescriptionError(this.name, 'capture plan: out of handles');
    return this.handle++;
  }
  giveHandle(): void {
    this.handle--;
  }
  /** Runs `body` and then gives back every register and handle that it took. */
  scoped(body: () => void): void {
    const { reg, handle } = this;
    body();
    this.reg = reg;
    this.handle = handle;
  }

  /** A jump to be closed by `land`. */
  jump(op: Op, a = 0, imm = 0): Fixup {
    const inImm = op === Op.Jmp || op === Op.JErr;
    const at = this.emit(op, a, 0, 0, 0, inImm ? 0 : imm);
    return { at, field: inImm ? 'imm' : 'c' };
  }
  /** Makes a jump end here. */
  land(fixup: Fixup): void {
    const skip = this.insns.length - fixup.at - 1;
    if (fixup.field === 'c' && skip > 255) throw new DescriptionError(this.name, 'capture plan: jump of over 255');
    this.insns[fixup.at][fixup.field] = skip;
  }

  /** Runs `body` for every complete element of a window; `limit` bounds the elements when it is given. */
  each(handle: number, stride: number, limit: number | undefined, body: (element: number) => void): void {
    const element = this.takeHandle();
    const limited = limit !== undefined && limit < 0xffff;
    const at = limited
      ? this.emit(Op.EachLim, handle, element, 0, 0, ((limit << 16) | stride) >>> 0)
      : this.emit(Op.Each, handle, element, 0, 0, stride);
    body(element);
    const count = this.insns.length - at - 1;
    if (count === 0) this.insns.length = at;
    else if (count > 255) throw new DescriptionError(this.name, 'capture plan: loop of over 255 instructions');
    else this.insns[at].c = count;
    this.giveHandle();
  }

  /**
   * Runs `body` for every record of a window that begins with its own length, of `size` bytes; the next record is
   * aligned to `align`; a length below `header` ends the walk.
   */
  chain(handle: number, size: number, align: number, header: number, body: (record: number) => void): void {
    const record = this.takeHandle();
    const at = this.emit(Op.Chain, handle, record, 0, 0, size | (align << 4) | (header << 8));
    body(record);
    const count = this.insns.length - at - 1;
    if (count === 0) this.insns.length = at;
    else if (count > 255) throw new DescriptionError(this.name, 'capture plan: loop of over 255 instructions');
    else this.insns[at].c = count;
    this.giveHandle();
  }

  /**
   * For the sets of select(2): with the number of bits in a register, at most FD_SET_BITS, runs `body` for it and for the bytes of
   * such a set, in longs of `word` bytes. A negative number is rejected by the kernel before it looks at a set, and runs nothing.
   */
  fdSet(bits: number, word: number, body: (length: number) => void): void {
    const length = this.take();
    const negative = this.jump(Op.JGe, bits, 0x80000000);
    this.emit(Op.MinI, bits, 0, 0, 0, FD_SET_BITS);
    this.emit(Op.Mov, length, bits);
    this.emit(Op.AddI, length, 0, 0, 0, 8 * word - 1);
    this.emit(Op.ShrI, length, 0, 0, 0, Math.log2(8 * word));
    this.emit(Op.MulI, length, 0, 0, 0, word);
    body(length);
    this.land(negative);
    this.give();
  }

  /** Runs `body` as long as a register is not zero, at most `limit` times. */
  repeat(reg: number, limit: number, body: () => void): void {
    const at = this.emit(Op.While, reg, 0, 0, 0, limit);
    body();
    const count = this.insns.length - at - 1;
    if (count > 255) throw new DescriptionError(this.name, 'capture plan: loop of over 255 instructions');
    this.insns[at].c = count;
  }

  /** Dispatches on the low half of a register; `cases` hold distinct keys, `otherwise` runs for all others. */
  switch(reg: number, cases: readonly (readonly [number, () => void])[], otherwise: () => void): void {
    const sorted = cases.map(([key, body]) => [key >>> 0, body] as const).sort((x, y) => x[0] - y[0]);
    this.emit(Op.Switch, reg, 0, 0, 0, sorted.length);
    const table = this.insns.length;
    for (const [key] of sorted) this.emit(Op.End, 0, 0, 0, 0, key);
    const start = this.insns.length;
    const exits: Fixup[] = [];
    otherwise();
    exits.push(this.jump(Op.Jmp));
    // Cases with the same body share its code: groups of commands often have one argument type.
    const done = new Map<() => void, number>();
    sorted.forEach(([, body], i) => {
      let target = done.get(body);
      if (target === undefined) {
        target = this.insns.length - start;
        done.set(body, target);
        body();
        exits.push(this.jump(Op.Jmp));
      }
      const entry = this.insns[table + i];
      entry.a = target & 15;
      entry.b = (target >> 4) & 15;
      entry.c = (target >> 8) & 255;
      entry.site = target >> 16;
    });
    for (const exit of exits) this.land(exit);
  }

  /** Forgets everything after `length`: used to drop branches that captured nothing. */
  truncate(length: number): void {
    this.insns.length = length;
  }

  /** The encoded plan, closed by `End`; empty when nothing is captured. */
  finish(): Uint8Array {
    const captures = this.insns.some(({ op }) => isCapture(op) || op >= Op.Want);
    if (!captures) return new Uint8Array(0);
    this.emit(Op.End);
    const out = new Uint8Array(this.insns.length * INSN_BYTES);
    const view = new DataView(out.buffer);
    this.insns.forEach((insn, i) => {
      const at = i * INSN_BYTES;
      out[at] = insn.op;
      out[at + 1] = insn.a | (insn.b << 4);
      out[at + 2] = insn.c;
      out[at + 3] = insn.site;
      view.setUint32(at + 4, insn.imm, true);
    });
    return out;
  }
}

/** Whether an operation copies something into the record. */
export function isCapture(op: number): boolean {
  return (
    op === Op.Mem ||
    op === Op.MemV ||
    op === Op.ZMem ||
    op === Op.FdPath ||
    op === Op.FdSet ||
    op === Op.Dump ||
    op === Op.Comm
  );
}

export { NO_HANDLE };
