// Words, numbers and signs of the rule language. `#` begins a comment; newlines end statements.
import type { Mistake, Span } from './source-error.js';

/** A token; `text` is what stands in the source. */
export interface Token extends Span {
  readonly kind: 'word' | 'number' | 'sign' | 'newline' | 'end' | 'directive';
  readonly text: string;
}

/** Longer signs first. */
const SIGNS = [
  '<<=',
  '>>=',
  '==',
  '!=',
  '<=',
  '>=',
  '<<',
  '>>',
  '+=',
  '-=',
  '*=',
  '/=',
  '|=',
  '&=',
  '^=',
  '=',
  '<',
  '>',
  '&',
  '!',
  '-',
  '(',
  ')',
  '[',
  ']',
  '?',
  ':',
  '.',
  ',',
];
const WORD = /[A-Za-z0-9_]+/y;
const NUMBER = /^(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+)$/;
const BLANK = /[ \t\r\f\v]+|#[^\n]*/y;
const DIRECTIVE = /\.insn\b/y;

/** Splits a source; what is no token at all becomes a mistake, one for each stretch. */
export function tokenize(source: string, mistakes: Mistake[]): Token[] {
  const tokens: Token[] = [];
  const match = (pattern: RegExp, at: number): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  let at = 0;
  const add = (kind: Token['kind'], text: string): void => {
    tokens.push({ kind, text, start: at, end: at + text.length });
    at += text.length;
  };
  while (at < source.length) {
    const blank = match(BLANK, at);
    if (blank !== undefined) {
      at += blank.length;
      continue;
    }
    if (source[at] === '\n') {
      add('newline', '\n');
      continue;
    }
    const directive = match(DIRECTIVE, at);
    if (directive !== undefined) {
      add('directive', directive);
      continue;
    }
    const word = match(WORD, at);
    if (word !== undefined) {
      add(NUMBER.test(word) ? 'number' : 'word', word);
      continue;
    }
    const sign = SIGNS.find((s) => source.startsWith(s, at));
    if (sign !== undefined) {
      add('sign', sign);
      continue;
    }
    const start = at;
    while (
      at < source.length &&
      !'\n#'.includes(source[at]) &&
      match(BLANK, at) === undefined &&
      match(WORD, at) === undefined &&
      !SIGNS.some((s) => source.startsWith(s, at))
    ) {
      at++;
    }
    mistakes.push({ span: { start, end: at }, message: `unknown token '${source.slice(start, at)}'` });
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at });
  return tokens;
}
