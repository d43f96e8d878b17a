// --where: which calls are printed, by what they are given and what they give back.
import { ABIS } from '../abi/abi.js';
import type { AbiName } from '../abi/abi.js';
import { syscallNumbers } from '../abi/syscalls.js';
import type { Before } from '../capture/compile.js';
import { ownArguments, spreadFields, variantArguments } from '../describe/argument-names.js';
import type { Call } from '../describe/call.js';
import type { RArgument, RList } from '../describe/resolve.js';
import { resolveForm, resolveForms, resolveRegisters } from '../describe/resolve.js';
import type { Choice, Chooser } from '../decode/choice.js';
import { DECIDING, type Style } from '../decode/style.js';
import { callsHaving, descriptionOf } from '../syscalls/index.js';
import { pathsIn, type Expression, type Path } from './ast.js';
import { bind, boundsOf, type Bound } from './bind.js';
import type { Bounds } from './bounds.js';
import { formBounds } from './form-bounds.js';
import { decide } from './decide.js';
import { parseWhere } from './parser.js';
import { undecidedIn, type Undecided } from './undecided.js';
import { WhereError } from './where-error.js';

/** Most bytes of a string or buffer that are looked at. */
const TEXT_BYTES = 32768;
/** Paths that every call has. */
const OWN = new Set(['ret', 'errno', 'syscall']);

/** Whether any personality has a call of this name. */
function isCall(name: string): boolean {
  return ABIS.some((abi) => syscallNumbers(abi.name, name).length > 0);
}

/** An expression, ready for any call. */
export class Where {
  private readonly paths: readonly Path[];
  private readonly callsByArgument = new Map<string, ReadonlySet<string>>();
  /** Whether paths of descriptors must be captured. */
  private readonly usesDescriptorPaths: boolean;

  constructor(
    private readonly text: string,
    private readonly expression: Expression,
  ) {
    this.paths = pathsIn(expression);
    this.usesDescriptorPaths = this.paths.some(({ steps }) => {
      const last = steps[steps.length - 1];
      return last?.kind === 'field' && last.name === 'path';
    });
  }

  /** Whether the expression asks anything of a call that only its arguments can tell. */
  private concerns(name: string, call: Call | undefined): boolean {
    return this.paths.some((path) => {
      if (path.call !== undefined && path.call !== name) return false;
      if (OWN.has(path.name)) return true;
      return call !== undefined && (ownArguments(call).includes(path.name) || call.variants !== undefined);
    });
  }

  private bound(
    abi: AbiName,
    name: string,
    list: RList | undefined,
    elsewhere?: ReadonlySet<string>,
    strict = false,
  ): Bound {
    return bind(this.expression, { abi, name, list, elsewhere, text: this.text, strict });
  }

  private style(style: Style): Style {
    return {
      ...style,
      ...DECIDING,
      stringLimit: TEXT_BYTES,
      paths: this.usesDescriptorPaths,
      dumps: undefined,
    };
  }

  /** The decisions about a call; `call` is its description. */
  chooser(name: string, call: Call | undefined, style: Style): Chooser {
    const { name: abi } = style.abi;
    const own = this.style(style);
    const captures = (args: readonly RArgument[]): Before | undefined =>
      args.length > 0 ? { args, style: own } : undefined;
    const choice = (bound: Bound): Choice => {
      const { enter, exit, captured } = decide(bound);
      return { enter, exit, before: captures(captured.enter), after: captures(captured.exit) };
    };
    if (!call || !this.concerns(name, call)) {
      const same = choice(this.bound(abi, name, undefined));
      return () => same;
    }
    return (first, second, firstSite) =>
      choice(this.bound(abi, name, resolveForm(name, call, own, first, second, firstSite)));
  }

  /** Whether the call's description matters: a path may lead into its arguments. */
  mayConcern(name: string): boolean {
    return this.paths.some(
      (path) => (path.call ?? name) === name && !OWN.has(path.name) && this.having(path.name).has(name),
    );
  }

