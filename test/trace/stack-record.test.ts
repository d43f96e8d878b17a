// Stacks in records that say more frames than they hold, as those of a changed recording do.
import { expect, test } from 'vitest';
import { Cursor } from '../../src/record/cursor.js';
import { Offset, RegionOffset } from '../../src/record/layout.js';
import { readStack } from '../../src/trace/stack.js';

/** A record of a stack: how many frames it says to have, with source lines or not, and their text. */
function stack(count: number, withSource: boolean, text: string): Cursor {
  const at = Offset.Regions + RegionOffset.Bytes;
  const bytes = Buffer.alloc((at + text.length + 7) & ~7);
  bytes.writeUInt32LE(bytes.length, Offset.Size);
  bytes.writeUInt16LE(1, Offset.RegionCount);
  bytes.writeUInt32LE(count, Offset.Args);
  bytes.writeUInt32LE(withSource ? 1 : 0, Offset.Args + 16);
  bytes.writeUInt32LE(at, Offset.Regions + RegionOffset.Offset);
  bytes.writeUInt32LE(text.length, Offset.Regions + RegionOffset.Length);
  bytes.write(text, at, 'latin1');
  const c = new Cursor(new Uint8Array(bytes));
  c.set(0);
  return c;
}

const frame = { file: 'f', symbol: 's', offset: '1', address: '2' };

test.each([1, 2, 0xffffffff])('%i frames of one', (count) => {
  expect(readStack(stack(count, false, 'f\0s\x001\x002\0')).frames).toEqual([frame]);
  expect(readStack(stack(count, true, 'f\0s\x001\x002\0a.c:1\0\0')).frames).toEqual([
    { ...frame, source: 'a.c:1', inlined: [] },
  ]);
  expect(readStack(stack(count, true, 'f\0s\x001\x002\0')).frames).toEqual([{ ...frame, source: '', inlined: [] }]);
});
