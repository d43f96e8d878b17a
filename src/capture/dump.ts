// Dumps of a call's data: the part of an exiting plan that finds the buffers and notes them (native/dump.c reads them).
import type { Place, RDump } from '../describe/resolve.js';
import type { DescriptorSet, Style } from '../decode/style.js';
import type { PlanBuilder } from './builder.js';
import { Op } from './opcode.js';

/** `dump_kind` of native/record.h. */
export enum DumpKind {
  Plain = 0,
  Buffer = 1,
  Vector = 2,
  Lost = 3,
}

/** Most buffers of a vector, and most messages, that are looked at; the kernel takes 1024 (UIO_MAXIOV). */
const VECTOR_MAX = 4096;

/** Whether a set is one of no descriptors at all. */
export function isEmpty(set: DescriptorSet): boolean {
  return !set.inverted && set.size === 0;
}

/** Emits code that notes the buffers, when the descriptor is one of the set. `evaluate` puts a reference into a register. */
export function captureDump(
  b: PlanBuilder,
  dump: RDump,
  style: Style,
  evaluate: (place: Place, register: number) => void,
): void {
  const set = style.dumps?.[dump.set];
  if (!set || isEmpty(set)) return;
  const { word } = style.abi;
  const fd = b.take();
  b.emit(Op.Mov, fd, dump.fd);
  b.emit(Op.AndI, fd, 0, 0, 0, 0xffffffff);
  const negative = b.jump(Op.JGe, fd, 0x80000000);
  const open = b.jump(Op.Jmp);
  b.land(negative);
  const out = b.jump(Op.Jmp);
  b.land(open);
  const body = (): void => new Buffers(b, word, dump, evaluate).note();
  const nothing = (): void => undefined;
  if (set.size === 0) body();
  else if (set.inverted)
    b.switch(
      fd,
      [...set].map((n) => [n, nothing] as const),
      body,
    );
  else
    b.switch(
      fd,
      [...set].map((n) => [n, body] as const),
      nothing,
    );
  b.land(out);
  b.give();
}

class Buffers {
  constructor(
    private readonly b: PlanBuilder,
    private readonly word: 4 | 8,
    private readonly dump: RDump,
    private readonly evaluate: (place: Place, register: number) => void,
  ) {}

  note(): void {
    const { b, dump, word } = this;
    b.scoped(() => {
      const count = b.take();
      switch (dump.kind) {
        case 'buffer':
          this.evaluate(dump.count, count);
          b.emit(Op.Dump, dump.data, 0, count, 0, DumpKind.Plain);
          return;
        case 'vector':
          this.evaluate(dump.count, count);
          this.vector(dump.data, count, dump.sites[0], this.budget());
          return;
        case 'message': {
          const handle = b.takeHandle();
          b.emit(Op.Mem, dump.data, handle, 0, dump.sites[0], 7 * word);
          this.message(handle, count, this.budget());
          return;
        }
        case 'messages': {
          // struct mmsghdr: a message and the bytes that were transferred, padded to the word.
          const stride = 8 * word;
          const handle = b.takeHandle();
          this.evaluate(dump.count, count);
          b.emit(Op.MulI, count, 0, 0, 0, stride);
          b.emit(Op.MemV, dump.data, handle, count, dump.sites[0], VECTOR_MAX * stride);
          b.each(handle, stride, undefined, (one) => {
            let budget = -1;
            if (dump.within) {
              budget = b.take();
              b.emit(Op.Ld, budget, one, 4, 0, 7 * word);
            }
            b.emit(Op.Ld, count, one, word, 0, 3 * word);
            b.emit(Op.Dump, 0, 0, count, 0, DumpKind.Vector);
            this.message(one, count, budget);
          });
        }
      }
    });
  }

  private budget(): number {
    if (!this.dump.within) return -1;
    const register = this.b.take();
    this.evaluate(this.dump.within, register);
    return register;
  }

  /** The vector of a struct msghdr: msg_iov and msg_iovlen stand behind the name and its length. */
  private message(handle: number, count: number, budget: number): void {
    const { b, word } = this;
    const vector = b.take();
    b.emit(Op.Ld, vector, handle, word, 0, 2 * word);
    b.emit(Op.Ld, count, handle, word, 0, 3 * word);
    this.vector(vector, count, this.dump.sites[1], budget);
  }

  /** Buffers of a vector; nothing when not all of it can be read. `budget`: register of the bytes left, -1 without. */
  private vector(address: number, count: number, site: number, budget: number): void {
    const { b, word } = this;
    const stride = 2 * word;
    const handle = b.takeHandle();
    const missing = b.take();
    b.emit(Op.MulI, count, 0, 0, 0, stride);
    b.emit(Op.MemV, address, handle, count, site, VECTOR_MAX * stride);
    b.emit(Op.Len, missing, handle);
    b.emit(Op.SubR, count, missing);
    const broken = b.jump(Op.JNe, count, 0);
    b.each(handle, stride, undefined, (buffer) => {
      const length = b.take();
      const base = b.take();
      b.emit(Op.Ld, base, buffer, word, 0, 0);
      b.emit(Op.Ld, length, buffer, word, 0, word);
      if (budget >= 0) {
        b.emit(Op.MinR, length, budget);
        b.emit(Op.SubR, budget, length);
      }
      b.emit(Op.Dump, base, 0, length, 0, DumpKind.Buffer);
      b.give();
      b.give();
    });
    b.land(broken);
  }
}
