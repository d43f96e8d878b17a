// Assembles programs with forward labels. Jumps out of the 8-bit reach get a nearby JA, or a copy of the RET they go to.
import { BpfError } from './bpf-error.js';
import { CLASS_JMP, isReturn, MAX_BRANCH, MAX_INSTRUCTIONS, Op, type Instruction } from './instruction.js';

/** A place that later instructions will take; made by `ProgramBuilder.label`. */
export interface Label {
  readonly name: string;
  position: number;
}

interface Item {
  readonly code: number;
  readonly k: number;
  readonly whenTrue?: Label;
  readonly whenFalse?: Label;
  /** Emitted as it is, jumps among it. */
  readonly raw?: Instruction;
}

/**
 * Collects instructions and labels; positions in errors count the calls made, from 0. A `faithful` builder writes every
 * jump that it is given; otherwise jumps to the next instruction vanish, and jumps to a RET become a copy of it.
 */
export class ProgramBuilder {
  private readonly items: Item[] = [];
  /** The call that each instruction of the built program came from. */
  private origins: number[] = [];

  constructor(private readonly faithful = false) {}

  /** A new label, not placed yet. */
  label(name = 'label'): Label {
    return { name, position: -1 };
  }

  /** Puts a label before the next instruction. */
  place(label: Label): void {
    if (label.position >= 0) throw new BpfError('label set twice', label.name, this.items.length);
    label.position = this.items.length;
  }

  /** A load, store, ALU, MISC or RET instruction. */
  statement(code: number, k = 0): void {
    this.items.push({ code, k });
  }

  /** An instruction as it is; its jumps, if it has any, count finished instructions. */
  raw(instruction: Instruction): void {
    this.items.push({ code: instruction.code, k: instruction.k, raw: instruction });
  }

  /** The call (from 0) that an instruction of the built program came from; stepping stones belong to their jump. */
  itemOf(pc: number): number {
    return this.origins[pc];
  }

  /** A conditional jump; a missing label means the following instruction. */
  branch(code: number, k: number, whenTrue?: Label, whenFalse?: Label): void {
    this.items.push({ code, k, whenTrue, whenFalse });
  }

  /** An unconditional jump; nothing is emitted when the label is the next instruction. */
  goto(label: Label): void {
    this.items.push({ code: Op.JA, k: 0, whenTrue: label });
  }

  /**
   * Resolves the labels. Works from the end, so every distance is known when a jump is written, and a stepping stone
   * put in for one jump serves the jumps above it too.
   */
  build(): Instruction[] {
    const { items } = this;
    if (items.length === 0) throw new BpfError('empty program', 'nothing was emitted');
    const reversed: Instruction[] = [];
    // Both count instructions from the end of the program: the item itself, and its nearest stepping stone.
    const places = new Array<number>(items.length);
    const near = new Array<number>(items.length);
    const target = (at: number, label: Label | undefined): number => {
      if (!label) {
        if (at + 1 >= items.length) throw new BpfError('falls off the end', 'no instruction follows', at);
        return at + 1;
      }
      if (label.position < 0 || label.position >= items.length) throw new BpfError('unset label', label.name, at);
      if (label.position <= at) throw new BpfError('backward jump', `to ${label.name}`, at);
      return label.position;
    };
    const origins: number[] = [];
    let current = 0;
    const emit = (code: number, k: number, jt = 0, jf = 0): void => {
      if (reversed.length === MAX_INSTRUCTIONS) {
        throw new BpfError('program too long', `more than ${MAX_INSTRUCTIONS} instructions`);
      }
      reversed.push({ code, jt, jf, k });
      origins.push(current);
    };
    const emitStone = (to: number): void => {
      const { code, k } = items[to];
      if (isReturn(code)) emit(code, k);
      else emit(Op.JA, reversed.length - places[to]);
      near[to] = reversed.length;
    };
    for (let at = items.length - 1; at >= 0; at--) {
      const { code, k, whenTrue, whenFalse, raw } = items[at];
      current = at;
      if (raw) emit(code, k, raw.jt, raw.jf);
      else if (code === Op.JA) {
        const to = target(at, whenTrue);
        if (this.faithful) emit(Op.JA, reversed.length - places[to]);
        else if (places[to] === reversed.length) {
          places[at] = near[at] = places[to];
          continue;
        } else emitStone(to);
      } else if ((code & 7) === CLASS_JMP) {
        const yes = target(at, whenTrue);
        const no = target(at, whenFalse);
        for (;;) {
          if (reversed.length - near[yes] > MAX_BRANCH) emitStone(yes);
          else if (reversed.length - near[no] > MAX_BRANCH) emitStone(no);
          else break;
        }
        emit(code, k, reversed.length - near[yes], reversed.length - near[no]);
      } else {
        // Stones stand only behind jumps, so what follows here is the next item itself; it must exist.
        if (!isReturn(code) && !this.faithful) target(at, undefined);
        emit(code, k);
      }
      places[at] = near[at] = reversed.length;
    }
    this.origins = origins.reverse();
    return reversed.reverse();
  }
}
