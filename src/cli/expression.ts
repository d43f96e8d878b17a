// The grammar of -e: sets of system calls (FEATURES 4a), of signals, descriptors and words.
import type { AbiName } from '../abi/abi.js';
import { signalNumber } from '../abi/signal.js';
import { syscallClass, syscallName, syscallNumbers, tableSize } from '../abi/syscalls.js';
import { UsageError } from '../errors.js';
import type { SyscallSet } from '../trace/options.js';

const ABI_NAMES: readonly AbiName[] = ['x86_64', 'i386', 'x32'];
const DESIGNATORS: Readonly<Record<string, AbiName>> = { '64': 'x86_64', '32': 'i386', x32: 'x32' };
/** Classes that may be written without their percent sign. */
const BARE_CLASSES = new Set(['file', 'process', 'network', 'net', 'signal', 'ipc', 'desc', 'memory']);
const CLASS_ALIASES: Readonly<Record<string, string>> = { '%net': '%network' };

/** Everything. */
export const ALL: SyscallSet = { complete: true, has: () => true };
/** Nothing. */
export const NONE: SyscallSet = { complete: false, has: () => false };

function members(abi: AbiName, token: string): readonly number[] | undefined {
  if (/^\d+$/.test(token)) {
    const nr = Number(token);
    const bare = abi === 'x32' && nr >= 0x40000000 ? nr - 0x40000000 : nr;
    return syscallName(abi, bare) === undefined ? undefined : [bare];
  }
  if (token.startsWith('/')) {
    let regex: RegExp;
    try {
      regex = new RegExp(token.slice(1));
    } catch {
      throw new UsageError(`regcomp: ${token.slice(1)}: Invalid regular expression`);
    }
    const found: number[] = [];
    for (let nr = 0; nr < tableSize(abi); nr++) {
      const name = syscallName(abi, nr);
      if (name !== undefined && regex.test(name)) found.push(nr);
    }
    return found.length ? found : undefined;
  }
  const lower = token.toLowerCase();
  const className = lower.startsWith('%') ? lower : BARE_CLASSES.has(lower) ? `%${lower}` : undefined;
  if (className !== undefined) {
    const set = syscallClass(abi, CLASS_ALIASES[className] ?? className);
    return set && [...set];
  }
  const numbers = syscallNumbers(abi, token);
  return numbers.length ? numbers : undefined;
}

/**
 * A set of system calls: `[!]VALUE[,VALUE]…`.
 * @throws UsageError for tokens that name nothing, unless they begin with `?`.
 */
export function parseSyscallSet(text: string): SyscallSet {
  let value = text;
  let inverted = false;
  while (value.startsWith('!')) {
    inverted = !inverted;
    value = value.slice(1);
  }
  if (value === 'none') return inverted ? ALL : NONE;
  if (value === 'all') return inverted ? NONE : ALL;
  if (value === '') throw new UsageError(`invalid system call '${inverted || text !== value ? text : ''}'`);
  const sets = new Map<AbiName, Set<number>>(ABI_NAMES.map((abi) => [abi, new Set<number>()]));
  const tokens = value.split(',').filter((t) => t !== '');
  if (tokens.length === 0) throw new UsageError(`invalid system call '${value}'`);
  let everything = false;
  for (const given of tokens) {
    let token = given;
    let optional = false;
    while (token.startsWith('?')) {
      optional = true;
      token = token.slice(1);
    }
    if (token === 'all') {
      everything = true;
      continue;
    }
    let abis = ABI_NAMES;
    const at = token.lastIndexOf('@');
    if (at >= 0) {
      const designator = token.slice(at + 1);
      const abi = DESIGNATORS[designator];
      if (abi === undefined) throw new UsageError(`incorrect personality designator '${designator}' in qualification '${token}'`, true);
      abis = [abi];
    }
    const bare = at >= 0 ? token.slice(0, at) : token;
    let found = false;
    for (const abi of abis) {
      const numbers = members(abi, bare);
      if (!numbers) continue;
      found = true;
      const set = sets.get(abi);
      for (const nr of numbers) set?.add(nr);
    }
    if (!found && !optional) throw new UsageError(`invalid system call '${token}'`);
  }
  if (everything) return inverted ? NONE : ALL;
  return {
    complete: false,
    has(abi, nr) {
      // A number without a name is in every set: nothing stays invisible.
      if (syscallName(abi, nr) === undefined) return true;
      return (sets.get(abi)?.has(nr) ?? false) !== inverted;
    },
  };
}

