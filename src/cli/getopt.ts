// getopt_long(3) with a leading `+`: where options end, what belongs to them, and its messages.
import { UsageError } from '../errors.js';
import type { OptionSpec } from './option-table.js';

/** One option as it was given. */
export interface GivenOption {
  /** Canonical name, the table's key. */
  readonly key: string;
  /** Undefined for flags, and for an optional value that was not given. */
  readonly value: string | undefined;
  /** The name behind the command line's spelling, for messages: `-s`, `--string-limit`. */
  readonly spelled: string;
}

/** An option table, indexed for the parser. */
export interface OptionIndex {
  readonly shorts: ReadonlyMap<string, OptionSpec>;
  readonly longs: readonly { readonly name: string; readonly spec: OptionSpec }[];
}

/** Indexes a table; the order of its rows is the order of candidates in messages. */
export function indexOptions(table: readonly OptionSpec[]): OptionIndex {
  const shorts = new Map<string, OptionSpec>();
  const longs: { name: string; spec: OptionSpec }[] = [];
  for (const spec of table) {
    if (spec.short !== undefined) shorts.set(spec.short, spec);
    for (const name of spec.long) longs.push({ name, spec });
  }
  return { shorts, longs };
}

function findLong(
  index: OptionIndex,
  name: string,
  whole: string,
): { readonly name: string; readonly spec: OptionSpec } {
  const exact = index.longs.find((l) => l.name === name);
  if (exact) return exact;
  const prefixed = index.longs.filter((l) => l.name.startsWith(name));
  // Our own options never make a prefix ambiguous that strace takes.
  const straces = prefixed.filter((l) => !l.spec.own);
  const [first, ...others] = straces.length > 0 ? straces : prefixed;
  if (first === undefined) throw new UsageError(`unrecognized option '--${whole}'`, true);
  // Like glibc: the first candidate, and whatever means something else than it.
  const different = others.filter((o) => o.spec !== first.spec);
  if (different.length > 0) {
    const names = [first, ...different].map((c) => `'--${c.name}'`).join(' ');
    throw new UsageError(`option '--${whole}' is ambiguous; possibilities: ${names}`, true);
  }
  return first;
}

/**
 * Walks over the options of a command line, so that each can be judged before the next is read;
 * returns the words behind them. @throws UsageError in getopt's words.
 */
export function* getopt(argv: readonly string[], index: OptionIndex): Generator<GivenOption, readonly string[], void> {
  for (let i = 0; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') return argv.slice(i + 1);
    if (!word.startsWith('-') || word === '-') return argv.slice(i);
    if (word.startsWith('--')) {
      const whole = word.slice(2);
      const equals = whole.indexOf('=');
      const { name, spec } = findLong(index, equals < 0 ? whole : whole.slice(0, equals), whole);
      let value = equals < 0 ? undefined : whole.slice(equals + 1);
      if (spec.argument === 'none' && value !== undefined)
        throw new UsageError(`option '--${name}' doesn't allow an argument`, true);
      if (spec.argument === 'required' && value === undefined) {
        value = argv[++i];
        if (value === undefined) throw new UsageError(`option '--${name}' requires an argument`, true);
      }
      yield { key: spec.key, value, spelled: `--${name}` };
      continue;
    }
    // By code points: a letter beyond ASCII is named whole.
    const letters = [...word.slice(1)];
    for (let j = 0; j < letters.length; j++) {
      const letter = letters[j];
      const spec = index.shorts.get(letter);
      if (!spec) throw new UsageError(`invalid option -- '${letter}'`, true);
      if (spec.argument !== 'required') {
        yield { key: spec.shortKey ?? spec.key, value: undefined, spelled: `-${letter}` };
        continue;
      }
      let value: string | undefined = letters.slice(j + 1).join('');
      if (value === '') {
        value = argv[++i];
        if (value === undefined) throw new UsageError(`option requires an argument -- '${letter}'`, true);
      }
      yield { key: spec.shortKey ?? spec.key, value, spelled: `-${letter}` };
      break;
    }
  }
  return [];
}
