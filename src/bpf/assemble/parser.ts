// The rule language: statements and labels out of tokens. Every line with a mistake is reported, not only the first.
import { archNumber, findArchitecture, type Architecture } from '../architecture.js';
import {
  DATA_ARCH,
  DATA_ARGS,
  DATA_IP,
  DATA_NR,
  DATA_SIZE,
  MEMORY_SLOTS,
  Op,
  type Instruction,
} from '../instruction.js';
import { actionNumber, halfOffset } from '../notation.js';
import type { Mistake, Span } from './source-error.js';
import type { ParsedSource, Statement, Target } from './statement.js';
import { tokenize, type Token } from './tokens.js';

/** What the language takes from elsewhere. */
export interface AssembleNames {
  /** Number of a system call. */
  readonly syscallNumber?: (arch: number, name: string) => number | undefined;
  /** Further constants (errno names). */
  readonly constant?: (name: string) => number | undefined;
}

const KEYWORDS = new Set(
  'a x if else return mem args args_h data len sys_number arch instruction_pointer goto jmp jump next'.split(' '),
);
const JUMPS = new Set(['goto', 'jmp', 'jump']);
const ALU: Readonly<Record<string, number>> = {
  '+=': Op.ADD_K,
  '-=': Op.SUB_K,
  '*=': Op.MUL_K,
  '/=': Op.DIV_K,
  '|=': Op.OR_K,
  '&=': Op.AND_K,
  '^=': Op.XOR_K,
  '<<=': Op.LSH_K,
  '>>=': Op.RSH_K,
};
/** Opcode, and whether its two ways change places. */
const COMPARISONS: Readonly<Record<string, readonly [code: number, swapped: boolean]>> = {
  '==': [Op.JEQ_K, false],
  '!=': [Op.JEQ_K, true],
  '>': [Op.JGT_K, false],
  '<=': [Op.JGT_K, true],
  '>=': [Op.JGE_K, false],
  '<': [Op.JGE_K, true],
  '&': [Op.JSET_K, false],
};
/** Bit of the opcodes whose operand is X. */
const USES_X = 8;

/** Raised at the first mistake of a statement; the parser goes on with the next line. */
class Wrong extends Error {
  constructor(
    readonly span: Span,
    message: string,
  ) {
    super(message);
  }
}

type Operand = { readonly k: number; readonly x: boolean };

const plain = (code: number, k = 0): Instruction => ({ code, jt: 0, jf: 0, k });

/** How deep parentheses may stand in each other: they are read by recursion. */
const MOST_NESTED = 256;

/** Parses one source. */
export class Parser {
  private readonly tokens: readonly Token[];
  private at = 0;
  private depth = 0;
  private readonly statements: Statement[] = [];
  private readonly labels = new Map<string, { index: number; span: Span }>();

  constructor(
    source: string,
    private readonly arch: Architecture,
    private readonly names: AssembleNames,
    private readonly mistakes: Mistake[],
  ) {
    this.tokens = tokenize(source, mistakes);
  }

  /** All statements that could be read; what could not is among the mistakes. */
  parse(): ParsedSource {
    for (;;) {
      this.skipNewlines();
      if (this.peek().kind === 'end') return { statements: this.statements, labels: this.labels };
      const start = this.at;
      try {
        if (this.label()) continue;
        const statement = this.statement();
        this.statements.push({ ...statement, span: { start: this.tokens[start].start, end: this.lastEnd() } });
        this.endOfLine();
      } catch (error) {
        if (!(error instanceof Wrong)) throw error;
        this.mistakes.push({ span: error.span, message: error.message });
        while (!['newline', 'end'].includes(this.peek().kind)) this.at++;
      }
    }
  }

  private peek(ahead = 0): Token {
    return this.tokens[Math.min(this.at + ahead, this.tokens.length - 1)];
  }

  private lastEnd(): number {
    return this.tokens[Math.max(0, this.at - 1)].end;
  }

  private skipNewlines(): void {
    while (this.peek().kind === 'newline') this.at++;
  }