/** A set of numbers or words: `all`, `none`, `!`, and members by `parse`. */
export function parseSet<T>(text: string, what: string, parse: (token: string) => readonly T[] | undefined, all: readonly T[]): Set<T> {
  let value = text;
  let inverted = false;
  while (value.startsWith('!')) {
    inverted = !inverted;
    value = value.slice(1);
  }
  const set = new Set<T>();
  if (value === 'all') return new Set(inverted ? [] : all);
  if (value === 'none') return new Set(inverted ? all : []);
  const tokens = value.split(',').filter((t) => t !== '');
  if (tokens.length === 0) throw new UsageError(`invalid ${what} '${value}'`);
  for (const token of tokens) {
    if (token === 'all') {
      all.forEach((t) => set.add(t));
      continue;
    }
    const found = parse(token);
    if (!found) throw new UsageError(`invalid ${what} '${token}'`);
    found.forEach((t) => set.add(t));
  }
  return inverted ? new Set(all.filter((t) => !set.has(t))) : set;
}

const ALL_SIGNALS: readonly number[] = Array.from({ length: 64 }, (_, i) => i + 1);

/** Signals by name or number. */
export function parseSignals(text: string): Set<number> {
  return parseSet(
    text,
    'signal',
    (token) => {
      if (/^\d+$/.test(token)) return [Number(token)];
      if (/^(?:sig)?rtmin\+/i.test(token)) return undefined;
      const n = signalNumber(token);
      return n === undefined ? undefined : [n];
    },
    ALL_SIGNALS,
  );
}

/** Words of a closed list, with aliases. */
export function parseWords<T extends string>(text: string, what: string, words: readonly T[], aliases: Readonly<Record<string, T>> = {}): Set<T> {
  return parseSet(
    text,
    what,
    (token) => {
      const word = aliases[token] ?? words.find((w) => w === token);
      return word === undefined ? undefined : [word];
    },
    words,
  );
}

/** Qualifiers of -e by any of their spellings. */
const QUALIFIERS: Readonly<Record<string, string>> = {
  trace: 'trace', t: 'trace', 'trace-fds': 'trace-fds', 'trace-fd': 'trace-fds', fd: 'trace-fds', fds: 'trace-fds', abbrev: 'abbrev', a: 'abbrev',
  verbose: 'verbose', v: 'verbose', raw: 'raw', x: 'raw', signal: 'signal', signals: 'signal', s: 'signal', status: 'status', read: 'read', reads: 'read',
  r: 'read', write: 'write', writes: 'write', w: 'write', fault: 'fault', inject: 'inject', quiet: 'quiet', silent: 'quiet', silence: 'quiet', q: 'quiet',
  'decode-fds': 'decode-fds', 'decode-fd': 'decode-fds', 'decode-pids': 'decode-pids', 'decode-pid': 'decode-pids', kvm: 'kvm', namespace: 'namespace', secontext: 'secontext',
};

/** Splits `QUAL=VALUE`; without a qualifier the whole is a set of calls. */
export function splitExpression(text: string): { readonly qualifier: string; readonly value: string } {
  const equals = text.indexOf('=');
  const qualifier = equals < 0 ? undefined : QUALIFIERS[text.slice(0, equals)];
  return qualifier === undefined ? { qualifier: 'trace', value: text } : { qualifier, value: text.slice(equals + 1) };
}
