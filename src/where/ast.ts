// The expression of --where, as it was written. Names are not looked up yet: what they mean differs from call to call.

/** A stretch of the text, for messages. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A number, or what stands for one. */
export type Constant =
  | { readonly kind: 'number'; readonly value: bigint }
  /** `O_CREAT`; what it is depends on what it is compared with. */
  | { readonly kind: 'name'; readonly name: string; readonly span: Span }
  | { readonly kind: 'negative'; readonly of: Constant }
  | { readonly kind: 'or' | 'and'; readonly left: Constant; readonly right: Constant }
  | { readonly kind: 'shift'; readonly left: Constant; readonly right: Constant; readonly span: Span };

/** A step from an object to its part. */
export type Step = { readonly kind: 'field'; readonly name: string } | { readonly kind: 'index'; readonly at: number };

/** `fd`, `write.fd`, `fstat.statbuf.st_size`, `execve.argv[1]`, `ret`, `errno`, `syscall`. */
export interface Path {
  /** Only in this call; undefined: in any that has it. */
  readonly call: string | undefined;
  readonly name: string;
  readonly steps: readonly Step[];
  readonly span: Span;
}

/** One side of a comparison. */
export type Value =
  | { readonly kind: 'path'; readonly path: Path; readonly mask: Constant | undefined }
  | { readonly kind: 'constant'; readonly of: Constant; readonly span: Span }
  | { readonly kind: 'string'; readonly bytes: Buffer; readonly span: Span };

export type Comparison = 'eq' | 'ne' | 'lt' | 'le' | 'gt' | 'ge';

/** An expression that holds for a call or does not. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly of: readonly Expression[] }
  | { readonly kind: 'not'; readonly of: Expression }
  | {
      readonly kind: 'compare';
      readonly op: Comparison;
      readonly left: Value;
      readonly right: Value;
      readonly span: Span;
    }
  /** `~` and `=~`: the pattern works on bytes, one character for each. */
  | { readonly kind: 'match'; readonly path: Path; readonly pattern: RegExp; readonly span: Span }
  /** A value alone: it is not 0. */
  | { readonly kind: 'truth'; readonly of: Value; readonly span: Span };

/** The paths in an expression, in order. */
export function pathsIn(expression: Expression): Path[] {
  const ofValue = (value: Value): Path[] => (value.kind === 'path' ? [value.path] : []);
  switch (expression.kind) {
    case 'and':
    case 'or':
      return expression.of.flatMap(pathsIn);
    case 'not':
      return pathsIn(expression.of);
    case 'compare':
      return [...ofValue(expression.left), ...ofValue(expression.right)];
    case 'match':
      return [expression.path];
    case 'truth':
      return ofValue(expression.of);
  }
}
