// The grammar of -e outside of system calls: qualifiers; sets of words, signals and file descriptors.
import { shortSignalName, signalNumber } from '../abi/signal.js';
import { UsageError } from '../errors.js';
import { parseDigits, parseUnsigned } from './number.js';
import { splitInversion } from './syscall-set.js';

/** What an expression is about. */
export type Qualifier =
  | 'trace'
  | 'trace-fds'
  | 'abbrev'
  | 'verbose'
  | 'raw'
  | 'signal'
  | 'status'
  | 'read'
  | 'write'
  | 'fault'
  | 'inject'
  | 'quiet'
  | 'decode-fds'
  | 'decode-pids'
  | 'kvm'
  | 'namespace'
  | 'secontext';

/** All spellings of each. */
const SPELLINGS: Readonly<Record<Qualifier, readonly string[]>> = {
  trace: ['trace', 't'],
  'trace-fds': ['trace-fds', 'trace-fd', 'fd', 'fds'],
  abbrev: ['abbrev', 'a'],
  verbose: ['verbose', 'v'],
  raw: ['raw', 'x'],
  signal: ['signal', 'signals', 's'],
  status: ['status'],
  read: ['read', 'reads', 'r'],
  write: ['write', 'writes', 'w'],
  fault: ['fault'],
  inject: ['inject'],
  quiet: ['quiet', 'silent', 'silence', 'q'],
  'decode-fds': ['decode-fds', 'decode-fd'],
  'decode-pids': ['decode-pids', 'decode-pid'],
  kvm: ['kvm'],
  namespace: ['namespace'],
  secontext: ['secontext'],
};
/** Qualifiers by spelling. */
export const QUALIFIERS: ReadonlyMap<string, Qualifier> = new Map(
  (Object.keys(SPELLINGS) as Qualifier[]).flatMap((q) => SPELLINGS[q].map((s) => [s, q] as const)),
);

/** Splits `QUALIFIER=VALUE`; without a qualifier the whole is a set of calls. */
export function splitExpression(text: string): { readonly qualifier: Qualifier; readonly value: string } {
  const equals = text.indexOf('=');
  const qualifier = equals < 0 ? undefined : QUALIFIERS.get(text.slice(0, equals));
  return qualifier === undefined ? { qualifier: 'trace', value: text } : { qualifier, value: text.slice(equals + 1) };
}

/** A set of numbers without a bound: what it lists, or (`!`) everything else. Iterating yields what it lists. */
export class NumberSet extends Set<number> {
  constructor(
    members: Iterable<number>,
    readonly inverted: boolean,
  ) {
    super(members);
  }

  /** Whether a number belongs to it. */
  override has(n: number): boolean {
    return super.has(n) !== this.inverted;
  }
}

/** `[!]MEMBER[,MEMBER]…`, `all` or `none`: the members, and whether everything else is meant. */
function parseMembers<T>(
  text: string,
  what: string,
  parse: (token: string) => T | undefined,
): { members: Set<T>; inverted: boolean } {
  const { inverted, value } = splitInversion(text);
  if (value === 'none' || value === 'all') return { members: new Set(), inverted: inverted !== (value === 'all') };
  const tokens = value.split(',').filter((t) => t !== '');
  if (tokens.length === 0) throw new UsageError(`invalid ${what} '${text}'`);
  const members = new Set<T>();
  for (const token of tokens) {
    const member = parse(token);
    if (member === undefined) throw new UsageError(`invalid ${what} '${token}'`);
    members.add(member);
  }
  return { members, inverted };
}

/** Words of a closed list, in any case, with aliases. @throws UsageError `invalid WHAT 'token'`. */
export function parseWords<T extends string>(
  text: string,
  what: string,
  words: readonly T[],
  aliases: ReadonlyMap<string, T> = new Map(),
): Set<T> {
  const { members, inverted } = parseMembers(text, what, (token) => {
    const lower = token.toLowerCase();
    return aliases.get(lower) ?? words.find((w) => w === lower);
  });
  return inverted ? new Set(words.filter((w) => !members.has(w))) : members;
}

/** File descriptors. @throws UsageError. */
export function parseDescriptors(text: string): NumberSet {
  const { members, inverted } = parseMembers(text, 'descriptor', (token) => parseUnsigned(token));
  return new NumberSet(members, inverted);
}

/** strace's table of signals has room for so many. */
const MAX_SIGNAL = 255;

/** A signal by number, or by the name that the trace prints for it, with or without SIG, in any case. */
export function parseSignal(token: string, max: number): number | undefined {
  if (/^\d/.test(token)) return parseDigits(token, max);
  const number = signalNumber(token);
  // Other names that C libraries have for a signal (SIGPOLL, SIGRTMAX) are not taken.
  return number !== undefined && shortSignalName(number) === token.toUpperCase().replace(/^SIG/, '')
    ? number
    : undefined;
}

/** Signals. @throws UsageError. */
export function parseSignals(text: string): ReadonlySet<number> | 'all' {
  const { members, inverted } = parseMembers(text, 'signal', (token) => parseSignal(token, MAX_SIGNAL));
  return inverted && members.size === 0 ? 'all' : new NumberSet(members, inverted);
}
