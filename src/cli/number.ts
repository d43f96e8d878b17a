// Numbers as strace reads them from option values: strtol(3)'s leniency at the front, none at the end.

/** A decimal number from 0 to `max`; undefined when the text is none. Blanks and a sign may precede it. */
export function parseUnsigned(text: string, max = 0x7fffffff): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(\d+)$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[2]);
  return value > max || (match[1] === '-' && value !== 0) ? undefined : value;
}

/** Digits only, without sign or blanks: how numbers of calls and signals are told from names. */
export function parseDigits(text: string, max: number): number | undefined {
  return /^\d+$/.test(text) && Number(text) <= max ? Number(text) : undefined;
}

const UNITS: Readonly<Record<string, number>> = { s: 1e9, ms: 1e6, us: 1e3, ns: 1 };

/** DBL_MIN: strtod(3) fails with ERANGE for what is smaller, and no zero. */
const SMALLEST = 2 ** -1022;
/** What is longer takes for ever just as well. */
const LONGEST_NS = 2 ** 62;

/** `NUMBER[s|ms|us|ns]` in nanoseconds, microseconds without a unit; undefined when it is no such time. */
export function parseNanoseconds(text: string): number | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)((?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(s|ms|us|ns)?$/.exec(text);
  if (!match) return undefined;
  const value = Number(match[2]);
  if (value === Infinity || (value < SMALLEST && /^[\d.]*[1-9]/.test(match[2]))) return undefined;
  if (match[1] === '-' && value !== 0) return undefined;
  return Math.min(Math.round(value * UNITS[match[3] ?? 'us']), LONGEST_NS);
}

const U64 = 1n << 64n;

/** strtoull(3) with base 0: decimal, 0 octal, 0x hexadecimal; a minus negates modulo 2^64. */
export function parseWord(text: string): bigint | undefined {
  const match = /^[ \t\n\v\f\r]*([+-]?)(0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)$/.exec(text);
  if (!match) return undefined;
  const [, sign, digits] = match;
  const value = BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
  if (value >= U64) return undefined;
  return sign === '-' ? (U64 - value) % U64 : value;
}
