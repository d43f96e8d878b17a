// Alternatives of a description: which one holds.
import type { R } from '../describe/resolve.js';
import type { Cursor } from '../record/cursor.js';
import { placeReader, wordReader } from './place.js';

/** Which case of a match holds. Without a mask the whole value counts, of which keys are the low word. */
export function chooser<T>(node: R & { kind: 'match' }, depth: number, make: (r: R) => T): (c: Cursor) => T {
  const { mask } = node;
  const cases = new Map(node.cases.map(([key, r]) => [key, make(r)] as const));
  const otherwise = make(node.otherwise);
  if (mask === 0xffffffff) {
    const on = placeReader(node.on, depth);
    return (c) => cases.get(on(c)) ?? otherwise;
  }
  const on = wordReader(node.on, depth);
  return (c) => cases.get((on(c) & mask) >>> 0) ?? otherwise;
}
