// Printed arguments -> values. One description gives the text; this reads the text back into data, so that whatever has a
// printer has a structured form, too. What it reads was printed in a style of its own (`structured`, decode/style.ts):
// constants with number and names, strings in C escapes, counted bytes with their whole length behind a `@`.

/**
 * One decoded value. Each member has one type wherever it occurs, so that a log store needs no mapping: which members are
 * there depends on the value.
 */
export interface Value {
  /** An integer that a double holds; for a descriptor, its number. */
  readonly num?: number;
  /** An integer that a double does not hold, in decimal. */
  readonly big?: string;
  /** The number in hexadecimal, where it is an address or is printed so. */
  readonly hex?: string;
  /** Names of the constants that the number is made of. */
  readonly names?: readonly string[];
  /** Path of a descriptor (-y), or what else is known of it (-yy). */
  readonly path?: string;
  /** The descriptor's file was removed. */
  readonly deleted?: true;
  /** A point in time, as printed beside its number. */
  readonly date?: string;
  /** Any other remark beside the number. */
  readonly note?: string;
  /** Bytes that are text in UTF-8. */
  readonly str?: string;
  /** Bytes that are not, in base64. */
  readonly b64?: string;
  /** How many bytes there are in all; `str` or `b64` may hold less. */
  readonly len?: number;
  /** Bytes, elements or members were left out. */
  readonly cut?: true;
  /** Members of a structure. */
  readonly struct?: Readonly<Record<string, Value | null>>;
  /** Elements of an array or a set. */
  readonly items?: readonly (Value | null)[];
  /** A set is given by what it lacks. */
  readonly inverted?: true;
  /** What the kernel changed, as it was and as it became. */
  readonly before?: Value | null;
  readonly after?: Value | null;
  /** What has no more structure than its text. */
  readonly text?: string;
}

/** Null pointers are null. */
export type Decoded = Value | null;

const QUOTE = 34;
const APOSTROPHE = 39;
const STAR = 42;
const COMMA = 44;
const MINUS = 45;
const SLASH = 47;
const LESS = 60;
const EQUALS = 61;
const GREATER = 62;
const NAME = /^[A-Za-z_]\w*(?:<<[A-Za-z_]\w*)?$/;

/** Classes of characters by their code. */
const WORD = 1;
const DIGIT = 2;
const OPENS = 4;
const CLOSES = 8;
const CLASS = new Uint8Array(256);
for (const ch of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_') CLASS[ch.charCodeAt(0)] = WORD;
for (const ch of '0123456789') CLASS[ch.charCodeAt(0)] = DIGIT;
for (const ch of '([{') CLASS[ch.charCodeAt(0)] = OPENS;
for (const ch of ')]}') CLASS[ch.charCodeAt(0)] = CLOSES;

/** Where the name ends that stands before an equals sign at `from`; -1 when there is none. */
function fieldEnd(text: string, from: number): number {
  let i = from;
  let kind = CLASS[text.charCodeAt(i)];
  if (kind !== WORD) return -1;
  while (kind === WORD || kind === DIGIT) kind = CLASS[text.charCodeAt(++i)];
  return text.charCodeAt(i) === EQUALS && text.charCodeAt(i + 1) !== EQUALS ? i : -1;
}

/** Where the element that starts at `from` ends: at a separator or closing bracket of its own depth, or an arrow. */
function endOf(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const code = text.charCodeAt(i);
    const kind = CLASS[code];
    if (kind === WORD || kind === DIGIT) continue;
    if (kind === OPENS) depth++;
    else if (kind === CLOSES) {
      if (depth === 0) return i;
      depth--;
    } else if (code === COMMA) {
      if (depth === 0) return i;
    } else if (code === QUOTE || code === APOSTROPHE) i = endOfQuoted(text, i);
    else if (code === SLASH) {
      if (text.charCodeAt(i + 1) === STAR) i = endOfComment(text, i);
    } else if (code === LESS) {
      if (text.charCodeAt(i + 1) === LESS) i++;
      else i = endOfLink(text, i);
    } else if (code === EQUALS && text.charCodeAt(i + 1) === GREATER) {
      if (depth === 0) return text[i - 1] === ' ' ? i - 1 : i;
      i++;
    }
  }
  return text.length;
}