  /** Names of the calls that have an argument of a name, on some personality. */
  private having(argument: string): ReadonlySet<string> {
    let names = this.callsByArgument.get(argument);
    if (!names) {
      names = new Set(callsHaving(argument).map((key) => key.replace(/[@#].*$/, '')));
      this.callsByArgument.set(argument, names);
    }
    return names;
  }

  /** What registers say about a call, for the filter. */
  bounds(name: string, call: Call | undefined, style: Style): Bounds {
    const { name: abi } = style.abi;
    if (!call || !this.concerns(name, call)) return boundsOf(this.bound(abi, name, undefined));
    const elsewhere = variantArguments(call);
    const forms = this.paths.some((path) => elsewhere.has(path.name)) && resolveForms(name, call, this.style(style));
    if (forms) return formBounds(forms, (list) => boundsOf(this.bound(abi, name, list)));
    return boundsOf(this.bound(abi, name, this.registers(name, call, style), elsewhere));
  }

  /** What of the expression is left to the tracer for a call, and why. */
  undecided(name: string, call: Call | undefined, style: Style): Undecided[] {
    const { name: abi } = style.abi;
    if (!call || !this.concerns(name, call)) return undecidedIn(this.bound(abi, name, undefined), this.text);
    const own = this.style(style);
    const forms = resolveForms(name, call, own);
    const bounds = forms
      ? [forms.otherwise, ...forms.cases.map(({ list }) => list)].map((list) => this.bound(abi, name, list))
      : [this.bound(abi, name, resolveForm(name, call, own, 0, 0, 0), variantArguments(call))];
    const found = bounds.flatMap((bound) => undecidedIn(bound, this.text));
    return [...new Map(found.map((each) => [each.text + each.why, each])).values()];
  }

  /** The arguments that all forms of a call have, and that paths name. */
  private registers(name: string, call: Call, style: Style): RList {
    const names = new Set(this.paths.map((path) => path.name));
    const args = resolveRegisters(
      name,
      call,
      this.style(style),
      (a) => names.has(a.name) || spreadFields(a.node).some((f) => names.has(f)),
    );
    return { args, result: { base: 'd', extra: [], site: -1 }, sites: 0 };
  }

  /** Whether a call has what a path names. */
  private static has(call: Call, name: string): boolean {
    return ownArguments(call).includes(name) || variantArguments(call).has(name);
  }

  /** @throws WhereError for names that nothing has, and for comparisons that cannot be made. */
  check(style: Style): void {
    const tried = new Set<string>();
    const attempt = (key: string, call: Call): void => {
      if (tried.has(key)) return;
      tried.add(key);
      const name = key.replace(/@.*$/, '');
      this.bound(style.abi.name, name, this.registers(name, call, style), variantArguments(call), true);
    };
    for (const path of this.paths) {
      if (path.call !== undefined) {
        const described = ABIS.flatMap(({ name }) => descriptionOf(path.call ?? '', name) ?? []);
        if (OWN.has(path.name)) continue;
        const having = described.find((call) => Where.has(call, path.name));
        if (!having) this.missing(path, described[0]);
        attempt(path.call, having);
      } else if (!OWN.has(path.name)) {
        const [key] = callsHaving(path.name);
        if (key === undefined)
          throw new WhereError(this.text, 'no system call has an argument of this name', path.span);
        const [name, suffix] = key.split('@');
        const call = descriptionOf(name, suffix === '32' ? 'i386' : 'x86_64', suffix === 'ipc');
        if (call) attempt(key, call);
      }
    }
    if (tried.size === 0) this.bound(style.abi.name, '', undefined, undefined, true);
  }

  private missing(path: Path, call: Call | undefined): never {
    const names = call ? [...new Set([...ownArguments(call), ...variantArguments(call)])] : [];
    const has = names.length > 0 && names.length <= 12 ? ` (it has ${names.join(', ')})` : '';
    throw new WhereError(this.text, `${path.call ?? ''} has no such argument${has}`, path.span);
  }
}

/** Reads an expression. @throws WhereError */
export function where(text: string): Where {
  return new Where(text, parseWhere(text, isCall));
}
