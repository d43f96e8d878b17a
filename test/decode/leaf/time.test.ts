import { beforeAll, describe, expect, test } from 'vitest';
import { dateText, farDateText } from '../../../src/decode/leaf/time.js';

beforeAll(() => {
  process.env.TZ = 'UTC';
});

describe('dates as strftime writes them', () => {
  // Each pair is what strace 6.1 printed for utime(2) with these seconds.
  test.each([
    [1, '1970-01-01T00:00:01+0000'],
    [-1, '1969-12-31T23:59:59+0000'],
    [253402300799, '9999-12-31T23:59:59+0000'],
    [253402300800, '10000-01-01T00:00:00+0000'],
    [-62135596800, '1-01-01T00:00:00+0000'],
    [-62135596801, '0-12-31T23:59:59+0000'],
    [-62167219201, '-1-12-31T23:59:59+0000'],
    [-377705116800, '-9999-01-01T00:00:00+0000'],
    [8640000000001, '275760-09-13T00:00:01+0000'],
    [99999999999999, '3170843-11-07T09:46:39+0000'],
    [9007199254740991, '285428751-11-12T07:36:31+0000'],
    [-9007199254740991, '-285424812-02-20T16:23:29+0000'],
  ])('%d', (seconds, text) => expect(dateText(seconds, 0)).toBe(text));

  test.each([
    [67768036191676799n, '-2147481749-12-31T23:59:59+0000'],
    [67768036191676800n, undefined],
    [-67768040609740800n, '-2147481748-01-01T00:00:00+0000'],
    [-67768040609740801n, undefined],
    [9007199254740993n, '285428751-11-12T07:36:33+0000'],
    [-9007199254740993n, '-285424812-02-20T16:23:27+0000'],
    [4611686018427387904n, undefined],
    [-9223372036854775808n, undefined],
  ])('%d, which a number does not hold', (seconds, text) =>
    expect(farDateText(Number(seconds >> 32n), Number(seconds & 0xffffffffn), 0)).toBe(text),
  );

  test('a fraction has as many digits as its unit', () => {
    expect(dateText(1, 5)).toBe('1970-01-01T00:00:01.000000005+0000');
    expect(dateText(1, 5, 6)).toBe('1970-01-01T00:00:01.000005+0000');
  });

  test('there is no date for the epoch itself and for impossible fractions', () => {
    expect(dateText(0, 0)).toBeUndefined();
    expect(dateText(1, 1e9)).toBeUndefined();
    expect(dateText(1, -1)).toBeUndefined();
    expect(dateText(1, 1e6, 6)).toBeUndefined();
  });
});
