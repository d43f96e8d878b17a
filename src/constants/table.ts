// Groups of named constants: which names belong together, in what order they print, and what unknown values are called.
import type { AbiName } from '../abi/abi.js';

/** One name with its value in unsigned halves. */
export interface ConstantEntry {
  readonly name: string;
  readonly lo: number;
  readonly hi: number;
}

/** A group. `choice`: a value is one of them; `flags`: several, joined. */
export interface ConstantTable {
  readonly kind: 'flags' | 'choice';
  /** What stands in the comment behind an unknown value (`SEEK_???`); empty: no comment. */
  readonly placeholder: string;
  /** In the order of printing. */
  entries(abi: AbiName): readonly ConstantEntry[];
}

/** Parses `NAME=HEX NAME=HEX …` once. */
function parse(packed: string): ConstantEntry[] {
  if (packed === '') return [];
  return packed.split(' ').map((word) => {
    const equals = word.indexOf('=');
    const hex = word.slice(equals + 1);
    const cut = Math.max(0, hex.length - 8);
    return {
      name: word.slice(0, equals),
      lo: parseInt(hex.slice(cut), 16) >>> 0,
      hi: cut > 0 ? parseInt(hex.slice(0, cut), 16) >>> 0 : 0,
    };
  });
}

function table(
  kind: ConstantTable['kind'],
  placeholder: string,
  packed: string,
  others: Partial<Record<AbiName, string>> = {},
): ConstantTable {
  let shared: ConstantEntry[] | undefined;
  const own: Partial<Record<AbiName, ConstantEntry[]>> = {};
  return {
    kind,
    placeholder,
    entries(abi) {
      const different = others[abi];
      if (different === undefined) return (shared ??= parse(packed));
      return (own[abi] ??= parse(different));
    },
  };
}

/** A group whose values are alternatives. Used by generated files. */
export const choiceTable = (
  placeholder: string,
  packed: string,
  others?: Partial<Record<AbiName, string>>,
): ConstantTable => table('choice', placeholder, packed, others);
/** A group of bits. Used by generated files. */
export const flagsTable = (
  placeholder: string,
  packed: string,
  others?: Partial<Record<AbiName, string>>,
): ConstantTable => table('flags', placeholder, packed, others);

/** The value of a name in a group (x86_64), as a number. */
export function valueOf(group: ConstantTable, name: string): number {
  const found = group.entries('x86_64').find((e) => e.name === name);
  if (!found) throw new Error(`no constant ${name}`);
  return found.hi * 4294967296 + found.lo;
}

/** The names of one group and then those of another, under the first one's kind and placeholder. */
export const joined = (first: ConstantTable, second: ConstantTable): ConstantTable => ({
  ...first,
  entries: (abi) => [...first.entries(abi), ...second.entries(abi)],
});