/** Index of the slash that ends the comment at `from`: constants in a macro have comments of their own in it. */
function endOfComment(text: string, from: number): number {
  let depth = 0;
  for (let i = from; i < text.length - 1; i++) {
    if (text[i] === '/' && text[i + 1] === '*') depth++;
    else if (text[i] === '*' && text[i + 1] === '/' && --depth === 0) return i + 1;
    else continue;
    i++;
  }
  return text.length;
}

/** What a socket or an anonymous inode is: `TCP:[…]`, in which an arrow may stand. */
const KIND = /<[\w-]+:\[/y;

/** Index of the `>` that closes what stands behind a descriptor or a process: in paths it is escaped, names may nest. */
function endOfLink(text: string, from: number): number {
  KIND.lastIndex = from;
  const inKind = KIND.test(text);
  let depth = 0;
  for (let i = from; i < text.length; i++) {
    const ch = text[i];
    if (inKind) {
      if (ch === '"') i = endOfQuoted(text, i);
      else if (ch === ']' && text[i + 1] === '>') return i + 1;
    } else if (ch === '<') depth++;
    else if (ch === '>' && --depth === 0) return i;
  }
  return text.length;
}

/** Index of the closing quotation mark. */
function endOfQuoted(text: string, from: number): number {
  const mark = text.charCodeAt(from);
  for (let i = from + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 92) i++;
    else if (code === mark) return i;
  }
  return text.length;
}

const ESCAPES: Readonly<Record<string, number>> = { n: 10, t: 9, v: 11, f: 12, r: 13, '"': 34, '\\': 92, "'": 39 };

/** The bytes that a C string stands for; `text` is without its quotation marks, a byte for each character. */
export function unescape(text: string): Buffer {
  if (!text.includes('\\')) return Buffer.from(text, 'latin1');
  const out = Buffer.alloc(text.length);
  let n = 0;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== 92) {
      out[n++] = text.charCodeAt(i);
      continue;
    }
    const next = text[++i];
    const plain = ESCAPES[next];
    if (plain !== undefined) out[n++] = plain;
    else if (next === 'x') {
      out[n++] = parseInt(text.slice(i + 1, i + 3), 16);
      i += 2;
    } else {
      let digits = 1;
      while (digits < 3 && text[i + digits] >= '0' && text[i + digits] <= '7') digits++;
      out[n++] = parseInt(text.slice(i, i + digits), 8);
      i += digits - 1;
    }
  }
  return out.subarray(0, n);
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function ofBytes(bytes: Buffer): { str: string } | { b64: string } {
  try {
    return { str: utf8.decode(bytes) };
  } catch {
    return { b64: bytes.toString('base64') };
  }
}

/** `"…"`, `"…"...`, `"…"@LENGTH` and `"…"...@LENGTH`. */
function ofString(text: string): Value | undefined {
  const end = endOfQuoted(text, 0);
  const behind = text.slice(end + 1);
  const m = /^(\.\.\.)?(?:@(\d+))?$/.exec(behind);
  if (!m) return undefined;
  const bytes = unescape(text.slice(1, end));
  const cut = m[1] === undefined ? {} : { cut: true as const };
  return { ...ofBytes(bytes), len: m[2] === undefined ? bytes.length : Number(m[2]), ...cut };
}

/** An integer in C's notation. */
function ofInteger(text: string): { num?: number; big?: string; hex?: string } {
  const negative = text.charCodeAt(0) === MINUS;
  // Neither Number nor BigInt reads `-0x1`.
  const digits = negative ? text.slice(1) : text;
  const hex = digits.startsWith('0x') ? { hex: text } : {};
  const literal = /^0[0-7]+$/.test(digits) ? `0o${digits}` : digits;
  const size = Number(literal);
  if (Number.isSafeInteger(size)) return { num: negative && size !== 0 ? -size : size, ...hex };
  return { big: `${negative ? '-' : ''}${BigInt(literal)}`, ...hex };
}

const INTEGER = /^-?(?:0x[0-9a-f]+|\d+)/;
const WHOLE_INTEGER = /^-?(?:0x[0-9a-f]+|\d+)$/;

