// Resolved description -> capture plans: which memory is copied at the entering stop and which at the exiting one.
import type { Style } from '../decode/style.js';
import type { R, RArgument, RCall, RList, RStruct, RVersioned } from '../describe/resolved.js';
import type { PidKind } from '../describe/node.js';
import { DescriptionError } from '../errors.js';
import type { Fixup } from './builder.js';
import { PlanBuilder } from './builder.js';
import { captureDump } from './dump.js';
import { NO_HANDLE, Op, PathMode, PidWhat, Reg } from './opcode.js';
import { ReferenceEmitter } from './references.js';
import type { Phase } from './schedule.js';
import { schedule } from './schedule.js';
import {
  budgetOf,
  CAPTURE_MAX,
  elementLimit,
  EXCESS_BYTES,
  FD_SET_BITS,
  headerBytes,
  isText,
  listLimit,
  needsBoth,
  needsCapture,
  PATH_BYTES,
  shownBytes,
} from './shape.js';

/** Encoded plans; empty where there is nothing to capture. */
export interface Plans {
  readonly enter: Uint8Array;
  readonly exit: Uint8Array;
}

class Capture extends ReferenceEmitter {
  /** Register that holds what is left of a shared transfer. */
  private budget = -1;

  /** Captures what an argument points to. */
  argument(a: RArgument): void {
    if (a.when) this.guarded(a.when, () => this.value(a.node, a.register));
    else this.value(a.node, a.register);
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
        if (node.site >= 0) b.emit(Op.Comm, reg, 0, 0, node.site, pidWhat(node.pid, this.style));
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
        const skips: Fixup[] = [];
        if (node.as && this.style.verbose) {
          const on = b.take();
          this.evaluate(node.as.on, on);
          const plain = b.jump(Op.JEq, on, 0);
          b.emit(Op.MemV, reg, NO_HANDLE, length, site, CAPTURE_MAX);
          skips.push(b.jump(Op.Jmp));
          b.land(plain);
          b.give();
        }
        // One byte more than is shown: a string that is cut has to be readable up to there.
        b.emit(Op.MemV, reg, NO_HANDLE, length, site, Math.min(node.limit ?? this.style.stringLimit + 1, CAPTURE_MAX));
        for (const skip of skips) b.land(skip);
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
        this.evaluate(node.count, bits);
        b.fdSet(bits, this.style.abi.longSize, (length) => {
          const handle = node.site >= 0 ? b.takeHandle() : NO_HANDLE;
          b.emit(Op.MemV, reg, handle, length, site, FD_SET_BITS / 8);
          if (node.site < 0) return;
          b.emit(Op.FdSet, handle, 0, bits, node.site, pathMode(this.style));
          b.giveHandle();
        });
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
        const limit = elementLimit(this.style, node.limit, node.cap);
        const stride = node.of.bytes;
        const length = b.take();
        const { count } = node;
        // So many elements as bytes hold: the bytes themselves, a few at the end of which may belong to no element.
        if (count.kind === 'scale' && count.down && count.by === 1 && count.per === stride)
          this.evaluate(count.of, length);
        else {
          this.evaluate(count, length);
          b.emit(Op.MulI, length, 0, 0, 0, stride);
        }
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
export function pathMode(style: Style): number {
  const info = style.devices || style.eventfds || style.signalfds || style.pidfds;
  return (
    (info ? PathMode.Info : 0) |
    (style.devices ? PathMode.Device : 0) |
    (style.sockets || style.watched ? PathMode.Socket : 0) |
    (style.pidfds && style.comm ? PathMode.Comm : 0)
  );
}

/** What is told of a process id. */
function pidWhat(kind: PidKind = 'task', style: Style): number {
  const whose = { task: PidWhat.OfTask, group: PidWhat.OfGroup, session: PidWhat.OfSession, either: PidWhat.OfEither }[
    kind
  ];
  return whose | (style.comm ? PidWhat.Comm : 0) | (style.pidns ? PidWhat.Translated : 0);
}

/** The memory of a virtual processor. */
function captureVcpu({ result: { vcpu } }: RList, builder: PlanBuilder): void {
  if (vcpu) builder.emit(Op.FdPath, vcpu.register, 0, 0, vcpu.site, PathMode.Vcpu);
}

function captureList(list: RList, capture: Capture, phase: Phase, builder: PlanBuilder): void {
  for (const { argument, phase: printed, arrow, early } of schedule(list)) {
    const { node } = argument;
    if (printed === phase || arrow || early || needsBoth(node)) capture.argument(argument);
  }
  if (phase === 'enter' && list.result.vcpu?.both) captureVcpu(list, builder);
  if (phase === 'exit') {
    for (const extra of list.result.extra) {
      const failed = builder.jump(Op.JErr);
      capture.argument(extra);
      builder.land(failed);
    }
    if (list.result.site >= 0) {
      const failed = builder.jump(Op.JErr);
      if (list.result.base === 'pid')
        builder.emit(Op.Comm, Reg.Ret, 0, 0, list.result.site, pidWhat(list.result.of, capture.style));
      else builder.emit(Op.FdPath, Reg.Ret, 0, 0, list.result.site, pathMode(capture.style));
      builder.land(failed);
    }
    captureVcpu(list, builder);
    const { namespaces } = list.result;
    if (namespaces) {
      const failed = builder.jump(Op.JErr);
      builder.emit(Op.Comm, namespaces.child ? Reg.Ret : Reg.Zero, 0, 0, namespaces.site, PidWhat.Namespaces);
      builder.land(failed);
    }
  }
}

/** Arguments by which calls are selected, and the style in which they are captured. */
export interface Before {
  readonly args: readonly RArgument[];
  readonly style: Style;
}

/** What is captured beside what is printed. */
export interface Beside {
  readonly enter: readonly Before[];
  readonly exit: readonly Before[];
}

const NOTHING_BESIDE: Beside = { enter: [], exit: [] };

/** Compiles both plans of a call, or of one form of it. */
export function compilePlans(call: RCall, list: RList = call.plain, beside: Beside = NOTHING_BESIDE): Plans {
  const compile = (phase: Phase): Uint8Array => {
    const builder = new PlanBuilder(call.name);
    for (const { args, style } of beside[phase]) {
      const capture = new Capture(builder, style, phase, call.name);
      for (const a of args) capture.argument(a);
    }
    const capture = new Capture(builder, call.style, phase, call.name);
    if (!call.style.raw) captureList(list, capture, phase, builder);
    if (phase === 'exit' && call.dump)
      captureDump(builder, call.dump, call.style, (place, register) => capture.evaluate(place, register));
    return builder.finish();
  };
  return { enter: compile('enter'), exit: compile('exit') };
}
