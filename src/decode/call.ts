// A system call of one personality and style, compiled: its plans and the printers of both stops.
import type { Before, Beside, Plans } from '../capture/compile.js';
import type { Choice, Chooser } from './choice.js';
import { compileTouch } from './touch.js';
import type { Targets } from './touch.js';
import { compilePlans } from '../capture/compile.js';
import { needsBoth } from '../capture/shape.js';
import { schedule } from '../capture/schedule.js';
import type { Call } from '../describe/node.js';
import type { R, RArgument, RCall, RList, RVariants } from '../describe/resolve.js';
import { resolveCall } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import type { MemoryPrinter, RenderContext, ScalarPrinter } from './printer.js';
import { exitReasonPrinter, runPrinter } from './vcpu.js';
import { namespacesPrinter } from './namespaces.js';
import { namedFiles, type NamedFiles } from './named-files.js';
import { testReader, wordReader } from './place.js';
import { Printers } from './print.js';
import { resultPrinter } from './result.js';
import type { ResultPrinter } from './result.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';

const SEPARATOR = label(', ');
const ARROW = label(' => ');
/** Added to the register whose high half is the second word of a key. */
const HIGH_HALF = 6;

/** One step of printing an argument list. */
interface Step {
  /** Printed at the exiting stop. */
  readonly late: boolean;
  /** The second half of an argument whose old value was printed at the entry. */
  readonly continued: boolean;
  /** The first half of an argument that may turn out to be the whole; the next step is the second half. */
  readonly split?: boolean;
  /** A late one that has nothing to wait for after all; the cursor is on the entering record. */
  readonly settled?: (c: Cursor) => boolean;
  /** Printed at the entry when the argument before it was whole there. */
  readonly early?: boolean;
  readonly name: Uint8Array | undefined;
  readonly test: ((c: Cursor) => boolean) | undefined;
  readonly print: (c: Cursor, s: Sink) => void;
}

interface CompiledList {
  readonly steps: readonly Step[];
  readonly keepsEntry: boolean;
  /** Prints lines behind the call's own. */
  readonly behind?: (c: Cursor, s: Sink) => void;
  readonly result: ResultPrinter;
}

/** How the variant of a call is chosen: by the low words of one or two registers. */
export interface Selection {
  readonly first: number;
  /** Taken of the first word. */
  readonly mask: number;
  /** Register of the second word, -1 when there is none, `HIGH_HALF` and a register for its high half. */
  readonly second: number;
  /** Number of a key's variant; new variants get the next number. */
  variant(first: number, second: number): number;
  /** Plans by the variant's number. */
  plans(variant: number): Plans;
}

