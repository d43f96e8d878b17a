// Mistakes in a rule file, each with its place; shown with the line and carets under what is wrong.
import { TstraceError } from '../../errors.js';

/** A stretch of the source: zero-based offsets, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** One mistake. */
export interface Mistake {
  readonly span: Span;
  readonly message: string;
}

/** Line and column, both from 1, of an offset. */
export function positionOf(source: string, offset: number): { line: number; column: number } {
  const before = source.slice(0, offset);
  const start = before.lastIndexOf('\n') + 1;
  return { line: before.split('\n').length, column: offset - start + 1 };
}

/** `file:line:column: message`, the line, and carets. */
export function showMistake(file: string, source: string, { span, message }: Mistake): string {
  const { line, column } = positionOf(source, span.start);
  const text = source.split('\n')[line - 1] ?? '';
  const width = Math.max(1, Math.min(span.end - span.start, text.length - column + 1));
  // Tabs stay tabs, so that the carets stand under their word.
  const margin = text.slice(0, column - 1).replace(/[^\t]/g, ' ');
  return `${file}:${line}:${column}: ${message}\n${text}\n${margin}${'^'.repeat(width)}`;
}

/** Everything that is wrong with a rule file. */
export class SourceError extends TstraceError {
  constructor(
    readonly file: string,
    readonly source: string,
    readonly mistakes: readonly Mistake[],
  ) {
    super('ASM', mistakes.map((mistake) => showMistake(file, source, mistake)).join('\n'));
  }
}
