// The language of --where: C's operators over arguments, constants and strings. Unlike in C, `&` and `|` bind tighter than
// comparisons, so that `flags & O_ACCMODE == O_RDWR` means what it seems to mean.
import type { Comparison, Constant, Expression, Path, Span, Step, Value } from './ast.js';
import { globPattern, regexPattern } from './pattern.js';
import { WhereError } from './where-error.js';

interface Token extends Span {
  readonly kind: 'name' | 'number' | 'string' | 'sign' | 'end';
  readonly text: string;
}

const SIGNS = [
  '&&',
  '||',
  '==',
  '!=',
  '<=',
  '>=',
  '=~',
  '<<',
  '<',
  '>',
  '!',
  '~',
  '&',
  '|',
  '-',
  '(',
  ')',
  '.',
  '[',
  ']',
  ',',
];
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  '==': 'eq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const NUMBER = /^(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*)(?:[uUlL]*)$/;
const ESCAPES: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  '0': '\0',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  const add = (kind: Token['kind'], length: number): void => {
    tokens.push({ kind, text: text.slice(at, at + length), start: at, end: at + length });
    at += length;
  };
  while (at < text.length) {
    const rest = text.slice(at);
    const blank = /^\s+/.exec(rest);
    if (blank) {
      at += blank[0].length;
      continue;
    }
    const string = /^"(?:[^"\\]|\\[^])*"/.exec(rest) ?? /^'(?:[^'\\]|\\[^])*'/.exec(rest);
    if (string) add('string', string[0].length);
    else if (/^["']/.test(rest)) throw new WhereError(text, 'a string does not end', { start: at, end: text.length });
    else {
      const word = /^[A-Za-z0-9_]+/.exec(rest);
      const sign = SIGNS.find((s) => rest.startsWith(s));
      if (word) {
        const isNumber = /^[0-9]/.test(word[0]);
        if (isNumber && !NUMBER.test(word[0])) {
          throw new WhereError(text, 'no number', { start: at, end: at + word[0].length });
        }
        add(isNumber ? 'number' : 'name', word[0].length);
      } else if (sign !== undefined) add('sign', sign.length);
      else throw new WhereError(text, 'unknown character', { start: at, end: at + 1 });
    }
  }
  tokens.push({ kind: 'end', text: '', start: at, end: at });
  return tokens;
}

/** Functions of constants, as their results are printed: `htons(80)`, `makedev(0x1, 0x3)`. */
const FUNCTIONS: Readonly<Record<string, (...args: bigint[]) => bigint>> = {
  htons: (value) => ((value & 0xffn) << 8n) | ((value >> 8n) & 0xffn),
  htonl: (value) =>
    ((value & 0xffn) << 24n) | ((value & 0xff00n) << 8n) | ((value >> 8n) & 0xff00n) | ((value >> 24n) & 0xffn),
  // linux/kdev_t.h: 12 bits of the major number lie between the halves of the minor one.
  makedev: (major, minor) =>
    (minor & 0xffn) | ((major & 0xfffn) << 8n) | ((minor & ~0xffn) << 12n) | ((major & ~0xfffn) << 32n),
};

/** How deep signs may stand in each other, and how many constants may be joined: what walks the tree does so by recursion. */
const MOST_NESTED = 256;
const MOST_JOINED = 1024;