/** What a remark says: names of constants, a date, or something else. */
function ofRemark(text: string): { names?: string[]; date?: string; note?: string } {
  if (/^-?\d{4,}-\d\d-\d\dT/.test(text)) return { date: text };
  const parts = text.split('|');
  const named = parts.filter((p) => NAME.test(p));
  const others = parts.filter((p) => !NAME.test(p) && !p.includes('???') && !WHOLE_INTEGER.test(p));
  return others.length === 0 ? { names: named } : { note: text };
}

/** `<…>` behind a descriptor. */
function ofLink(text: string): { path?: string; deleted?: true } {
  const deleted = text.endsWith('(deleted)');
  const inner = deleted ? text.slice(0, -'(deleted)'.length) : text;
  if (!inner.startsWith('<') || !inner.endsWith('>')) return {};
  const bytes = ofBytes(unescape(inner.slice(1, -1)));
  return { path: 'str' in bytes ? bytes.str : inner.slice(1, -1), ...(deleted ? { deleted: true } : {}) };
}

/** A number with what stands behind it, or several joined by bars. */
function ofNumber(text: string): Value | undefined {
  const m = INTEGER.exec(text);
  if (!m) return undefined;
  const value = ofInteger(m[0]);
  let rest = text.slice(m[0].length);
  if (rest === '') return value;
  let remark: ReturnType<typeof ofRemark> = {};
  if (rest.startsWith(' /* ')) {
    const end = endOfComment(rest, 1);
    remark = ofRemark(rest.slice(' /* '.length, end - ' *'.length));
    rest = rest.slice(end + 1);
  }
  if (rest === '') return { ...value, ...remark };
  if (rest.startsWith('<') && !rest.startsWith('<<')) return { ...value, ...remark, ...ofLink(rest) };
  if (rest.startsWith('|')) {
    const other = ofNumber(rest.slice(1));
    if (other?.num === undefined || value.num === undefined) return undefined;
    const num = value.num + other.num;
    return { num, names: [...(remark.names ?? []), ...(other.names ?? [])] };
  }
  return undefined;
}

/** `8192*1024` */
function ofProduct(text: string): Value | undefined {
  const m = /^(\d+)\*(\d+)$/.exec(text);
  if (!m) return undefined;
  const num = Number(m[1]) * Number(m[2]);
  return Number.isSafeInteger(num) ? { num } : undefined;
}

/** Names of one constant without its number (signals, results of ptrace stops). */
const ofName = (text: string): Value | undefined =>
  /^[A-Z][A-Z0-9_]*(?:\|[A-Z][A-Z0-9_]*)*$/.test(text) ? { names: text.split('|') } : undefined;

/** A number in network byte order, as the host has it. */
const NETWORK_ORDER = /^hto(?:n[sl]|be64)\((.*)\)$/;

function ofScalar(text: string): Decoded {
  if (text === 'NULL') return null;
  if (text.charCodeAt(0) === QUOTE) {
    const value = ofString(text);
    if (value) return value;
  }
  const swapped = NETWORK_ORDER.exec(text);
  const inner = swapped && ofNumber(swapped[1]);
  if (inner) return inner;
  if (text.startsWith('inet_addr("')) return { str: text.slice(11, -2) };
  return ofNumber(text) ?? ofProduct(text) ?? ofName(text) ?? { text };
}

/** Values come again and again: the same text, the same value. Bounded, since a program may make up any number of them. */
const MEMO_MAX = 4096;
const MEMO_TEXT_MAX = 64;
const memo = new Map<string, Decoded>();

function remembered(text: string): Decoded {
  if (text.length > MEMO_TEXT_MAX) return ofScalar(text);
  let value = memo.get(text);
  if (value === undefined) {
    if (memo.size >= MEMO_MAX) memo.clear();
    memo.set(text, (value = ofScalar(text)));
  }
  return value;
}

/** Numbers with blanks between them, each with its name: a set of signals. */
const NUMBER = /\b(?:0x)?[\da-f]+(?: \/\* [^*]* \*\/)?/g;
const NUMBERS = /^(?:(?:0x)?[\da-f]+(?: \/\* [^*]* \*\/)?(?: |$)){2,}$/;

/** Reads printed values. */
export class ValueReader {
  private pos = 0;

  constructor(private readonly text: string) {}

