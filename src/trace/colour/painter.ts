// Colours what has been printed: reads the text of a line's parts and prints them again with escape sequences between.
// Only coloured traces come here, so that printers know nothing of colours.
import { errnoNumber } from '../../abi/errno.js';
import { signalNumber } from '../../abi/signal.js';
import { label, type Sink } from '../../decode/sink.js';
import { RESET, type Scheme } from './scheme.js';

const SPACE = 32;
const QUOTE = 34;
const LESS = 60;
const GREATER = 62;
const CLOSE = label(')');
const EQUALS = label('=');
const COMMENT_END = label(' */');

/** Words that are printed as values, not as names of constants. */
const VALUES: ReadonlySet<string> = new Set(['NULL', 'RLIM_INFINITY', 'RLIM64_INFINITY']);
/** Calls whose flags of open(2) are one constant, not a list of them. */
const OPENS = /^(open|openat|openat2|open_by_handle_at|mq_open|fcntl|fcntl64)$/;
/** Calls that have sets of signals among their arguments. */
const SETS = /^(rt_sig|sig|ppoll|pselect|epoll_pwait|io_pgetevents|signalfd|io_uring_enter)/;
const WORD = /[A-Za-z0-9_]*/y;
const SIGNAL_SET = /~?\[(?:[A-Z0-9_]+(?: [A-Z0-9_]+)*)?\]/y;
/** What has a form of its own that is not coloured: a wait status, a call that goes on. */
const LITERAL = /\{W(?:IF|CORE)[^}]*\}|<\.\.\.[^>]*>/y;
const MODE = /S_I[A-Z]+(?:\|[A-Z0-9_]+)*/y;
const OPEN_FLAGS = /O_[A-Z]+(?:\|\w+)*/y;

/** Whether a word is the name of a signal; with `set`, as it stands in sets of them. */
const isSignal = (word: string, set = false): boolean =>
  signalNumber(set ? `SIG${word}` : word) !== undefined || (set && /^RT(?:MIN|_\d+)$/.test(word));

/** Whether a word in capitals is a value. */
const isValue = (word: string): boolean =>
  VALUES.has(word) || isSignal(word) || (word.startsWith('E') && errnoNumber(word) !== undefined);

/** Matches a sticky expression at a place: its length, 0 when it does not. */
function lengthAt(expression: RegExp, text: string, at: number): number {
  expression.lastIndex = at;
  return expression.exec(text)?.[0].length ?? 0;
}

/** Paints parts of lines; each method takes what stands in the sink from `from` on. */
export class Painter {
  constructor(private readonly scheme: Scheme) {}

  /** Prints a part anew; colours take no columns. */
  private repaint(s: Sink, from: number, print: (text: string) => void): void {
    const { column } = s;
    const text = Buffer.from(s.buf.subarray(from, s.pos)).toString('latin1');
    s.rewind(from);
    print(text);
    s.lineStart = s.pos - column;
  }

  private latin(s: Sink, text: string): void {
    s.ensure(text.length);
    for (let i = 0; i < text.length; i++) s.buf[s.pos++] = text.charCodeAt(i);
  }

  private coloured(s: Sink, colour: Uint8Array, text: string, after: Uint8Array): void {
    s.bytes(colour);
    this.latin(s, text);
    s.bytes(after);
  }

  private punctuation(s: Sink, text: string): void {
    this.coloured(s, this.scheme.punct, text, this.scheme.argval);
  }

  /** Ends a line, or a part of it. */
  reset(s: Sink): void {
    const { column } = s;
    s.bytes(RESET);
    s.lineStart = s.pos - column;
  }

  /** Brackets before a line. */
  prefix(s: Sink, from: number): void {
    this.repaint(s, from, (text) => {
      for (const part of text.split(/(<[^>]*>|[[\]])/))
        if (part === '[' || part === ']') this.punctuation(s, part);
        else if (part.startsWith('<')) this.details(s, part, 0);
        else this.latin(s, part);
    });
  }

  /** A call's name and what is known of its arguments at its entry. */
  opening(s: Sink, from: number): void {
    this.repaint(s, from, (text) => {
      const open = text.indexOf('(');
      const name = text.slice(0, open);
      this.coloured(s, this.scheme.syscall, name, this.scheme.call);
      s.byte(text.charCodeAt(open));
      s.bytes(this.scheme.argval);
      this.values(s, text, open + 1, name);
      s.bytes(RESET);
    });
  }

  /** The arguments that a call's exit brings, the parenthesis, blanks up to a column, and the equals sign. */
  closing(s: Sink, from: number, name: string, column: number): void {
    this.repaint(s, from, (text) => this.values(s, text, 0, name));
    const before = s.column + 1;
    s.bytes(this.scheme.call);
    s.bytes(CLOSE);
    s.bytes(RESET);
    s.lineStart = s.pos - before;
    s.padTo(column - 1);
    s.byte(SPACE);
    const { column: equals } = s;
    s.bytes(this.scheme.punct);
    s.bytes(EQUALS);
    s.bytes(RESET);
    s.lineStart = s.pos - equals - 1;
  }

  private resultPart(s: Sink, colour: Uint8Array, text: string): void {
    s.bytes(RESET);
    s.byte(SPACE);
    s.bytes(colour);
    this.latin(s, text);
  }