  private nested<T>(part: () => T): T {
    if (this.depth === MOST_NESTED) this.fail('nested too deeply');
    this.depth++;
    try {
      return part();
    } finally {
      this.depth--;
    }
  }

  private fail(message: string, span: Span = this.peek()): never {
    throw new Wrong(span, message);
  }

  private describe(token: Token): string {
    return token.kind === 'end'
      ? 'the end of the file'
      : token.kind === 'newline'
        ? 'the end of the line'
        : `'${token.text}'`;
  }

  private is(text: string, ahead = 0): boolean {
    const token = this.peek(ahead);
    if (token.kind === 'word') return token.text.toLowerCase() === text && KEYWORDS.has(text);
    return token.kind === 'sign' && token.text === text;
  }

  private accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.at++;
    return true;
  }

  private expect(text: string): void {
    if (!this.accept(text)) this.fail(`expected '${text}', found ${this.describe(this.peek())}`);
  }

  private endOfLine(): void {
    const { kind } = this.peek();
    if (kind !== 'newline' && kind !== 'end')
      this.fail(`expected the end of the line, found ${this.describe(this.peek())}`);
  }

  private label(): boolean {
    const token = this.peek();
    if ((token.kind !== 'word' && token.kind !== 'number') || !this.is(':', 1)) return false;
    if (token.text.toLowerCase() === 'next') this.fail("'next' is the statement that follows, and no name for a label");
    if (this.labels.has(token.text)) this.fail(`label '${token.text}' is set twice`);
    this.labels.set(token.text, { index: this.statements.length, span: token });
    this.at += 2;
    return true;
  }

  private statement(): Statement {
    const span = this.peek();
    if (span.kind === 'directive') return { kind: 'plain', instruction: this.raw(), span };
    if (this.accept('return')) return { kind: 'plain', instruction: this.result(), span };
    if (this.accept('if')) return this.conditional();
    if (span.kind === 'word' && JUMPS.has(span.text.toLowerCase())) {
      this.at++;
      return { kind: 'goto', target: this.target(), span };
    }
    if (this.is('a') && Object.hasOwn(COMPARISONS, this.peek(1).text)) return this.choice();
    if (this.is('a') || this.is('x') || this.is('mem')) return { kind: 'plain', instruction: this.assignment(), span };
    return this.fail(`expected a statement, found ${this.describe(span)}`);
  }

  /** `.insn CODE JT JF K`: an instruction as it is. */
  private raw(): Instruction {
    this.at++;
    const part = (name: string, most: number): number => {
      const token = this.peek();
      const value = this.number();
      if (value > most) this.fail(`${name} is at most 0x${most.toString(16)}`, token);
      return value;
    };
    return { code: part('CODE', 0xffff), jt: part('JT', 0xff), jf: part('JF', 0xff), k: part('K', 0xffffffff) };
  }

  private number(): number {
    const token = this.peek();
    if (token.kind !== 'number') this.fail(`expected a number, found ${this.describe(token)}`);
    this.at++;
    const value = Number(/^0\d/.test(token.text) ? token.text.replace(/^0+(?=.)/, '') : token.text);
    if (value > 0xffffffff) this.fail(`${token.text} does not fit 32 bits`, token);
    return value;
  }

  /** A 32-bit word: a number, an architecture, a system call, maybe in parentheses. */
  private constant(): number {
    const token = this.peek();
    if (this.accept('(')) {
      const value = this.nested(() => this.constant());
      this.expect(')');
      return value;
    }
    if (this.accept('-')) {
      const value = this.number();
      if (value > 0x80000000) this.fail(`-${value} does not fit 32 bits`, { start: token.start, end: this.lastEnd() });
      return -value >>> 0;
    }
    if (token.kind === 'number') return this.number();
    if (token.kind !== 'word') this.fail(`expected a value, found ${this.describe(token)}`);
    this.at++;
    if (this.is('.')) return this.foreignCall(token);
    const value =
      archNumber(token.text) ??
      this.names.syscallNumber?.(this.arch.audit, token.text) ??
      this.names.constant?.(token.text);
    if (value === undefined) {
      this.fail(`'${token.text}' is no system call of ${this.arch.name}, no architecture and no constant`, token);
    }
    return value;
  }

  /** `i386.write` */
  private foreignCall(token: Token): number {
    const arch = findArchitecture(token.text) ?? this.fail(`there is no architecture '${token.text}'`, token);
    this.at++;
    const name = this.peek();
    if (name.kind !== 'word') this.fail(`expected a system call, found ${this.describe(name)}`);
    this.at++;
    return (
      this.names.syscallNumber?.(arch.audit, name.text) ??
      this.fail(`'${name.text}' is no system call of ${arch.name}`, name)
    );
  }

  private operand(): Operand {
    return this.accept('x') ? { k: 0, x: true } : { k: this.constant(), x: false };
  }

  private target(): Target {
    const token = this.peek();
    if (token.kind !== 'word' && token.kind !== 'number') {
      this.fail(`expected a label or a number of statements, found ${this.describe(token)}`);
    }
    this.at++;
    return token.text.toLowerCase() === 'next'
      ? { kind: 'next', span: token }
      : { kind: 'name', name: token.text, span: token };
  }

  /** `A op value`, in parentheses, negated: the opcode and whether it is meant the other way round. */
  private condition(): { code: number; k: number; swapped: boolean } {
    this.skipNewlines();
    if (this.accept('!')) {
      this.skipNewlines();
      if (!this.is('(')) this.fail(`expected '(' behind '!', found ${this.describe(this.peek())}`);
      const inner = this.nested(() => this.condition());
      return { ...inner, swapped: !inner.swapped };
    }
    if (this.accept('(')) {
      const inner = this.nested(() => this.condition());
      this.skipNewlines();
      this.expect(')');
      return inner;
    }
    this.expect('a');
    this.skipNewlines();
    const sign = this.peek();
    if (!Object.hasOwn(COMPARISONS, sign.text)) this.fail(`expected a comparison, found ${this.describe(sign)}`);
    this.at++;
    this.skipNewlines();
    const [code, swapped] = COMPARISONS[sign.text];
    const { k, x } = this.operand();
    return { code: x ? code | USES_X : code, k, swapped };
  }

  /** `if (…) goto L [else goto L]`; the parts may stand on lines of their own. */
  private conditional(): Statement {
    const span = this.peek();
    this.skipNewlines();
    if (!this.is('(')) this.fail(`expected '(' behind 'if', found ${this.describe(this.peek())}`);
    const { code, k, swapped } = this.condition();
    const jump = (): Target => {
      this.skipNewlines();
      const token = this.peek();
      if (token.kind !== 'word' || !JUMPS.has(token.text.toLowerCase())) {
        this.fail(`expected 'goto', found ${this.describe(token)}`);
      }
      this.at++;
      return this.target();
    };
    const yes = jump();
    let ahead = 0;
    while (this.peek(ahead).kind === 'newline') ahead++;
    let no: Target | undefined;
    if (this.is('else', ahead)) {
      this.at += ahead + 1;
      no = jump();
    }
    return { kind: 'branch', code, k, whenTrue: swapped ? no : yes, whenFalse: swapped ? yes : no, span };
  }

  /** `A op value ? L1 : L2` */
  private choice(): Statement {
    const span = this.peek();
    const { code, k, swapped } = this.condition();
    this.expect('?');
    const yes = this.target();
    this.expect(':');
    const no = this.target();
    return { kind: 'branch', code, k, whenTrue: swapped ? no : yes, whenFalse: swapped ? yes : no, span };
  }

  /** Behind `return`. */
  private result(): Instruction {
    if (this.accept('a')) return plain(Op.RET_A);
    const token = this.peek();
    const action = token.kind === 'word' ? actionNumber(token.text) : undefined;
    if (action === undefined) {
      if (token.kind === 'word' && actionNumber(token.text.toUpperCase()) !== undefined) {
        this.fail(`actions are written in capitals: ${token.text.toUpperCase()}`);
      }
      if (token.kind === 'word') this.fail(`'${token.text}' is no action`);
      return plain(Op.RET_K, this.constant());
    }
    this.at++;
    if (!this.accept('(')) return plain(Op.RET_K, action);
    const data = this.peek();
    const value = this.constant();
    if (value > 0xffff) this.fail('the data of an action has 16 bits', { start: data.start, end: this.lastEnd() });
    this.expect(')');
    return plain(Op.RET_K, (action | value) >>> 0);
  }

  private index(most: number, what: string): number {
    this.expect('[');
    const token = this.peek();
    const value = this.number();
    if (value > most) this.fail(`${what} has the indices 0 to ${most}`, token);
    this.expect(']');
    return value;
  }

  /** `>> 32` behind a 64-bit member. */
  private highHalf(): boolean {
    if (!this.accept('>>')) return false;
    const token = this.peek();
    if (this.number() !== 32) this.fail('only `>> 32` can be loaded', token);
    return true;
  }

  private assignment(): Instruction {
    if (this.accept('mem')) {
      const slot = this.index(MEMORY_SLOTS - 1, 'mem');
      this.expect('=');
      if (this.accept('a')) return plain(Op.ST, slot);
      if (this.accept('x')) return plain(Op.STX, slot);
      this.fail(`only A or X can be stored, not ${this.describe(this.peek())}`);
    }
    const isX = this.accept('x');
    if (!isX) this.at++;
    const sign = this.peek();
    const alu = Object.hasOwn(ALU, sign.text) ? ALU[sign.text] : undefined;
    if (sign.kind === 'sign' && alu !== undefined) {
      if (isX) this.fail('arithmetic is done in A');
      this.at++;
      const { k, x } = this.operand();
      return plain(x ? alu | USES_X : alu, k);
    }
    this.expect('=');
    return isX ? this.loadX() : this.loadA();
  }

  private loadX(): Instruction {
    if (this.accept('a')) return plain(Op.TAX);
    if (this.accept('len')) return plain(Op.LDX_W_LEN);
    if (this.accept('mem')) return plain(Op.LDX_MEM, this.index(MEMORY_SLOTS - 1, 'mem'));
    for (const word of ['sys_number', 'arch', 'args', 'args_h', 'data', 'instruction_pointer']) {
      if (this.is(word)) this.fail(`X cannot be loaded from ${word}: load A, then X = A`);
    }
    return plain(Op.LDX_IMM, this.constant());
  }

  private loadA(): Instruction {
    const { bigEndian } = this.arch;
    if (this.accept('x')) return plain(Op.TXA);
    if (this.is('-') && this.is('a', 1)) {
      this.at += 2;
      return plain(Op.NEG);
    }
    if (this.accept('len')) return plain(Op.LD_W_LEN);
    if (this.accept('mem')) return plain(Op.LD_MEM, this.index(MEMORY_SLOTS - 1, 'mem'));
    if (this.accept('sys_number')) return plain(Op.LD_W_ABS, DATA_NR);
    if (this.accept('arch')) return plain(Op.LD_W_ABS, DATA_ARCH);
    if (this.accept('instruction_pointer')) return plain(Op.LD_W_ABS, halfOffset(DATA_IP, this.highHalf(), bigEndian));
    if (this.accept('args_h'))
      return plain(Op.LD_W_ABS, halfOffset(DATA_ARGS + 8 * this.index(5, 'args_h'), true, bigEndian));
    if (this.accept('args')) {
      const member = DATA_ARGS + 8 * this.index(5, 'args');
      return plain(Op.LD_W_ABS, halfOffset(member, this.highHalf(), bigEndian));
    }
    if (this.accept('data')) {
      const token = this.peek(1);
      const offset = this.index(DATA_SIZE - 1, 'data');
      if (offset % 4 !== 0) this.fail('offsets into data are multiples of 4', token);
      return plain(Op.LD_W_ABS, offset);
    }
    return plain(Op.LD_IMM, this.constant());
  }
}