/** A compiled system call. */
export interface CompiledCall {
  readonly name: string;
  /** `name(` */
  readonly open: Uint8Array;
  /** What is captured; with `selection`, each of its variants has plans of its own. */
  readonly plans: Plans;
  readonly selection: Selection | undefined;
  /** Whether the call is one that the options ask for, by what it touches; the cursor is on its entering record. */
  readonly wanted: ((c: Cursor) => boolean) | undefined;
  /** What decides beside that (--where). */
  readonly choice: Pick<Choice, 'enter' | 'exit'> | undefined;
  /** Where its records tell of files, when somebody watches them. */
  readonly files: NamedFiles | undefined;
  /** Whether the exit needs the entering record beside its own (`old => new`). */
  keepsEntry(c: Cursor): boolean;
  /** Prints what is known at the entry; returns how far it came, for `exit`. */
  entry(c: Cursor, s: Sink): number;
  /** Prints the rest of the arguments. `from` is what `entry` returned. */
  exit(c: Cursor, s: Sink, from: number): void;
  /** Whether all arguments had been printed at the entry. */
  complete(c: Cursor, from: number): boolean;
  /** Prints lines behind the call's own, where a style has any; `c.entry` is the entering record. */
  readonly behind: ((c: Cursor, s: Sink) => void) | undefined;
  /** Prints the result. */
  result(c: Cursor, s: Sink): void;
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

function compileList(list: RList, style: Style): CompiledList {
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
  const settledAtEntry = ({ node, register }: RArgument): Step['settled'] => {
    if (node.kind !== 'pointer' || node.options.changesIf === undefined) return undefined;
    const { site, to, options } = node;
    const { changesIf } = options;
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
      steps.push({ late, continued: false, name: undefined, test, print: spreadPrinter(argument, name, print) });
      continue;
    }
    if (split) {
      steps.push({ late, continued: false, split, name, test, print: firstPart(print) });
      steps.push({ late: true, continued: true, name: undefined, test, print: secondPart(print) });
      continue;
    }
    steps.push({
      late,
      continued: false,
      early,
      settled: late && !early ? settledAtEntry(argument) : undefined,
      name,
      test,
      print,
    });
    if (arrow && argument.node.kind === 'pointer') {
      const { register } = argument;
      const target = printers.pointee(argument.node, 0, true);
      const { site } = argument.node;
      const { afterError, orAfterError, evenOnError, failedAsAddress, arrowAlways, after } = argument.node.options;
      const followed = argument.node.followed && testReader(argument.node.followed, 0);
      const least = leastBytes(argument.node.after ?? argument.node.to);
      const needed = leastBytes(argument.node.to);
      const { bytes } = argument.node.to;
      steps.push({
        late: true,
        continued: true,
        settled: settledAtEntry(argument),
        name: undefined,
        test,
        print: (c, s) => {
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
        },
      });
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
  return {
    steps,
    behind,
    keepsEntry: behind !== undefined || needsEntry(list),
    result: resultPrinter(list.result, style, comment, value, wasRead),
  };
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
  return Array.from({ length: count }, (_, i) => ({
    late: false,
    continued: false,
    name: style.argNames ? label((names[i] ?? `arg${i + 1}`) + '=') : undefined,
    test: undefined,
    print: (c: Cursor, s: Sink) => s.hex64(c.argLo(i), wide ? c.argHi(i) : 0),
  }));
}

/** What is known of a call beside its printers: what decides whether it is wanted, and files. */
type Known = Pick<CompiledCall, 'wanted' | 'choice'> & Partial<Pick<CompiledCall, 'files'>>;

function build(
  name: string,
  plans: Plans,
  { wanted, choice, files }: Known,
  pick: (c: Cursor) => CompiledList,
  selection?: Selection,
): CompiledCall {
  return {
    name,
    wanted,
    choice,
    files,
    open: label(name + '('),
    plans,
    selection,
    keepsEntry: (c) => pick(c).keepsEntry,
    entry(c, s) {
      const { steps } = pick(c);
      let i = 0;
      let first = true;
      // An argument of which nothing is left for the exit.
      let whole = false;
      for (; i < steps.length; i++) {
        const step = steps[i];
        if (step.late && !(whole && step.early)) {
          if (!step.settled?.(c)) break;
          whole = true;
          if (step.continued) continue;
        }
        if (step.test && !step.test(c)) continue;
        if (first) first = false;
        else s.bytes(SEPARATOR);
        if (step.name) s.bytes(step.name);
        step.print(c, s);
        if (!step.split) continue;
        if (c.cut) return i + 1;
        whole = true;
        i++;
      }
      return i;
    },
    exit(c, s, from) {
      const { steps } = pick(c);
      for (let i = from; i < steps.length; i++) {
        const step = steps[i];
        if (step.test && !step.test(c)) continue;
        if (!step.continued) {
          if (i > 0) s.bytes(SEPARATOR);
          if (step.name) s.bytes(step.name);
        }
        step.print(c, s);
      }
    },
    complete(c, from) {
      return from >= pick(c).steps.length;
    },
    result(c, s) {
      pick(c).result(c, s);
    },
    behind: undefined,
  };
}

const EMPTY: Plans = { enter: new Uint8Array(0), exit: new Uint8Array(0) };

/** The choices of a call's forms, made when the forms are met. */
class Choices {
  private readonly made = new Map<RList, Choice>();

  constructor(
    private readonly chooser: Chooser,
    private readonly before: Before | undefined,
  ) {}

  of(list: RList, first: number, second: number): Choice {
    let choice = this.made.get(list);
    if (!choice) this.made.set(list, (choice = this.chooser(first, second, list.sites)));
    return choice;
  }

  beside(list: RList, first: number, second: number): Beside {
    const { before, after } = this.of(list, first, second);
    return { enter: [this.before, before].flatMap((b) => b ?? []), exit: after ? [after] : [] };
  }
}

/**
 * Compiles a described call. `rawCount` is the number of arguments that `-e raw=` shows.
 * With `targets`, only what touches one of them is wanted; with a `chooser`, only what it chooses.
 * @throws DescriptionError when the description breaks a rule.
 */
export function compileCall(
  name: string,
  call: Call,
  style: Style,
  rawCount: number,
  targets?: Targets,
  chooser?: Chooser,
): CompiledCall {
  const touch = targets && compileTouch(name, call, style, targets);
  const resolved = resolveCall(name, call, style, touch?.sites);
  const choices = chooser && new Choices(chooser, touch?.before);
  const besideOf = (list: RList, first: number, second: number): Beside =>
    choices?.beside(list, first, second) ?? { enter: touch ? [touch.before] : [], exit: [] };
  const { plain, variants } = resolved;
  const wanted = touch?.wanted;
  const files = style.watched && !style.raw ? namedFiles(resolved) : undefined;
  if (style.raw && !(choices && variants)) {
    const list: CompiledList = rawList(resolved, style, rawCount);
    const known = { wanted, choice: choices?.of(plain, 0, 0) };
    const captures = touch !== undefined || choices !== undefined || resolved.dump !== undefined;
    return build(name, captures ? compilePlans(resolved, plain, besideOf(plain, 0, 0)) : EMPTY, known, () => list);
  }
  if (!variants) {
    const list = compileList(plain, style);
    const known = { wanted, choice: choices?.of(plain, 0, 0), files };
    return build(name, compilePlans(resolved, plain, besideOf(plain, 0, 0)), known, () => list);
  }
  const on = wordReader(variants.on, 0);
  const { register } = variants.on;
  const also = variants.whole ? (c: Cursor) => c.argHi(register) : variants.second && wordReader(variants.second, 0);
  const compiled = new Map<RList, CompiledList>();
  const first = (c: Cursor): number => (on(c) & variants.mask) >>> 0;
  const second = (c: Cursor): number => (also ? also(c) : 0);
  const pick = (c: Cursor): CompiledList => {
    const list = variants.list(first(c), second(c));
    let made = compiled.get(list);
    if (!made) compiled.set(list, (made = style.raw ? rawList(resolved, style, rawCount) : compileList(list, style)));
    return made;
  };
  const choiceOf = (all: Choices, c: Cursor): Choice => all.of(variants.list(first(c), second(c)), first(c), second(c));
  const choice = choices && {
    enter: (c: Cursor) => choiceOf(choices, c).enter(c),
    exit: (entry: Cursor, c: Cursor) => choiceOf(choices, entry).exit(entry, c),
  };
  const made = build(name, EMPTY, { wanted, choice, files }, pick, selectionOf(resolved, variants, besideOf));
  // Only ioctl has lines behind its own.
  return style.kvm === 'vcpu+' ? { ...made, behind: (c, s) => pick(c).behind?.(c, s) } : made;
}

function rawList(resolved: RCall, style: Style, count: number): CompiledList {
  const names = resolved.plain.args.map((a) => a.shownAs);
  return {
    keepsEntry: false,
    steps: rawSteps(style, count, names),
    result: resultPrinter({ ...resolved.plain.result, comment: undefined }, style, undefined),
  };
}

/** Numbers the variants of a call as they occur. */
function selectionOf(
  call: RCall,
  variants: RVariants,
  besideOf: (list: RList, first: number, second: number) => Beside,
): Selection {
  const lists: RList[] = [];
  /** A key of each variant. */
  const keys: (readonly [number, number])[] = [];
  return {
    first: variants.on.register,
    mask: variants.mask,
    second: variants.whole ? HIGH_HALF + variants.on.register : (variants.second?.register ?? -1),
    variant(first, second) {
      const list = variants.list(first, second);
      const at = lists.indexOf(list);
      if (at >= 0) return at;
      keys.push([first, second]);
      return lists.push(list) - 1;
    },
    plans: (variant) => compilePlans(call, lists[variant], besideOf(lists[variant], ...keys[variant])),
  };
}

/**
 * A call without a description: every argument in hexadecimal, so that nothing is invisible; so is the result when the
 * call has no name (`result`).
 */
export function compileUnknown(
  name: string,
  style: Style,
  count: number,
  result: 'd' | 'x',
  targets?: Targets,
  chooser?: Chooser,
): CompiledCall {
  const list: CompiledList = {
    keepsEntry: false,
    steps: rawSteps(style, count, []),
    result: resultPrinter({ base: result, extra: [], site: -1 }, style, undefined),
  };
  const known = { wanted: targets && (() => false), choice: chooser?.(0, 0, 0) };
  return build(name, EMPTY, known, () => list);
}