  /** `name=value, name=value`: arguments with their names. Parts without a name are found under `_1`, `_2`, … */
  arguments(): Record<string, Decoded> {
    const found: Record<string, Decoded> = {};
    let unnamed = 0;
    while (this.pos < this.text.length) {
      const name = this.name();
      found[name ?? `_${++unnamed}`] = this.value();
      if (!this.skip(', ') && this.pos < this.text.length) {
        found[`_${++unnamed}`] = { text: this.text.slice(this.pos) };
        break;
      }
    }
    return found;
  }

  /** The name before an equals sign, both passed over; undefined when there is none. */
  private name(): string | undefined {
    const end = fieldEnd(this.text, this.pos);
    if (end < 0) return undefined;
    const name = this.text.slice(this.pos, end);
    this.pos = end + 1;
    return name;
  }

  private skip(word: string): boolean {
    if (!this.text.startsWith(word, this.pos)) return false;
    this.pos += word.length;
    return true;
  }

  /** A value, with what it became. */
  value(): Decoded {
    const before = this.single();
    if (!this.skip(' => ')) return before;
    return { before, after: this.value() };
  }

  private single(): Decoded {
    const { text } = this;
    const start = this.pos;
    const value = text[start] === '{' ? this.struct() : text[start] === '[' ? this.items() : undefined;
    if (value) {
      const end = endOf(text, this.pos);
      if (end === this.pos) return value;
      const behind = /^ \/\* (.*) \*\/$/.exec(text.slice(this.pos, end));
      this.pos = end;
      return behind ? { ...value, ...ofRemark(behind[1]) } : { text: text.slice(start, end) };
    }
    this.pos = start;
    if (text.startsWith('~[', start)) {
      this.pos++;
      const set = this.items();
      if (set) return { ...set, inverted: true };
      this.pos = start;
    }
    const end = Math.max(endOf(text, start), Math.min(start + 1, text.length));
    this.pos = end;
    return remembered(text.slice(start, end));
  }

  /** `{a=1, b=2, ...}`; undefined when it is something else. */
  private struct(): Value | undefined {
    const members: Record<string, Decoded> = {};
    let cut = false;
    this.pos++;
    let unnamed = 0;
    while (!this.skip('}')) {
      if (this.pos >= this.text.length) return undefined;
      if (this.skip('...')) cut = true;
      else {
        const name = this.name();
        members[name ?? `_${++unnamed}`] = this.value();
      }
      if (!this.skip(', ') && this.text[this.pos] !== '}') return undefined;
    }
    return cut ? { struct: members, cut: true } : { struct: members };
  }

  /** `[a, b, ...]`, or names with blanks between them; undefined when it is something else. */
  private items(): Value | undefined {
    const items: Decoded[] = [];
    let cut = false;
    this.pos++;
    while (!this.skip(']')) {
      if (this.pos >= this.text.length) return undefined;
      if (this.text.startsWith('...', this.pos)) {
        cut = true;
        this.pos = endOf(this.text, this.pos);
      } else if (this.text[this.pos] === '[' && /^\[[^\]]*\]=/.test(this.text.slice(this.pos, this.pos + 64))) {
        const end = endOf(this.text, this.pos);
        items.push({ text: this.text.slice(this.pos, end) });
        this.pos = end;
      } else {
        const value = this.value();
        if (value?.text !== undefined && / /.test(value.text) && /^[\w+ .-]+$/.test(value.text))
          items.push(...value.text.split(' ').map((word) => ofScalar(word)));
        else if (value?.text !== undefined && NUMBERS.test(value.text))
          items.push(...(value.text.match(NUMBER) ?? []).map((word) => ofScalar(word)));
        else items.push(value);
      }
      if (!this.skip(', ') && this.text[this.pos] !== ']') return undefined;
    }
    return cut ? { items, cut: true } : { items };
  }
}

/** Programs make the same calls again: arguments by their text. */
const callMemo = new Map<string, Readonly<Record<string, Decoded>>>();
const CALL_TEXT_MAX = 160;

/** Reads arguments printed with their names. Equal texts give the same object. */
export function readArguments(text: string): Readonly<Record<string, Decoded>> {
  if (text.length > CALL_TEXT_MAX) return new ValueReader(text).arguments();
  let args = callMemo.get(text);
  if (args === undefined) {
    if (callMemo.size >= MEMO_MAX) callMemo.clear();
    callMemo.set(text, (args = new ValueReader(text).arguments()));
  }
  return args;
}
