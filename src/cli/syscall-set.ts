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

/** One value of a set: what it names, and in which personalities. */
interface Term {
  readonly token: string;
  /** Where the token is a pattern. */
  readonly pattern: RegExp | undefined;
  readonly abis: readonly AbiName[];
}

/** Members in a byte per number; made for a personality when it is first asked for. */
class ListedSet implements SyscallSet {
  readonly complete = false;
  private readonly members = new Map<AbiName, Uint8Array>();

  constructor(
    private readonly tables: SyscallTables,
    private readonly terms: readonly Term[],
    private readonly inverted: boolean,
    /** Whether numbers that no call has are members. */
    private readonly unnamed: boolean,
  ) {}

  private membersOf(abi: AbiName): Uint8Array {
    let members = this.members.get(abi);
    if (members) return members;
    members = new Uint8Array(this.tables.limit(abi));
    for (const term of this.terms)
      if (term.abis.includes(abi)) for (const nr of named(this.tables, abi, term)) members[nr] = 1;
    this.members.set(abi, members);
    return members;
  }

  has(abi: AbiName, nr: number): boolean {
    if (this.tables.name(abi, nr) === undefined) return this.unnamed;
    return (this.membersOf(abi)[nr] === 1) !== this.inverted;
  }
}

function byPattern(tables: SyscallTables, abi: AbiName, pattern: RegExp): number[] {
  const found: number[] = [];
  for (let nr = 0; nr < tables.limit(abi); nr++) {
    const name = tables.name(abi, nr);
    if (name !== undefined && pattern.test(name)) found.push(nr);
  }
  return found;
}

function byNumber(tables: SyscallTables, abi: AbiName, token: string): readonly number[] {
  let nr = parseDigits(token, MAX_NUMBER);
  if (nr !== undefined && abi === 'x32' && nr >= X32_BIT) nr -= X32_BIT;
  return nr === undefined || nr >= tables.size(abi) || tables.name(abi, nr) === undefined ? [] : [nr];
}

/** A class, or the name of a call. */
function byName(tables: SyscallTables, abi: AbiName, token: string): Iterable<number> {
  const lower = token.toLowerCase();
  const className = BARE_CLASSES.has(lower) ? `%${lower}` : lower === '%net' ? '%network' : lower;
  return className.startsWith('%') ? (tables.members(abi, className) ?? []) : tables.numbers(abi, token);
}

/** The numbers that a term names in a personality. */
function named(tables: SyscallTables, abi: AbiName, { token, pattern }: Term): Iterable<number> {
  if (pattern) return byPattern(tables, abi, pattern);
  if (/^\d/.test(token)) return byNumber(tables, abi, token);
  if (token === 'all') return Array.from({ length: tables.limit(abi) }, (_, nr) => nr);
  return byName(tables, abi, token);
}

/** Whether a term names anything; asks no more personalities than it must. */
function matches(tables: SyscallTables, term: Term): boolean {
  return term.abis.some((abi) => {
    for (const nr of named(tables, abi, term)) return nr >= 0;
    return false;
  });
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
  const none = unnamed ? new ListedSet(tables, [], false, true) : NONE;
  if (value === 'none') return inverted ? ALL : none;
  if (value === 'all') return inverted ? none : ALL;
  const tokens = value.split(',').filter((t) => t !== '');
  if (tokens.length === 0) throw new UsageError(`invalid system call '${text}'`);
  const terms: Term[] = [];
  for (const given of tokens) {
    const token = given.replace(/^\?+/, '');
    const at = token.lastIndexOf('@');
    const designator = token.slice(at + 1);
    const abi = at < 0 ? undefined : DESIGNATORS.get(designator);
    if (at >= 0 && abi === undefined)
      throw new UsageError(`incorrect personality designator '${designator}' in qualification '${token}'`, true);
    const bare = at < 0 ? token : token.slice(0, at);
    const term = {
      token: bare,
      pattern: bare.startsWith('/') ? extendedRegex(bare.slice(1)) : undefined,
      abis: abi === undefined ? tables.abis : [abi],
    };
    if (token === given && !matches(tables, term)) throw new UsageError(`invalid system call '${token}'`);
    terms.push(term);
  }
  if (terms.some((t) => t.token === 'all' && t.abis === tables.abis)) return inverted ? none : ALL;
  return new ListedSet(tables, terms, inverted, unnamed);
}
