// The shapes of compiled printers and what a description may say about how it is printed.
import type { Cursor } from '../record/cursor.js';
import type { Sink } from './sink.js';
import type { Style } from './style.js';

/** Prints a value given as two unsigned halves (hi is 0 for values of up to 32 bits). */
export type ScalarPrinter = (c: Cursor, s: Sink, lo: number, hi: number) => void;
/** Prints the object that starts at index `at` of the cursor's bytes, of which `length` bytes are there. */
export type MemoryPrinter = (c: Cursor, s: Sink, at: number, length: number) => void;
/**
 * Prints bytes that are read as something else than text (messages of a protocol). The cursor's `at` and `length` say what of
 * them could be read, the call was given `told` of them at the address; `key` is what decided on this reading.
 */
export type BytesPrinter = (c: Cursor, s: Sink, key: number, told: number, lo: number, hi: number) => void;
/** Makes the printer of one kind of bytes. */
export type BytesReader = (style: Style) => BytesPrinter;
/** Makes the printer of one kind of scalar; `size` is what it takes in memory, in bytes. */
export type ScalarFormat = (style: Style, size: number) => ScalarPrinter;

/** What a renderer can ask of the node that it stands on. */
export interface RenderContext {
  readonly style: Style;
  /** Bytes of the whole structure or element. */
  readonly size: number;
  /** Where the cursor keeps the address of the structure, or of the one around (`addressLo`), when a pointer led to it. */
  readonly address: number;
  /** Where the cursor keeps the start of the structure around this one (`frames`). */
  readonly outer: number;
  /** Byte offset of a field. */
  offset(field: string): number;
  /** The printer of a field's value (without its name); `at` is the start of the structure. */
  field(field: string): MemoryPrinter;
  /** `name=value` of a field, without separator; `at` is the start of the structure. */
  named(field: string): MemoryPrinter;
  /** The printer that there would be without this renderer. */
  readonly plain: MemoryPrinter;
  /** What stands behind the last field of a versioned structure, brace not included; nothing for others. */
  readonly excess: MemoryPrinter;
  /** The printer of an array's element. */
  readonly element: MemoryPrinter;
  /** The printer of another argument of the same call, by name (for comments on results). */
  arg(name: string): (c: Cursor, s: Sink) => void;
  /** The value of an argument, low and high half. */
  argIndex(name: string): number;
  /** Whether what a pointer argument leads to was captured whole (for comments on results that tell of it). */
  captured(name: string): (c: Cursor) => boolean;
}

/** Prints a node in its own way. Called once, when the printer is compiled. */
export type Renderer = (context: RenderContext) => MemoryPrinter;
