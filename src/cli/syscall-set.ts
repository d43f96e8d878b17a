// The grammar of sets of system calls: names, numbers, classes and patterns, by personality.
import { X32_BIT } from '../abi/abi.js';
import type { AbiName } from '../abi/abi.js';
import { UsageError } from '../errors.js';
import { parseDigits } from './number.js';
import { extendedRegex } from './regex.js';
import type { SyscallTables } from './tables.js';
import type { SyscallSet } from './trace-options.js';

const DESIGNATORS: ReadonlyMap<string, AbiName> = new Map([
  ['64', 'x86_64'],
  ['32', 'i386'],
  ['x32', 'x32'],
]);
/** Classes that may be written without their percent sign. */
const BARE_CLASSES: ReadonlySet<string> = new Set(['file', 'process', 'network', 'signal', 'ipc', 'desc', 'memory']);
const MAX_NUMBER = 0x7fffffff;

/** Everything. */
export const ALL: SyscallSet = { complete: true, has: () => true };
/** Nothing. */
export const NONE: SyscallSet = { complete: false, has: () => false };

/** Members in a byte per number and personality. */
class ListedSet implements SyscallSet {
  readonly complete = false;
  private readonly members: ReadonlyMap<AbiName, Uint8Array>;

  constructor(
    private readonly tables: SyscallTables,
    private readonly inverted: boolean,
    /** Whether numbers that no call has are members. */
    private readonly unnamed: boolean,
  ) {
    this.members = new Map(tables.abis.map((abi) => [abi, new Uint8Array(tables.size(abi))]));
  }

  add(abi: AbiName, numbers: Iterable<number>): void {
    const members = this.members.get(abi);
    if (members) for (const nr of numbers) members[nr] = 1;
  }

  has(abi: AbiName, nr: number): boolean {
    if (this.tables.name(abi, nr) === undefined) return this.unnamed;
    return (this.members.get(abi)?.[nr] === 1) !== this.inverted;
  }
}

function byPattern(tables: SyscallTables, abi: AbiName, pattern: RegExp): number[] {
  const found: number[] = [];
  for (let nr = 0; nr < tables.size(abi); nr++) {
    const name = tables.name(abi, nr);
    if (name !== undefined && pattern.test(name)) found.push(nr);
  }
  return found;
}

function byNumber(tables: SyscallTables, abi: AbiName, token: string): readonly number[] {
  let nr = parseDigits(token, MAX_NUMBER);
  if (nr !== undefined && abi === 'x32' && nr >= X32_BIT) nr -= X32_BIT;
  return nr === undefined || tables.name(abi, nr) === undefined ? [] : [nr];
}

/** A class, or the name of a call. */
function byName(tables: SyscallTables, abi: AbiName, token: string): Iterable<number> | undefined {
  const lower = token.toLowerCase();
  const className = BARE_CLASSES.has(lower) ? `%${lower}` : lower === '%net' ? '%network' : lower;
  if (className.startsWith('%')) return tables.members(abi, className);
  const numbers = tables.numbers(abi, token);
  return numbers.length > 0 ? numbers : undefined;
}

/** Adds what a token means; false when it means nothing. */
function addToken(set: ListedSet, tables: SyscallTables, abis: readonly AbiName[], token: string): boolean {
  const pattern = token.startsWith('/') ? extendedRegex(token.slice(1)) : undefined;
  let matched = false;
  for (const abi of abis) {
    let found: Iterable<number> | undefined;
    if (pattern) found = byPattern(tables, abi, pattern);
    else if (/^\d/.test(token)) found = byNumber(tables, abi, token);
    else if (token === 'all') found = Array.from({ length: tables.size(abi) }, (_, nr) => nr);
    else found = byName(tables, abi, token);
    if (found === undefined || (Array.isArray(found) && found.length === 0)) continue;
    matched = true;
    set.add(abi, found);
  }
  return matched;
}

/** Splits off the exclamation marks in front of a set. */
export function splitInversion(text: string): { readonly inverted: boolean; readonly value: string } {
  const value = text.replace(/^!+/, '');
  return { inverted: (text.length - value.length) % 2 === 1, value };
}

/**
 * A set of system calls: `[!]VALUE[,VALUE]…`, VALUE being `[?]{NAME|NUMBER|/REGEX|CLASS|all}[@64|@32|@x32]`; or
 * `none`. `unnamed` says whether numbers that no call has are members: they are of what is traced (nothing is to
 * stay invisible), not of what is tampered with.
 * @throws UsageError for tokens that name nothing, unless they begin with `?`.
 */
export function parseSyscallSet(text: string, tables: SyscallTables, unnamed = true): SyscallSet {
  const { inverted, value } = splitInversion(text);
  if (value === 'none') return inverted ? ALL : NONE;
  if (value === 'all') return inverted ? NONE : ALL;
  const tokens = value.split(',').filter((t) => t !== '');
  if (tokens.length === 0) throw new UsageError(`invalid system call '${text}'`);
  const set = new ListedSet(tables, inverted, unnamed);
  let everything = false;
  for (const given of tokens) {
    const token = given.replace(/^\?+/, '');
    const at = token.lastIndexOf('@');
    const designator = token.slice(at + 1);
    const abi = at < 0 ? undefined : DESIGNATORS.get(designator);
    if (at >= 0 && abi === undefined)
      throw new UsageError(`incorrect personality designator '${designator}' in qualification '${token}'`, true);
    const bare = at < 0 ? token : token.slice(0, at);
    if (bare === 'all' && abi === undefined) everything = true;
    const matched = addToken(set, tables, abi === undefined ? tables.abis : [abi], bare);
    if (!matched && token === given) throw new UsageError(`invalid system call '${token}'`);
  }
  if (everything) return inverted ? NONE : ALL;
  return set;
}
