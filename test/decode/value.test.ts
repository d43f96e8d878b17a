// Printed arguments read back: strings lose no byte, numbers keep what they are, structure is kept.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { quote } from '../../src/decode/quote.js';
import { Sink } from '../../src/decode/sink.js';
import { readArguments, unescape } from '../../src/decode/value.js';

const printed = (print: (s: Sink) => void): string => {
  const sink = new Sink();
  print(sink);
  return Buffer.from(sink.buf.subarray(0, sink.pos)).toString('latin1');
};

describe('values', () => {
  test('strings come back byte for byte, whatever stands around them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.boolean(), (bytes, cut) => {
        const text = printed((s) => quote(s, bytes, 0, bytes.length, 'none', cut));
        expect(unescape(text.slice(1, text.lastIndexOf('"')))).toEqual(Buffer.from(bytes));
        const { a, b } = readArguments(`a={x=${text}, y=[${text}]}, b=7`);
        const value = a?.struct?.x;
        const back = value?.b64 === undefined ? Buffer.from(value?.str ?? '') : Buffer.from(value.b64, 'base64');
        expect(back).toEqual(Buffer.from(bytes));
        expect(value?.cut).toBe(cut ? true : undefined);
        expect(a?.struct?.y?.items).toEqual([value]);
        expect(b).toEqual({ num: 7 });
      }),
    );
  });

  test.each([
    'UNIX-STREAM:[80243->80244]',
    'UNIX-STREAM:[80243->80244, "/run/a]>b"]',
    'TCPv6:[[::1]:80->[::1]:45678]',
    'anon_inode:[eventpoll]',
    '/tmp/what[ever',
    '/dev/pts/3<char 136:3>',
    'pid:7<sh>',
  ])('what stands behind a descriptor does not end what it stands in: %s', (path) => {
    const { a, b } = readArguments(`a=[{fd=3<${path}>, events=0x1 /* POLLIN */}], b=4<${path}>`);
    expect(a?.items?.[0]?.struct).toEqual({ fd: { num: 3, path }, events: { num: 1, hex: '0x1', names: ['POLLIN'] } });
    expect(b).toEqual({ num: 4, path });
  });

  test('integers of any base and size', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }), (n) => {
        const hex = n === 0n ? '0' : `0x${n.toString(16)}`;
        const { d, h } = readArguments(`d=${n}, h=${hex}`);
        const number = n <= BigInt(Number.MAX_SAFE_INTEGER) ? { num: Number(n) } : { big: n.toString() };
        expect(d).toEqual(number);
        expect(h).toEqual(n === 0n ? { num: 0 } : { ...number, hex });
      }),
    );
  });

  test.each([
    ['a=NULL', { a: null }],
    ['a=0644', { a: { num: 0o644 } }],
    ['a=-100 /* AT_FDCWD */</root>', { a: { num: -100, names: ['AT_FDCWD'], path: '/root' } }],
    ['a=3</x y>(deleted)', { a: { num: 3, path: '/x y', deleted: true } }],
    ['a=-0x1, b=-7, c=-0777, d=0', { a: { num: -1, hex: '-0x1' }, b: { num: -7 }, c: { num: -511 }, d: { num: 0 } }],
    ['a=0x63 /* SEEK_??? */', { a: { num: 99, hex: '0x63', names: [] } }],
    ['a=0x7ffc /* 39 vars */', { a: { num: 0x7ffc, hex: '0x7ffc', note: '39 vars' } }],
    ['a=[16 => 28]', { a: { items: [{ before: { num: 16 }, after: { num: 28 } }] } }],
    ['a={b=1, ...}', { a: { struct: { b: { num: 1 } }, cut: true } }],
    ['a=~[], b=[1, 2, ...]', { a: { items: [], inverted: true }, b: { items: [{ num: 1 }, { num: 2 }], cut: true } }],
    ['a={b={c="}, {"}}, d=1', { a: { struct: { b: { struct: { c: { str: '}, {', len: 4 } } } } }, d: { num: 1 } }],
    ['a=makedev(0x8, 0x1)', { a: { text: 'makedev(0x8, 0x1)' } }],
    [
      'a=htons(80), b=htonl(7), c=htobe64(72623859790382856), d=htons(0x800 /* ETH_P_IP */)',
      {
        a: { num: 80 },
        b: { num: 7 },
        c: { big: '72623859790382856' },
        d: { num: 0x800, hex: '0x800', names: ['ETH_P_IP'] },
      },
    ],
    ['a=8192*1024', { a: { num: 8388608 } }],
    ['a="x"...@300', { a: { str: 'x', len: 300, cut: true } }],
  ])('%s', (text, expected) => {
    expect(readArguments(text)).toEqual(expected);
  });

  test('constants inside of macros, and sets of signals', () => {
    expect(readArguments('op=5 /* QCMD(0x1 /* Q_SYNC */, USRQUOTA) */, id=1')).toEqual({
      op: { num: 5, note: 'QCMD(0x1 /* Q_SYNC */, USRQUOTA)' },
      id: { num: 1 },
    });
    const signals = [
      { num: 1, names: ['HUP'] },
      { num: 32, names: ['RTMIN'] },
    ];
    expect(readArguments('set=~[1 /* HUP */ 32 /* RTMIN */], how=[1 /* HUP */ 33]')).toEqual({
      set: { items: signals, inverted: true },
      how: { items: [signals[0], { num: 33 }] },
    });
  });

  test('no text makes it fail or hang', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 80, unit: fc.constantFrom(...'{}[]()<>"\'=,. \\/*|~a0x1-@') }), (text) => {
        readArguments(text);
      }),
      { numRuns: 3000 },
    );
  });
});
