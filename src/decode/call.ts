// A system call of one personality and style, compiled: its plans and the printers of both stops.
import type { Before, Beside, Plans } from '../capture/compile.js';
import { compilePlans } from '../capture/compile.js';
import type { Call } from '../describe/call.js';
import type { RCall, RList, RVariants } from '../describe/resolve.js';
import { resolveCall } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { compileList, rawList, unknownList } from './argument-list.js';
import type { CompiledList } from './argument-list.js';
import type { Choice, Chooser } from './choice.js';
import { memo } from './memo.js';
import { namedFiles, type NamedFiles } from './named-files.js';
import { wordReader } from './place.js';
import type { Sink } from './sink.js';
import { label } from './sink.js';
import type { Style } from './style.js';
import { compileTouch } from './touch.js';
import type { Targets } from './touch.js';

const SEPARATOR = label(', ');
/** Added to the register whose high half is the second word of a key. */
const HIGH_HALF = 6;

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
  /** `<... name resumed>` */
  readonly resumed: Uint8Array;
  /** What is captured; with `selection`, each of its variants has plans of its own. */
  readonly plans: Plans;
  readonly selection: Selection | undefined;
  /** Whether the call is one that the options ask for, by what it touches; the cursor is on its entering record. */
  readonly wanted: ((c: Cursor) => boolean) | undefined;
  /** What decides beside that (--where). */
  readonly choice: Pick<Choice, 'enter' | 'exit'> | undefined;
  /** Where its records tell of files, when somebody watches them. */
  readonly files: NamedFiles | undefined;
  /** Whether the exit needs the entering record beside its own (`old => new`); undefined: never. */
  readonly keepsEntry: ((c: Cursor) => boolean) | undefined;
  /** Prints what is known at the entry; returns how far it came, for `exit`. */
  entry(c: Cursor, s: Sink): number;
  /** Prints the rest of the arguments. `from` is what `entry` returned. */
  exit(c: Cursor, s: Sink, from: number): void;
  /** Whether all arguments had been printed at the entry. */
  complete(c: Cursor, from: number): boolean;
  /** Prints lines behind the call's own, where a style has any; `c.entry` is the entering record. */
  readonly behind: ((c: Cursor, s: Sink) => void) | undefined;
  /** Prints the result. */
  readonly result: (c: Cursor, s: Sink) => void;
}

/** What is known of a call beside its printers: what decides whether it is wanted, and files. */
type Known = Pick<CompiledCall, 'wanted' | 'choice'> & Partial<Pick<CompiledCall, 'files'>>;

/** `form`: the only one, or what finds the one of a record. */
function build(
  name: string,
  plans: Plans,
  { wanted, choice, files }: Known,
  form: CompiledList | ((c: Cursor) => CompiledList),
  selection?: Selection,
): CompiledCall {
  const only = typeof form === 'function' ? undefined : form;
  const pick = typeof form === 'function' ? form : () => form;
  return {
    name,
    wanted,
    choice,
    files,
    open: label(name + '('),
    resumed: label(`<... ${name} resumed>`),
    plans,
    selection,
    keepsEntry: only && !only.keepsEntry ? undefined : (c) => pick(c).keepsEntry,
    entry(c, s) {
      const { steps, plain } = only ?? pick(c);
      let i = 0;
      for (; i < plain; i++) {
        if (i > 0) s.bytes(SEPARATOR);
        steps[i].print(c, s);
      }
      let first = i === 0;
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
      const { steps } = only ?? pick(c);
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
    result: only?.result ?? ((c, s) => pick(c).result(c, s)),
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
    return build(name, captures ? compilePlans(resolved, plain, besideOf(plain, 0, 0)) : EMPTY, known, list);
  }
  if (!variants) {
    const list = compileList(plain, style);
    const known = { wanted, choice: choices?.of(plain, 0, 0), files };
    return build(name, compilePlans(resolved, plain, besideOf(plain, 0, 0)), known, list);
  }
  const on = wordReader(variants.on, 0);
  const { register } = variants.on;
  const also = variants.whole ? (c: Cursor) => c.argHi(register) : variants.second && wordReader(variants.second, 0);
  // A description may search for a form.
  const listOf = memo(variants.list);
  const compiled = new Map<RList, CompiledList>();
  const first = (c: Cursor): number => (on(c) & variants.mask) >>> 0;
  const second = (c: Cursor): number => (also ? also(c) : 0);
  const pick = (c: Cursor): CompiledList => {
    const list = listOf(first(c), second(c));
    let made = compiled.get(list);
    if (!made) compiled.set(list, (made = style.raw ? rawList(resolved, style, rawCount) : compileList(list, style)));
    return made;
  };
  const choiceOf = (all: Choices, c: Cursor): Choice => all.of(listOf(first(c), second(c)), first(c), second(c));
  const choice = choices && {
    enter: (c: Cursor) => choiceOf(choices, c).enter(c),
    exit: (entry: Cursor, c: Cursor) => choiceOf(choices, entry).exit(entry, c),
  };
  const made = build(name, EMPTY, { wanted, choice, files }, pick, selectionOf(resolved, variants, listOf, besideOf));
  // Only ioctl has lines behind its own.
  return style.kvm === 'vcpu+' ? { ...made, behind: (c, s) => pick(c).behind?.(c, s) } : made;
}

/** Numbers the variants of a call as they occur. */
function selectionOf(
  call: RCall,
  variants: RVariants,
  listOf: RVariants['list'],
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
      const list = listOf(first, second);
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
  const list = unknownList(style, count, result);
  const known = { wanted: targets && (() => false), choice: chooser?.(0, 0, 0) };
  return build(name, EMPTY, known, list);
}
