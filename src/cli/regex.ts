// POSIX extended regular expressions of `-e trace=/REGEX`, translated to JavaScript's; errors in regcomp(3)'s words.
import { UsageError } from '../errors.js';

const CLASSES: Readonly<Record<string, string>> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: ' \\t\\n\\r\\f\\v',
  blank: ' \\t',
  punct: '!-\\/:-@\\[-`{-~',
  print: ' -~',
  graph: '!-~',
  cntrl: '\\x00-\\x1f\\x7f',
  xdigit: '0-9A-Fa-f',
};
/** RE_DUP_MAX of glibc. */
const REPEAT_MAX = 0x7fff;

const literal = (c: string): string => (/[\\^$.*+?()[\]{}|/-]/.test(c) ? `\\${c}` : c);
const inBracket = (c: string): string => (/[\\\]^-]/.test(c) ? `\\${c}` : c);

class Translator {
  private at = 0;
  /** Finished pieces of the open groups, innermost last: a quantifier wraps the last one. */
  private readonly levels: string[][] = [[]];
  private groups = 0;

  constructor(private readonly source: string) {}

  private fail(reason: string): never {
    throw new UsageError(`regcomp: ${this.source}: ${reason}`);
  }

  private get pieces(): string[] {
    return this.levels[this.levels.length - 1];
  }

  /** True where there is nothing that a quantifier could repeat. */
  private get bare(): boolean {
    const last = this.pieces[this.pieces.length - 1];
    return last === undefined || last === '|' || last === '^';
  }

  private repeat(quantifier: string): void {
    if (this.bare) this.fail('Invalid preceding regular expression');
    this.pieces.push(`(?:${this.pieces.pop() ?? ''})${quantifier}`);
  }

  private interval(): void {
    if (this.bare) this.fail('Invalid preceding regular expression');
    const end = this.source.indexOf('}', this.at);
    if (end < 0) this.fail('Unmatched \\{');
    const [, low, comma, high] =
      /^(\d*)(,?)(\d*)$/.exec(this.source.slice(this.at, end)) ?? this.fail('Invalid content of \\{\\}');
    if (low === '' && comma === '') this.fail('Invalid content of \\{\\}');
    if (Number(low) > REPEAT_MAX || Number(high) > REPEAT_MAX) this.fail('Regular expression too big');
    if (high !== '' && Number(high) < Number(low)) this.fail('Invalid content of \\{\\}');
    this.at = end + 1;
    this.repeat(`{${low === '' ? '0' : low}${comma}${high}}`);
  }

  /** One member of a bracket expression: a character, or a class as JavaScript writes it. */
  private member(): { readonly char?: string; readonly set?: string } {
    const c = this.source[this.at];
    const kind = this.source[this.at + 1];
    if (c === '[' && (kind === ':' || kind === '.' || kind === '=')) {
      const end = this.source.indexOf(`${kind}]`, this.at + 2);
      if (end < 0) this.fail('Unmatched [, [^, [:, [., or [=');
      const name = this.source.slice(this.at + 2, end);
      this.at = end + 2;
      if (kind === ':')
        return {
          set: (Object.hasOwn(CLASSES, name) ? CLASSES[name] : undefined) ?? this.fail('Invalid character class name'),
        };
      return name.length === 1 ? { char: name } : this.fail('Invalid collation character');
    }
    this.at++;
    return { char: c };
  }

  private bracket(): string {
    let out = '[';
    if (this.source[this.at] === '^') {
      out += '^';
      this.at++;
    }
    // glibc has another word for a bracket at the very end than for one that is merely not closed.
    if (this.at >= this.source.length) this.fail('Invalid regular expression');
    for (let first = true; first || this.source[this.at] !== ']'; first = false) {
      if (this.at >= this.source.length) this.fail('Unmatched [, [^, [:, [., or [=');
      const { char, set } = this.member();
      const next = this.source[this.at + 1];
      if (char !== undefined && this.source[this.at] === '-' && next !== undefined && next !== ']') {
        this.at++;
        const { char: last } = this.member();
        if (last === undefined || last < char) this.fail('Invalid range end');
        out += `${inBracket(char)}-${inBracket(last)}`;
      } else out += set ?? inBracket(char ?? '');
    }
    this.at++;
    return `${out}]`;
  }

  private escape(): string {
    const c = this.source[this.at++];
    if (c === undefined) this.fail('Trailing backslash');
    if (/[wWsSbB]/.test(c)) return `\\${c}`;
    if (c === '<') return '\\b(?=\\w)';
    if (c === '>') return '\\b(?<=\\w)';
    if (c === '`') return '^';
    if (c === "'") return '$';
    if (/[1-9]/.test(c)) return Number(c) <= this.groups ? `(?:\\${c})` : this.fail('Invalid back reference');
    return literal(c);
  }

  translate(): RegExp {
    while (this.at < this.source.length) {
      const c = this.source[this.at++];
      if (c === '(') {
        this.levels.push([]);
        this.groups++;
      } else if (c === ')' && this.levels.length > 1) {
        const inner = this.levels.pop() ?? [];
        this.pieces.push(`(${inner.join('')})`);
      } else if (c === '*' || c === '+' || c === '?') this.repeat(c);
      else if (c === '{') this.interval();
      else if (c === '[') this.pieces.push(this.bracket());
      else if (c === '\\') this.pieces.push(this.escape());
      else if (c === '|' || c === '^' || c === '$' || c === '.') this.pieces.push(c);
      else this.pieces.push(literal(c));
    }
    if (this.levels.length > 1) this.fail('Unmatched ( or \\(');
    try {
      return new RegExp(this.pieces.join(''));
    } catch {
      return this.fail('Invalid regular expression');
    }
  }
}

/** @throws UsageError `regcomp: PATTERN: reason`. */
export function extendedRegex(pattern: string): RegExp {
  return new Translator(pattern).translate();
}
