// Turns a description into what the passes work on: sizes, offsets and registers for one personality, and a site
// number for each node that captures memory. Plans and printers both walk the resolved tree, so they cannot drift.
import type { Style } from '../decode/style.js';
import type { Argument, Call, Result, Variant } from './call.js';
import type { Node } from './node.js';
import type { R, RArgument, RCall, RList } from './resolved.js';
import { Resolver } from './resolver.js';

export type * from './resolved.js';

/** Site of the region that holds an object without a call; nodes inside it are numbered from the next one on. */
const OBJECT_SITE = 0;

/** Resolves an object that stands alone. `name` is for error messages. */
export function resolveObject(name: string, node: Node, style: Style): R {
  const resolver = new Resolver(name, style);
  resolver.site = OBJECT_SITE + 1;
  return resolver.node(node);
}

/** Bytes that a node that stands alone takes (0: it varies). */
export const sizeOfNode = (name: string, node: Node, style: Style): number =>
  new Resolver(name, style).node(node).bytes;

/** Resolves some of a call's own arguments, with sites from 0 on; returns how many sites they take, too. */
export function resolveSome(
  name: string,
  call: Call,
  style: Style,
  wanted: (node: Node) => boolean,
): { readonly args: readonly RArgument[]; readonly sites: number } {
  const resolver = new Resolver(name, style);
  const names = new Set(call.args.filter((a) => wanted(a.node)).map((a) => a.name));
  const { args } = resolver.arguments(call.args, 0);
  return { args: args.filter((a) => names.has(a.name)), sites: resolver.site };
}

/**
 * Some of a call's own arguments, resolved by themselves: for what registers tell. Memory is not captured for them, as
 * references to other arguments' memory lead nowhere.
 */
export function resolveRegisters(
  name: string,
  call: Call,
  style: Style,
  wanted: (a: Argument) => boolean,
): readonly RArgument[] {
  return new Resolver(name, style).arguments(call.args, 0, wanted).args;
}

/** Resolves the form of a call that a key chooses; its sites begin at `firstSite`. */
export function resolveForm(
  name: string,
  call: Call,
  style: Style,
  first: number,
  second: number,
  firstSite: number,
): RList {
  const resolved = resolveCall(name, call, style, firstSite);
  return resolved.variants ? resolved.variants.list(first, second) : resolved.plain;
}

/** The forms of a call whose keys can be listed: which values of a register (under a mask) choose which arguments. */
export interface Forms {
  readonly register: number;
  readonly mask: number;
  /** The whole register is the key: its high half is 0. */
  readonly whole: boolean;
  readonly cases: readonly { readonly keys: readonly number[]; readonly list: RList }[];
  /** For every other value. */
  readonly otherwise: RList;
}

/** Resolves every form of a call; undefined where keys cannot be listed. Only for what registers hold: sites overlap. */
export function resolveForms(name: string, call: Call, style: Style): Forms | undefined {
  const keys = call.variants?.keys?.();
  const { variants } = resolveCall(name, call, style);
  if (!keys || !variants || variants.second) return undefined;
  const byForm = new Map<Variant, number[]>();
  for (const [key, form] of keys) {
    const known = byForm.get(form);
    if (known) known.push(key);
    else byForm.set(form, [key]);
  }
  return {
    register: variants.on.register,
    mask: variants.mask,
    whole: variants.whole,
    cases: [...byForm.values()].map((all) => ({ keys: all, list: variants.list(all[0], 0) })),
    otherwise: resolveCall(name, call, style).plain,
  };
}

/** Resolves a call for the style's personality, its sites from `firstSite` on. Variants are resolved when they are asked for. */
export function resolveCall(name: string, call: Call, style: Style, firstSite = 0): RCall {
  const resolver = new Resolver(name, style);
  resolver.site = firstSite;
  const { args, next } = resolver.arguments(call.args, 0);
  const baseSite = resolver.site;
  const list = (extra: readonly Argument[], result: Result): RList => {
    resolver.site = baseSite;
    const own = resolver.arguments(extra, next).args;
    const others = args.filter(({ name: each }) => own.every((a) => a.name !== each));
    const made = { args: own.length ? [...others, ...own] : args, result: resolver.result(result) };
    return { ...made, sites: resolver.site };
  };
  const { variants } = call;
  if (!variants) {
    const plain = list([], call.result);
    const dump = call.dump && resolver.dump(call.dump);
    return { name, style, plain: { ...plain, sites: resolver.site }, dump };
  }
  const resolved = new Map<Variant, RList>();
  const form = (variant: Variant): RList => {
    let made = resolved.get(variant);
    if (!made) resolved.set(variant, (made = list(variant.args, variant.result ?? call.result)));
    return made;
  };
  return {
    name,
    style,
    plain: form(variants.otherwise),
    variants: {
      on: resolver.argumentPlace(variants.on),
      mask: variants.mask ?? 0xffffffff,
      second: variants.second && resolver.argumentPlace(variants.second),
      whole: variants.whole === true && style.abi.word === 8,
      list: (first, second) => form(variants.find(first, second, style.abi.name) ?? variants.otherwise),
      all: () => [variants.otherwise, ...variants.all()].map(form),
    },
  };
}
