// Names in fixed arrays whose length stands in another member, and numbers of elements that are signed.
import { atMost, chars, field, holds, least, lessBy, noBit, sibling, times } from '../../describe/combinators.js';
import type { FieldSpec } from '../../describe/combinators.js';
import type { Ref } from '../../describe/node.js';

/** A signed number of so many bytes, but no more than `most`, and 0 for what is negative. */
export const notNegative = (number: Ref, bytes: 1 | 2 | 4, most: number): Ref =>
  least(number, times(holds(noBit(number, 2 ** (8 * bytes - 1))), most));

/**
 * A name in `size` bytes, of as many as the member `length` says (a number of so many bytes), behind which a NUL is
 * expected: without one the name is cut.
 */
export const counted = (size: number, length: string, bytes: 1 | 2 | 4, signed = true): FieldSpec[string] => {
  const number = sibling(length);
  const given = signed ? notNegative(number, bytes, size) : number;
  return field({ ...chars(size), limit: 'path' }, { upTo: atMost(lessBy(given, -1), size) });
};