  /** A result with all that stands behind it. */
  result(s: Sink, from: number): void {
    const { retval, error } = this.scheme;
    this.repaint(s, from, (text) => {
      // A descriptor's path may have blanks; its angle brackets are escaped, but for the arrow between addresses.
      const [value] = /^-?\w*(?:<(?:->|<[^>]*>|[^<>])*>)?\S*/.exec(text) ?? [''];
      const open = value.indexOf('<');
      this.resultPart(s, retval, open < 0 ? value : value.slice(0, open));
      if (open >= 0) this.values(s, value, open, '');
      let rest = text.slice(value.length);
      const [failed, , why] = /^ (E\w+ )?(\(.*?\))(?=$| \()/.exec(rest) ?? [''];
      const failure = /^ (E\w+)/.exec(rest)?.[1];
      if (failure !== undefined || (value === '-1' && rest.startsWith(' (errno'))) {
        if (failure !== undefined) this.resultPart(s, error, failure);
        if (why !== undefined) this.resultPart(s, error, why);
        rest = rest.slice(failed.length);
      }
      for (const [, part] of rest.matchAll(/ (\((?:INJECTED[^)]*|DELAYED)\)|.+?(?=$| \((?:INJECTED|DELAYED)))/g))
        this.resultPart(s, retval, part);
    });
  }

  /** The time of a call, ` <0.000012>`, if there is one; ends what the result began. */
  time(s: Sink, from: number): void {
    this.repaint(s, from, (text) => {
      if (text !== '') {
        this.resultPart(s, this.scheme.retval, '');
        this.details(s, text, 1);
      }
      s.bytes(RESET);
    });
  }

  /** `--- SIG… {…} ---` */
  signal(s: Sink, from: number): void {
    this.repaint(s, from, (text) => {
      const brace = text.indexOf('{');
      this.latin(s, brace < 0 ? text : text.slice(0, brace));
      const end = text.lastIndexOf('}') + 1;
      if (brace < 0) return;
      this.values(s, text.slice(0, end), brace, '');
      this.latin(s, text.slice(end));
    });
  }

  /** `<…>`, maybe with others inside; returns where it ends. */
  private details(s: Sink, text: string, from: number): number {
    let depth = 0;
    for (let i = from; i < text.length; i++) {
      const b = text.charCodeAt(i);
      if (b === LESS) depth++;
      else if (b === GREATER && text[i - 1] !== '-') depth--;
      else {
        s.byte(b);
        continue;
      }
      this.punctuation(s, text[i]);
      if (depth === 0) return i + 1;
    }
    return text.length;
  }

  /** Values of arguments. `call`: whose they are. */
  private values(s: Sink, text: string, from: number, call: string): void {
    let i = from;
    let field = '';
    const copy = (n: number): void => {
      this.latin(s, text.slice(i, i + n));
      i += n;
    };
    const mark = (n: number): void => {
      this.punctuation(s, text.slice(i, i + n));
      i += n;
    };
    while (i < text.length) {
      const b = text.charCodeAt(i);
      const c = text[i];
      if (b === QUOTE) copy(stringLength(text, i));
      else if (text.startsWith(' /* ', i)) i = this.comment(s, text, i);
      else if (c === '{' || c === '<') {
        const literal = lengthAt(LITERAL, text, i);
        if (literal > 0) copy(literal);
        else if (c === '{') mark(1);
        else if (text[i + 1] === '<') mark(2);
        else i = this.details(s, text, i);
      } else if (c === '[' || c === '~') {
        const set = signalSet(text, i, SETS.test(call) || /mask|set$/.test(field));
        if (set > 0) copy(set);
        else if (c === '[') mark(1);
        else copy(1);
      } else if (text.startsWith(', ', i)) mark(2);
      else if (text.startsWith('...', i)) mark(3);
      else if (text.startsWith(' => ', i)) mark(4);
      else if ('}]|()'.includes(c)) mark(1);
      else if (/[0-9]/.test(c)) copy(lengthAt(WORD, text, i));
      else if (/[A-Za-z_]/.test(c)) {
        const length = this.word(s, text, i, call);
        if (text[i + length - 1] === '=') field = text.slice(i, i + length - 1);
        i += length;
      } else copy(1);
    }
  }

  private comment(s: Sink, text: string, from: number): number {
    const { comment, argval } = this.scheme;
    const found = text.indexOf(' */', from + 3);
    const end = found < 0 ? text.length : found;
    this.coloured(s, comment, text.slice(from, end), comment);
    s.bytes(COMMENT_END);
    s.bytes(argval);
    return end + COMMENT_END.length;
  }

  /** A word: a field's name with its equals sign, a constant, or a value; returns its length. */
  private word(s: Sink, text: string, at: number, call: string): number {
    const { argname, argval, const: constant } = this.scheme;
    const mode = lengthAt(MODE, text, at);
    const length = mode > 0 ? mode : lengthAt(WORD, text, at);
    const word = text.slice(at, at + length);
    if (text[at + length] === '=') {
      s.bytes(argname);
      this.latin(s, word);
      this.punctuation(s, '=');
      return length + 1;
    }
    const flags = OPENS.test(call) ? lengthAt(OPEN_FLAGS, text, at) : 0;
    const isConstant = mode === 0 && /^[A-Z_]*[A-Z]/.test(word) && text[at + length] !== '(' && !isValue(word);
    if (flags > 0) this.coloured(s, constant, text.slice(at, at + flags), argval);
    else if (isConstant) this.coloured(s, constant, word, argval);
    else this.latin(s, word);
    return Math.max(length, flags);
  }
}

/** Length of a quoted string. */
function stringLength(text: string, from: number): number {
  let i = from + 1;
  while (i < text.length && text.charCodeAt(i) !== QUOTE) i += text[i] === '\\' ? 2 : 1;
  return i + 1 - from;
}

/** Length of a set of signals, 0 when there is none; an empty one shows only by where it stands. */
function signalSet(text: string, from: number, expected: boolean): number {
  const length = lengthAt(SIGNAL_SET, text, from);
  if (length === 0 || expected) return length;
  const [first] = text
    .slice(from, from + length)
    .replace(/^~?\[/, '')
    .split(/[ \]]/);
  return isSignal(first, true) ? length : 0;
}
