// The arguments and the result of one form of a call, compiled: the steps of printing them at both stops.
import { needsBoth } from '../capture/shape.js';
import { schedule } from '../capture/schedule.js';
import type { R, RArgument, RCall, RList } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { namespacesPrinter } from './namespaces.js';
import { testReader } from './place.js';
import { Printers } from './print.js';
import type { MemoryPrinter, RenderContext, ScalarPrinter } from './printer.js';
import { resultPrinter } from './result.js';
import type { ResultPrinter } from './result.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';
import { exitReasonPrinter, runPrinter } from './vcpu.js';

const ARROW = label(' => ');

/** One step of printing an argument list; all have one shape, for V8's sake. */
export interface Step {
  /** Printed at the exiting stop. */
  readonly late: boolean;
  /** The second half of an argument whose old value was printed at the entry. */
  readonly continued: boolean;
  /** The first half of an argument that may turn out to be the whole; the next step is the second half. */
  readonly split: boolean;
  /** A late one that has nothing to wait for after all; the cursor is on the entering record. */
  readonly settled: ((c: Cursor) => boolean) | undefined;
  /** Printed at the entry when the argument before it was whole there. */
  readonly early: boolean;
  readonly name: Uint8Array | undefined;
  readonly test: ((c: Cursor) => boolean) | undefined;
  readonly print: (c: Cursor, s: Sink) => void;
}

/** A step; what is not said is not so. */
const stepOf = ({
  late = false,
  continued = false,
  split = false,
  settled,
  early = false,
  name,
  test,
  print,
}: Partial<Step> & Pick<Step, 'print'>): Step => ({ late, continued, split, settled, early, name, test, print });

/** A form of a call, compiled. */
export interface CompiledList {
  readonly steps: readonly Step[];
  /** How many of the first steps are printed at the entry, whatever the record holds, and are nothing but their value. */
  readonly plain: number;
  readonly keepsEntry: boolean;
  /** Prints lines behind the call's own. */
  readonly behind: ((c: Cursor, s: Sink) => void) | undefined;
  readonly result: ResultPrinter;
}

/** A structure whose fields stand for arguments. */
function isSpread(node: R): node is R & { kind: 'pointer' } {
  return node.kind === 'pointer' && node.to.kind === 'struct' && node.to.spread;
}

/** The argument's own name stands only before an address, when there are no fields to print. */
function spreadPrinter(
  { node, register }: RArgument,
  name: Uint8Array | undefined,
  print: (c: Cursor, s: Sink) => void,
): (c: Cursor, s: Sink) => void {
  if (name === undefined || !isSpread(node)) return print;
  const { site, to } = node;
  return (c, s) => {
    if (!c.find(site, c.argLo(register), c.argHi(register)) || c.length < to.bytes) s.bytes(name);
    print(c, s);
  };
}

/** Whether the object of a pointer argument could be read. */
function readable({ name, node, register }: RArgument): (c: Cursor) => boolean {
  if (node.kind !== 'pointer') throw new Error(`argument '${name}' is no pointer`);
  const { site, to } = node;
  // How much of it there is, is its caller's choice.
  if (to.kind === 'struct' && to.versioned)
    return (c) => c.find(site, c.argLo(register), c.argHi(register)) && c.errno === 0;
  return (c) => c.find(site, c.argLo(register), c.argHi(register)) && c.length >= to.bytes;
}

type ArgumentPrinter = (c: Cursor, s: Sink) => void;

/** Whether a node is a pointer, or may be one. */
const isPointer = (node: R): boolean =>
  node.kind === 'pointer' ||
  node.kind === 'address' ||
  (node.kind === 'match' && [node.otherwise, ...node.cases.map(([, one]) => one)].some(isPointer));

/** Prints up to the place where a structure is cut, and leaves `cut` as it found out. */
const firstPart =
  (print: ArgumentPrinter): ArgumentPrinter =>
  (c, s) => {
    c.part = 1;
    c.cut = false;
    print(c, s);
    c.part = 0;
  };

/** Prints what stands behind that place; nothing when the first part was all. */
const secondPart =
  (print: ArgumentPrinter): ArgumentPrinter =>
  (c, s) => {
    const mark = s.pos;
    c.part = 2;
    c.cut = false;
    c.mark = mark;
    print(c, s);
    c.part = 0;
    if (!c.cut) s.rewind(mark);
  };

/** What stands before an argument; strace has one with a sign of equality in it (times), which no name of a value has. */
const shownName = ({ shownAs }: RArgument, { structured }: Style): string =>
  structured ? shownAs.split('=', 1)[0] : shownAs;

