// What a rule file consists of, before its labels are resolved.
import type { Instruction } from '../instruction.js';
import type { Span } from './source-error.js';

/** Where a jump goes: a label, or the statement behind the next `skip` ones. */
export type Target =
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'next'; readonly span: Span };

/** One statement makes one instruction. */
export type Statement =
  | { readonly kind: 'plain'; readonly instruction: Instruction; readonly span: Span }
  | { readonly kind: 'goto'; readonly target: Target; readonly span: Span }
  | {
      readonly kind: 'branch';
      readonly code: number;
      readonly k: number;
      /** Undefined: the statement that follows. */
      readonly whenTrue: Target | undefined;
      readonly whenFalse: Target | undefined;
      readonly span: Span;
    };

/** A parsed file: labels stand before the statement with their index (one past the last: at the end). */
export interface ParsedSource {
  readonly statements: readonly Statement[];
  readonly labels: ReadonlyMap<string, { readonly index: number; readonly span: Span }>;
}
