// From options as given to options by name: yargs-parser counts flags and gathers values.
import parser from 'yargs-parser';
import type { GivenOption } from './getopt.js';
import type { OptionValues } from './values.js';

/** An option with what its value was read as; undefined for a flag. */
export interface ReadOption extends GivenOption {
  readonly read: OptionValues[keyof OptionValues] | undefined;
}

/** Options by name. */
export interface Assembled {
  /** How often a flag was given. */
  count(key: string): number;
  /** All values of an option, in order. */
  all<K extends keyof OptionValues>(key: K): OptionValues[K][];
  /** The value that counts: the last one. */
  last<K extends keyof OptionValues>(key: K): OptionValues[K] | undefined;
}

const configuration = {
  'boolean-negation': false,
  'camel-case-expansion': false,
  'dot-notation': false,
  'greedy-arrays': false,
  'short-option-groups': false,
};

/**
 * Gathers options. Values travel through the parser as indexes: it would take quotes off strings, and
 * what they mean has been read in order, since the first mistake on the command line is the one to report.
 */
export function assemble(options: readonly ReadOption[]): Assembled {
  const flags = options.filter((o) => o.read === undefined).map((o) => o.key);
  const valued = options.filter((o) => o.read !== undefined).map((o) => o.key);
  const parsed: Readonly<Record<string, unknown>> = parser(
    options.map((o, i) => (o.read === undefined ? `--${o.key}` : `--${o.key}=${i}`)),
    { count: flags, array: [...new Set(valued)].map((key) => ({ key, number: true as const })), configuration },
  );
  const count = (key: string): number => {
    const n = parsed[key];
    return typeof n === 'number' ? n : 0;
  };
  const all = <K extends keyof OptionValues>(key: K): OptionValues[K][] => {
    const indexes = parsed[key];
    // What stands under a key was put there by the reader of that key.
    return Array.isArray(indexes) ? indexes.map((i: number) => options[i].read as OptionValues[K]) : [];
  };
  return { count, all, last: (key) => all(key).at(-1) };
}
