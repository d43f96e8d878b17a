import { closeSync, openSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Stream } from '../../src/trace/destination.js';

describe('a disk that stays full', () => {
  let full = -1;
  beforeEach(() => void (full = openSync('/dev/full', 'w')));
  afterEach(() => closeSync(full));

  const text = ({ sink }: Stream): string => Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
  /** Prints so many lines, and looks how much is kept after each thousand. */
  const most = (stream: Stream, lines: number): number => {
    let kept = 0;
    for (let i = 1; i <= lines; i++) {
      stream.sink.text(`${String(i).padStart(6)} write(1, "0123456789", 10) = 10\n`);
      if (i % 1000 > 0) continue;
      stream.flush();
      kept = Math.max(kept, stream.sink.pos);
    }
    return kept;
  };

  test('keeps a part of the lines, all of them whole, and the one that is begun', () => {
    const stream = new Stream(full, false);
    expect(most(stream, 60_000)).toBeGreaterThan(500_000);
    expect(most(stream, 60_000)).toBeLessThan(1.2 * (1 << 20));
    stream.sink.text('     7 read(0, ');
    // A painter counts what is seen.
    stream.sink.lineStart += 5;
    stream.flush();
    expect(stream.failure).toMatchObject({ code: 'ENOSPC', message: 'No space left on device' });
    const lines = text(stream).split('\n');
    expect(lines.pop()).toBe('     7 read(0, ');
    expect(lines.filter((line) => !/^ *\d+ write\(1, "0123456789", 10\) = 10$/.test(line))).toEqual([]);
  });

  test('keeps nothing of what is not in lines, once a part of it is lost', () => {
    const stream = new Stream(full, false);
    stream.inLines = false;
    expect(most(stream, 60_000)).toBeGreaterThan(500_000);
    most(stream, 1000);
    expect(text(stream)).toBe('');
  });
});
