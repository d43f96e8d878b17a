// getopt_long(3) with a leading `+`: where options end, what belongs to them, and its messages.
import { UsageError } from '../errors.js';
import type { OptionSpec } from './option-table.js';

/** One option as it was given, in order. */
export interface GivenOption {
  readonly key: string;
  readonly value: string | undefined;
  /** As it stood on the command line, for messages: `-s`, `--string-limit`. */
  readonly spelled: string;
}

export interface GetoptResult {
  readonly options: readonly GivenOption[];
  /** What follows the options: the command. */
  readonly rest: readonly string[];
}

interface LongName {
  readonly name: string;
  readonly spec: OptionSpec;
}

function findLong(longs: readonly LongName[], name: string, whole: string): OptionSpec {
  const exact = longs.find((l) => l.name === name);
  if (exact) return exact.spec;
  const candidates = longs.filter((l) => l.name.startsWith(name));
  if (candidates.length === 0) throw new UsageError(`unrecognized option '--${name}'`, true);
  if (candidates.some((c) => c.spec !== candidates[0].spec))
    throw new UsageError(`option '--${whole}' is ambiguous; possibilities: ${candidates.map((c) => `'--${c.name}'`).join(' ')}`, true);
  return candidates[0].spec;
}

/** Splits a command line. @throws UsageError in getopt's words. */
export function getopt(argv: readonly string[], table: readonly OptionSpec[]): GetoptResult {
  const shorts = new Map(table.filter((o) => o.short !== undefined).map((o) => [o.short, o] as const));
  const longs = table.flatMap((spec) => (spec.long ?? []).map((name) => ({ name, spec })));
  const options: GivenOption[] = [];
  let i = 0;
  for (; i < argv.length; i++) {
    const word = argv[i];
    if (word === '--') {
      i++;
      break;
    }
    if (word.startsWith('--')) {
      const whole = word.slice(2);
      const equals = whole.indexOf('=');
      const name = equals < 0 ? whole : whole.slice(0, equals);
      const spec = findLong(longs, name, whole);
      const spelled = `--${spec.long?.find((l) => l.startsWith(name)) ?? spec.key}`;
      let value = equals < 0 ? undefined : whole.slice(equals + 1);
      if (spec.argument === 'none' && value !== undefined) throw new UsageError(`option '${spelled}' doesn't allow an argument`, true);
      if (spec.argument === 'required' && value === undefined) {
        value = argv[++i];
        if (value === undefined) throw new UsageError(`option '${spelled}' requires an argument`, true);
      }
      options.push({ key: spec.key, value, spelled });
      continue;
    }
    if (!word.startsWith('-') || word === '-') break;
    for (let j = 1; j < word.length; j++) {
      const letter = word[j];
      const spec = shorts.get(letter);
      if (!spec) throw new UsageError(`invalid option -- '${letter}'`, true);
      if (spec.argument !== 'required') {
        options.push({ key: spec.key, value: undefined, spelled: `-${letter}` });
        continue;
      }
      let value: string | undefined = word.slice(j + 1);
      if (value === '') {
        value = argv[++i];
        if (value === undefined) throw new UsageError(`option requires an argument -- '${letter}'`, true);
      }
      options.push({ key: spec.key, value, spelled: `-${letter}` });
      break;
    }
  }
  return { options, rest: argv.slice(i) };
}