class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  private joins = 0;

  constructor(
    private readonly text: string,
    private readonly isCall: (name: string) => boolean,
  ) {
    this.tokens = tokenize(text);
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
  }

  private fail(message: string, span: Span = this.peek()): never {
    throw new WhereError(this.text, message, span);
  }

  private is(sign: string): boolean {
    const token = this.peek();
    return token.kind === 'sign' && token.text === sign;
  }

  private accept(sign: string): boolean {
    if (!this.is(sign)) return false;
    this.at++;
    return true;
  }

  private expect(sign: string): void {
    if (!this.accept(sign)) this.fail(`expected '${sign}'`);
  }

  private nested<T>(part: () => T): T {
    if (++this.depth > MOST_NESTED) this.fail('nested too deeply');
    const result = part();
    this.depth--;
    return result;
  }

  /** The tree of joined constants is as deep as there are joins. */
  private joined(): void {
    if (++this.joins > MOST_JOINED) this.fail('too many constants are joined');
  }

  private spanFrom(start: number): Span {
    return { start, end: this.tokens[this.at - 1].end };
  }

  parse(): Expression {
    const expression = this.or();
    if (this.peek().kind !== 'end') this.fail('expected the end');
    return expression;
  }

  private list(kind: 'and' | 'or', sign: string, part: () => Expression): Expression {
    const of = [part()];
    while (this.accept(sign)) of.push(part());
    return of.length === 1 ? of[0] : { kind, of };
  }

  private or(): Expression {
    return this.list('or', '||', () => this.and());
  }

  private and(): Expression {
    return this.list('and', '&&', () => this.not());
  }

  private not(): Expression {
    if (this.accept('!')) return { kind: 'not', of: this.nested(() => this.not()) };
    return this.comparison();
  }

  /** A parenthesis holds an expression, or a value that is compared: what follows it decides. */
  private comparison(): Expression {
    const start = this.peek().start;
    if (this.is('(')) {
      const mark = this.at;
      this.at++;
      const inner = this.nested(() => this.or());
      this.expect(')');
      const next = this.peek();
      const goesOn = next.kind === 'sign' && (next.text in COMPARISONS || ['&', '|', '~', '=~'].includes(next.text));
      if (!goesOn) return inner;
      this.at = mark;
    }
    const left = this.value();
    const sign = this.peek();
    if (sign.kind === 'sign' && sign.text in COMPARISONS) {
      this.at++;
      const right = this.value();
      return { kind: 'compare', op: COMPARISONS[sign.text], left, right, span: this.spanFrom(start) };
    }
    if (this.is('~') || this.is('=~')) {
      this.at++;
      return this.pattern(left, sign, start);
    }
    return { kind: 'truth', of: left, span: this.spanFrom(start) };
  }

  private pattern(left: Value, sign: Token, start: number): Expression {
    if (left.kind !== 'path' || left.mask) this.fail('only what a call holds can be matched', sign);
    const token = this.peek();
    if (token.kind !== 'string') this.fail('expected a string');
    this.at++;
    const text = this.stringText(token, true);
    try {
      const pattern = sign.text === '~' ? globPattern(text) : regexPattern(text);
      return { kind: 'match', path: left.path, pattern, span: this.spanFrom(start) };
    } catch (error) {
      return this.fail(error instanceof Error ? error.message : 'no pattern', token);
    }
  }

  /** In patterns a backslash is the pattern's own, but before the quote. */
  private stringText({ text }: Token, isPattern = false): string {
    const quote = text[0];
    return text.slice(1, -1).replace(/\\(x[0-9a-fA-F]{2}|[^])/g, (whole, escape: string) => {
      if (isPattern) return escape === quote ? escape : whole;
      if (escape.length === 3) return String.fromCharCode(parseInt(escape.slice(1), 16));
      return ESCAPES[escape] ?? escape;
    });
  }

  /** `a | b`, `a & b`: constants, or a path under a mask. */
  private value(): Value {
    const start = this.peek().start;
    let left = this.masked();
    while (this.is('|')) {
      const sign = this.peek();
      this.at++;
      const right = this.masked();
      if (left.kind !== 'constant' || right.kind !== 'constant') this.fail('only constants can be joined', sign);
      this.joined();
      left = { kind: 'constant', of: { kind: 'or', left: left.of, right: right.of }, span: this.spanFrom(start) };
    }
    return left;
  }

  private masked(): Value {
    const start = this.peek().start;
    let left = this.primary();
    while (this.is('&')) {
      const sign = this.peek();
      this.at++;
      const right = this.primary();
      if (left.kind === 'constant' && right.kind === 'constant') {
        this.joined();
        left = { kind: 'constant', of: { kind: 'and', left: left.of, right: right.of }, span: this.spanFrom(start) };
        continue;
      }
      const [path, mask] = left.kind === 'path' ? [left, right] : [right, left];
      if (path.kind !== 'path' || mask.kind !== 'constant' || path.mask) this.fail('a mask is a constant', sign);
      left = { kind: 'path', path: path.path, mask: mask.of };
    }
    return left;
  }

  private primary(): Value {
    const token = this.peek();
    if (this.accept('(')) {
      const inner = this.nested(() => this.value());
      this.expect(')');
      return inner;
    }
    if (token.kind === 'string') {
      this.at++;
      return { kind: 'string', bytes: Buffer.from(this.stringText(token), 'utf8'), span: token };
    }
    if (token.kind === 'name' && !this.isConstantName(token))
      return { kind: 'path', path: this.path(), mask: undefined };
    return { kind: 'constant', of: this.constant(), span: this.spanFrom(token.start) };
  }

  /** Constants are written in capitals; functions of constants have parentheses. */
  private isConstantName({ text }: Token): boolean {
    const next = this.peek(1);
    return /^[A-Z_][A-Z0-9_]*[A-Z0-9][A-Za-z0-9_]*$/.test(text) || (next.kind === 'sign' && next.text === '(');
  }

  private constant(): Constant {
    const { start } = this.peek();
    let left = this.simpleConstant();
    while (this.accept('<<')) {
      this.joined();
      left = { kind: 'shift', left, right: this.simpleConstant(), span: this.spanFrom(start) };
    }
    return left;
  }

  private number(token: Token): bigint {
    const value = numberOf(token.text);
    if (value >> 64n) this.fail('a number has 64 bits at most', token);
    return value;
  }

  private simpleConstant(): Constant {
    const token = this.peek();
    if (this.accept('-')) return { kind: 'negative', of: this.nested(() => this.simpleConstant()) };
    if (token.kind === 'number') {
      this.at++;
      return { kind: 'number', value: this.number(token) };
    }
    if (token.kind !== 'name') this.fail('expected a value');
    this.at++;
    if (this.is('(')) return { kind: 'number', value: this.call(token) };
    return { kind: 'name', name: token.text, span: token };
  }

  private call(token: Token): bigint {
    this.expect('(');
    if (token.text === 'inet_addr') return this.internetAddress();
    const apply = Object.hasOwn(FUNCTIONS, token.text) ? FUNCTIONS[token.text] : undefined;
    if (!apply) this.fail('unknown function', token);
    const args: bigint[] = [];
    do {
      const argument = this.peek();
      const constant = this.simpleConstant();
      if (constant.kind !== 'number') this.fail('expected a number', argument);
      args.push(constant.value);
    } while (this.accept(','));
    this.expect(')');
    if (args.length !== apply.length)
      this.fail(`takes ${apply.length === 1 ? 'one number' : `${apply.length} numbers`}`, token);
    return apply(...args);
  }

  private internetAddress(): bigint {
    const token = this.peek();
    const parts = token.kind === 'string' ? this.stringText(token).split('.').map(Number) : [];
    if (parts.length !== 4 || !parts.every((part) => Number.isInteger(part) && part >= 0 && part < 256)) {
      this.fail('expected an address such as "127.0.0.1"', token);
    }
    this.at++;
    this.expect(')');
    return parts.reduceRight((sum, part) => (sum << 8n) | BigInt(part), 0n);
  }

  private path(): Path {
    const first = this.peek();
    this.at++;
    const steps: Step[] = [];
    for (;;) {
      if (this.accept('.')) {
        const name = this.peek();
        if (name.kind !== 'name') this.fail('expected a name');
        this.at++;
        steps.push({ kind: 'field', name: name.text });
      } else if (this.accept('[')) {
        const index = this.peek();
        if (index.kind !== 'number') this.fail('expected a number');
        this.at++;
        steps.push({ kind: 'index', at: Number(this.number(index)) });
        this.expect(']');
      } else break;
    }
    const span = this.spanFrom(first.start);
    const [head] = steps;
    if (head?.kind === 'field' && this.isCall(first.text)) {
      return { call: first.text, name: head.name, steps: steps.slice(1), span };
    }
    return { call: undefined, name: first.text, steps, span };
  }
}

function numberOf(text: string): bigint {
  const digits = text.replace(/[uUlL]+$/, '');
  // A leading 0 means octal, as in C.
  return BigInt(/^0[0-7]+$/.test(digits) ? `0o${digits.slice(1)}` : digits);
}

/** Parses an expression; `isCall` tells names of system calls. @throws WhereError */
export function parseWhere(text: string, isCall: (name: string) => boolean): Expression {
  return new Parser(text, isCall).parse();
}
