import { expect, test } from 'vitest';
import { compileCall } from '../../src/decode/call.js';
import { memo } from '../../src/decode/memo.js';
import { arg, callFound, i32, u32 } from '../../src/describe/combinators.js';
import type { VariantSpec } from '../../src/describe/combinators.js';
import { DEFAULT_STYLE } from '../harness/print.js';

/** A function of two words, and how often it was asked. */
function counted(): { find: (first: number, second: number) => { text: string }; asked: () => number } {
  let asked = 0;
  return {
    find: (first, second) => {
      asked++;
      return { text: `${first},${second}` };
    },
    asked: () => asked,
  };
}

test('what was found for two words is not looked for again', () => {
  const { find, asked } = counted();
  const kept = memo(find);
  const pairs = [
    [1, 0],
    [0, 1],
    [0xffffffff, 0xffffffff],
  ] as const;
  for (let round = 0; round < 3; round++)
    for (const [first, second] of pairs) expect(kept(first, second).text).toBe(`${first},${second}`);
  expect(asked()).toBe(pairs.length);
});

test('there is an end to what is kept, and results stay right behind it', () => {
  const { find, asked } = counted();
  const kept = memo(find);
  const many = 10_000;
  for (let round = 0; round < 2; round++) for (let i = 0; i < many; i++) expect(kept(i, 7).text).toBe(`${i},7`);
  expect(asked()).toBeGreaterThan(many);
  expect(asked()).toBeLessThan(2 * many);
});

test("a call's form is looked for once for each key", () => {
  const asked: number[] = [];
  const forms: Record<number, VariantSpec> = { 1: [{ value: i32 }], 2: [{ value: u32 }] };
  const call = callFound(
    { op: u32 },
    arg('op'),
    undefined,
    (op) => {
      asked.push(op);
      return forms[op];
    },
    () => Object.values(forms),
    {},
  );
  const { selection } = compileCall('probe', call, DEFAULT_STYLE, 2);
  const variants = [1, 2, 1, 2, 3, 1, 3].map((op) => selection?.variant(op, 0));
  expect(variants).toEqual([0, 1, 0, 1, 2, 0, 2]);
  expect(asked).toEqual([1, 2, 3]);
});