/** Compiles a form. */
export function compileList(list: RList, style: Style): CompiledList {
  const argumentPrinter = (a: RArgument, print: ScalarPrinter): ((c: Cursor, s: Sink) => void) => {
    const { register, high } = a;
    // A value of up to 32 bits is passed with a zero high half: registers may hold garbage there.
    if (high >= 0) return (c, s) => print(c, s, c.argLo(register), c.argLo(high));
    // Pointers are shown as they are: 64-bit code can make calls of i386, too.
    const pointer = isPointer(a.node);
    if (a.node.bytes > 4 || a.node.bytes === 0 || pointer)
      return (c, s) => print(c, s, c.argLo(register), c.argHi(register));
    if (a.node.bytes === 2) return (c, s) => print(c, s, c.argLo(register) & 0xffff, 0);
    return (c, s) => print(c, s, c.argLo(register), 0);
  };
  const find = (name: string): RArgument => {
    const found = list.args.find((a) => a.name === name);
    if (!found) throw new Error(`no argument '${name}'`);
    return found;
  };
  const printers: Printers = new Printers(style, {
    arg: (name) => argumentPrinter(find(name), printers.scalar(find(name).node, 0)),
    argIndex: (name) => find(name).register,
  });
  const steps: Step[] = [];
  const settledAtEntry = (argument: RArgument): Step['settled'] => {
    const { node, register } = argument;
    if (node.kind !== 'pointer' || node.options.changesIf === undefined) return undefined;
    const { site, to, options } = node;
    const { changesIf } = options;
    const isNull = (c: Cursor): boolean => (c.argLo(register) | c.argHi(register)) === 0;
    if (changesIf === 'given') return style.verbose ? isNull : () => true;
    if (typeof changesIf === 'object') {
      const { given } = changesIf;
      const found = readable(find(changesIf.with));
      return (c) => (given && isNull(c)) || !found(c);
    }
    if (changesIf === 'readable' && to.kind === 'struct' && to.versioned) {
      const found = readable(argument);
      return (c) => !found(c);
    }
    return (c) =>
      !c.find(site, c.argLo(register), c.argHi(register)) ||
      c.length < Math.max(to.bytes, 4) ||
      (typeof changesIf === 'number' && (c.u32(c.at) & changesIf) === 0);
  };
  for (const { argument, phase, arrow, split, early } of schedule(list)) {
    const late = phase === 'exit';
    const print = argumentPrinter(
      argument,
      printers.timed(late, () => printers.scalar(argument.node, 0)),
    );
    const test = argument.orNothing ? readable(argument) : argument.when && testReader(argument.when, 0);
    const name = (argument.named ?? style.argNames) ? label(shownName(argument, style) + '=') : undefined;
    if (isSpread(argument.node)) {
      steps.push(stepOf({ late, test, print: spreadPrinter(argument, name, print) }));
      continue;
    }
    if (split) {
      steps.push(stepOf({ late, split, name, test, print: firstPart(print) }));
      steps.push(stepOf({ late: true, continued: true, test, print: secondPart(print) }));
      continue;
    }
    const settled = late && !early ? settledAtEntry(argument) : undefined;
    steps.push(stepOf({ late, early, settled, name, test, print }));
    if (arrow && argument.node.kind === 'pointer') {
      const { register } = argument;
      const target = printers.pointee(argument.node, 0, true);
      const { site } = argument.node;
      const { afterError, orAfterError, evenOnError, failedAsAddress, arrowAlways, after } = argument.node.options;
      const followed = argument.node.followed && testReader(argument.node.followed, 0);
      const least = leastBytes(argument.node.after ?? argument.node.to);
      const needed = leastBytes(argument.node.to);
      const { bytes } = argument.node.to;
      const printArrow: ArgumentPrinter = (c, s) => {
        const lo = c.argLo(register);
        const hi = c.argHi(register);
        if (c.failed && failedAsAddress) {
          const { entry } = c;
          if (!entry?.find(site, lo, hi) || entry.length < bytes || (followed && !followed(entry))) return;
          s.bytes(ARROW);
          s.hex64(lo, hi);
          return;
        }
        if (!arrowAlways && ((lo | hi) === 0 || !c.find(site, lo, hi))) return;
        const { entry } = c;
        const before = after !== undefined && entry !== null && entry.find(site, lo, hi);
        // What could not be shown in the first place has no other state.
        if (before && !arrowAlways && (entry.length < needed || (followed && !followed(entry)))) return;
        if (!evenOnError && !shownAfter(c, afterError) && !shownAfter(c, orAfterError ?? 0)) return;
        if (!arrowAlways && c.length < least) return;
        const from = s.pos;
        s.bytes(ARROW);
        const body = s.pos;
        c.changedBase = before ? entry.at : -1;
        if ((lo | hi) === 0) s.text('NULL');
        else target(c, s, lo, hi);
        c.changedBase = -1;
        if (s.pos === body) s.rewind(from);
      };
      steps.push(stepOf({ late: true, continued: true, settled: settledAtEntry(argument), test, print: printArrow }));
    }
  }
  let comment: MemoryPrinter | undefined;
  let value: MemoryPrinter | undefined;
  if (list.result.comment || list.result.value) {
    const extras = new Map(
      list.result.extra.map((a) => [a.name, argumentPrinter(a, printers.scalar(a.node, 0))] as const),
    );
    const none = (): never => {
      throw new Error('a result has no such part');
    };
    const context: RenderContext = {
      style,
      size: 0,
      address: 0,
      outer: 0,
      offset: none,
      field: none,
      named: none,
      plain: none,
      excess: none,
      element: none,
      arg: (name) => extras.get(name) ?? argumentPrinter(find(name), printers.scalar(find(name).node, 0)),
      argIndex: (name) => find(name).register,
      captured: (name) => {
        return readable(list.result.extra.find((a) => a.name === name) ?? find(name));
      },
    };
    comment = list.result.comment?.(context);
    value = list.result.value?.(context);
  }
  const { namespaces, vcpu } = list.result;
  if (vcpu) comment = exitReasonPrinter(vcpu.register, vcpu.site, style);
  if (namespaces) comment = namespacesPrinter(find(namespaces.flags), namespaces.site, namespaces.child);
  const { ifRead } = list.result;
  const found = ifRead === undefined ? undefined : readable(find(ifRead));
  const wasRead = found && ((c: Cursor) => c.entry !== null && found(c.entry));
  const behind = vcpu?.both ? runPrinter(vcpu.register, vcpu.site, style) : undefined;
  const result = resultPrinter(list.result, style, comment, value, wasRead);
  return listOf(steps, result, behind !== undefined || needsEntry(list), behind);
}

