// A mistake in the expression of --where: one line with the place.
import { UsageError } from '../errors.js';
import type { Span } from './ast.js';

/** `invalid expression 'TEXT': what is wrong, at 'PART'`. */
export class WhereError extends UsageError {
  constructor(text: string, message: string, span: Span) {
    const part = text.slice(span.start, span.end).trim();
    super(`--where: ${message}${part === '' ? ' at the end' : `: '${part}'`} in '${text}'`);
  }
}
