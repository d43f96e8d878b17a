// Stacks (-k): the frames of an EV_STACK record (native/record.h), as lines and as data.
import type { Sink } from '../decode/sink.js';
import type { Cursor } from '../record/cursor.js';
import type { StackFrame } from './event.js';

/** A function that the compiler put into another one. */
export interface Inlined {
  readonly symbol: string;
  /** `FILE:LINE` of its call; empty when it is not known. */
  readonly source: string;
}

/** One function under way: the first one is where the task is, each later one called the one before. */
export interface Frame {
  /** The file that the code is in; empty for code made at run time. */
  readonly file: string;
  /** Name of the function, demangled; empty when it is not known. */
  readonly symbol: string;
  /** From the start of that function, hexadecimal without a prefix. */
  readonly offset: string;
  /** In the file, as addr2line(1) takes it; in memory for code in no file. Hexadecimal without a prefix. */
  readonly address: string;
  /** With -kk: `FILE:LINE`; empty when it is not known. */
  readonly source?: string;
  /** With -kk: what was inlined there, the innermost first. */
  readonly inlined?: readonly Inlined[];
}

/** A stack, the innermost function first. */
export interface Stack {
  readonly frames: readonly Frame[];
  /** There are more frames than --stack-trace-frame-limit allows. */
  readonly cut: boolean;
}

/** Reads an EV_STACK record; texts hold a byte in each character. */
export function readStack(c: Cursor): Stack {
  const count = c.argLo(0);
  const cut = c.argLo(1) !== 0;
  const withSource = c.argLo(2) !== 0;
  const frames: Frame[] = [];
  if (!c.findSite(0)) return { frames, cut };
  const fields = Buffer.from(c.bytes.buffer, c.bytes.byteOffset + c.at, c.length)
    .toString('latin1')
    .split('\0');
  let at = 0;
  // What a recording that was changed says of their number may not be so.
  for (let i = 0; i < count && at + 4 <= fields.length; i++) {
    const [file, symbol, offset, address] = fields.slice(at, (at += 4));
    if (!withSource) {
      frames.push({ file, symbol, offset, address });
      continue;
    }
    const source = fields[at++] ?? '';
    const inlined: Inlined[] = [];
    while (at + 1 < fields.length && fields[at] !== '') inlined.push({ symbol: fields[at++], source: fields[at++] });
    at++;
    frames.push({ file, symbol, offset, address, source, inlined });
  }
  return { frames, cut };
}

/** Prints the lines of a stack, each ended; texts go out as the bytes that they hold. */
export function printStack({ frames, cut }: Stack, sink: Sink): void {
  const put = (text: string): void => sink.bytes(Buffer.from(text, 'latin1'));
  for (const { file, symbol, offset, address, source, inlined } of frames) {
    if (file === '') put(` > unexpected_backtracing_error [0x${address}]`);
    else if (symbol === '') put(` > ${file}() [0x${address}]`);
    else put(` > ${file}(${symbol}+0x${offset}) [0x${address}]`);
    if (source) put(` ${source}`);
    sink.newline();
    for (const { symbol: name, source: call } of inlined ?? []) {
      put(call === '' ? `   ${name}, inlined` : `   ${name}, inlined at ${call}`);
      sink.newline();
    }
  }
  if (cut) {
    put(' > too many stack frames');
    sink.newline();
  }
}

const utf8 = (text: string): string => Buffer.from(text, 'latin1').toString('utf8');
const known = <K extends string>(name: K, text: string | undefined): Partial<Record<K, string>> =>
  text ? ({ [name]: utf8(text) } as Record<K, string>) : {};

/** A stack as events carry it. */
export function stackData({ frames }: Stack): StackFrame[] {
  return frames.map(({ file, symbol, offset, address, source, inlined }) => ({
    ...known('file', file),
    ...known('symbol', symbol),
    ...(symbol === '' ? {} : { offset: Number.parseInt(offset, 16) }),
    address: `0x${address}`,
    ...known('source', source),
    ...(inlined?.length
      ? { inlined: inlined.map((f) => ({ symbol: utf8(f.symbol), ...known('source', f.source) })) }
      : {}),
  }));
}