function listOf(
  steps: readonly Step[],
  result: ResultPrinter,
  keepsEntry = false,
  behind?: CompiledList['behind'],
): CompiledList {
  return { steps, plain: plainSteps(steps), keepsEntry, behind, result };
}

/** How many of the first steps are printed at the entry in any case, without a name. */
function plainSteps(steps: readonly Step[]): number {
  const other = steps.findIndex(
    ({ late, split, name, test }) => late || split || name !== undefined || test !== undefined,
  );
  return other < 0 ? steps.length : other;
}

/** How many bytes must be readable for an object to be shown as more than its address. */
function leastBytes(to: R): number {
  if (to.kind === 'bytes') return 1;
  return to.kind === 'struct' ? (to.versioned?.minimum ?? to.minimum) : to.bytes;
}

/** Whether a call has ended so that the state behind an arrow is shown. */
function shownAfter(c: Cursor, afterError: number | undefined): boolean {
  return afterError === undefined ? !c.failed : c.failed && -(c.retLo | 0) === afterError;
}

function needsEntry(list: RList): boolean {
  if (list.result.ifRead !== undefined) return true;
  return list.args.some(
    ({ node }) =>
      needsBoth(node) ||
      (node.kind === 'pointer' && (node.options.failedAsAddress === true || node.options.after !== undefined)),
  );
}

/** `-e raw=`: every argument in hexadecimal. */
function rawSteps(style: Style, count: number, names: readonly string[]): Step[] {
  const wide = style.abi.word === 8 || style.abi.name === 'x32';
  return Array.from({ length: count }, (_, i) =>
    stepOf({
      name: style.argNames ? label((names[i] ?? `arg${i + 1}`) + '=') : undefined,
      print: (c, s) => s.hex64(c.argLo(i), wide ? c.argHi(i) : 0),
    }),
  );
}

/** `-e raw=` of a call that is known. */
export function rawList(resolved: RCall, style: Style, count: number): CompiledList {
  const names = resolved.plain.args.map((a) => a.shownAs);
  const result = resultPrinter({ ...resolved.plain.result, comment: undefined }, style, undefined);
  return listOf(rawSteps(style, count, names), result);
}

/** A call without a description. `result`: how it is printed. */
export const unknownList = (style: Style, count: number, result: 'd' | 'x'): CompiledList =>
  listOf(rawSteps(style, count, []), resultPrinter({ base: result, extra: [], site: -1 }, style, undefined));
