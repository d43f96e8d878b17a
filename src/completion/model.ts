// What a shell must know to complete a command line; made from option tables, made into scripts by bash.ts, zsh.ts and fish.ts.

/** Something that can be typed. */
export interface Word {
  readonly word: string;
  /** What it means; empty where the word says it. */
  readonly about: string;
}

/** Words of one kind. */
export interface WordSet {
  /** An identifier. */
  readonly name: string;
  readonly words: readonly Word[];
}

/** Keys, each of which wants a value of its own behind `=`. */
export interface KeySet {
  /** An identifier. */
  readonly name: string;
  readonly keys: readonly (Word & { readonly value: Value })[];
  /** Further spellings of keys, which are read, but not offered. */
  readonly spellings: ReadonlyMap<string, string>;
}

/** What the value of an option may be. */
export type Value =
  | { readonly kind: 'text' | 'file' | 'process' | 'user' | 'variable' | 'command' }
  /** One of the words. */
  | { readonly kind: 'choice'; readonly set: WordSet }
  /** `[!]WORD[,WORD]...` */
  | { readonly kind: 'list'; readonly set: WordSet }
  /** `KEY=VALUE`, or a list of words. */
  | { readonly kind: 'keyed'; readonly set: WordSet; readonly keys: KeySet }
  /** A list, then `:KEY=VALUE`, as often as wanted. */
  | { readonly kind: 'actions'; readonly set: WordSet; readonly keys: KeySet };

/** An option with all its spellings. */
export interface CompletedOption {
  /** Letters. */
  readonly shorts: readonly string[];
  /** Names, without dashes. */
  readonly longs: readonly string[];
  readonly about: string;
  /** Whether the long spellings take a value, and whether they must; the short ones never take an optional one. */
  readonly argument: 'none' | 'required' | 'optional';
  readonly value: Value;
}

/** A program. */
export interface CompletedProgram {
  readonly name: string;
  readonly options: readonly CompletedOption[];
  /** What stands behind the options: a command with its own words, or files. */
  readonly operands: 'command' | 'files';
}

/** Shells that scripts are made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

/** A value as scripts write it: `KIND SET KEYS`, `-` for what there is none of. */
export function spec(value: Value): string {
  switch (value.kind) {
    case 'choice':
    case 'list':
      return `${value.kind} ${value.set.name} -`;
    case 'keyed':
    case 'actions':
      return `${value.kind} ${value.set.name} ${value.keys.name}`;
    default:
      return `${value.kind} - -`;
  }
}

/** All sets of words and of keys that options use, each once. */
export function setsOf({ options }: CompletedProgram): { words: readonly WordSet[]; keys: readonly KeySet[] } {
  const words = new Set<WordSet>();
  const keys = new Set<KeySet>();
  const visit = (value: Value): void => {
    if ('set' in value) words.add(value.set);
    if (!('keys' in value) || keys.has(value.keys)) return;
    keys.add(value.keys);
    for (const key of value.keys.keys) visit(key.value);
  };
  for (const { value } of options) visit(value);
  return { words: [...words], keys: [...keys] };
}

/** A name in functions of the scripts. */
export const identifier = (name: string): string => name.replaceAll(/\W/g, '_');

/** A word that needs no quotes in any of the shells. @throws Error for another one. */
export function plain(word: string): string {
  if (!/^[\w%+.:@/=-]+$/.test(word)) throw new Error(`a word that would need quotes: ${word}`);
  return word;
}
