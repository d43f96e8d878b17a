// What is told to the filter: it may stop too many calls, but never too few, and when it is sure it is right.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AbiName } from '../../src/abi/abi.js';
import { evaluateCondition, type Condition } from '../../src/bpf/condition.js';
import { simplify } from '../../src/bpf/simplify.js';
import { descriptionOf } from '../../src/syscalls/index.js';
import { resolveForm } from '../../src/describe/resolve.js';
import { Cursor } from '../../src/record/cursor.js';
import { Offset } from '../../src/record/layout.js';
import { bind, boundsOf, testsOf, type Bound } from '../../src/where/bind.js';
import { isExact, type Register } from '../../src/where/bounds.js';
import { parseWhere } from '../../src/where/parser.js';
import { where } from '../../src/where/where.js';
import { plainStyle } from './style.js';

const ABI_NAMES: readonly AbiName[] = ['x86_64', 'i386', 'x32'];
const CALLS = [
  'write',
  'openat',
  'mmap',
  'lseek',
  'pread64',
  'ioctl',
  'socket',
  'kill',
  'close',
  'dup2',
  'chmod',
  'clone',
  'fcntl',
  'prctl',
];
/** Which argument chooses the form of a call; others have one form, or choose by the second. */
const KEYS: Readonly<Record<string, number>> = { prctl: 0 };
const NAMES =
  'fd oldfd newfd arg arg2 arg3 flags mode offset count whence domain sig pid prot addr length op pathname buf dirfd'.split(
    ' ',
  );
const CONSTANTS =
  '0 1 2 3 7 -1 -2 100 0x7fffffff 0x80000000 0xffffffff 0x100000000 0x7fffffffffffffff 0xffffffffffffffff NULL O_CREAT AT_FDCWD SIGKILL'.split(
    ' ',
  );

const name = fc.constantFrom(...NAMES, ...CALLS.map((call) => `${call}.fd`), 'mmap.prot', 'lseek.offset', 'ret');
const constant = fc.constantFrom(...CONSTANTS);
const op = fc.constantFrom('==', '!=', '<', '<=', '>', '>=');
const atom = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(name, op, constant).map((parts) => parts.join(' ')) },
  { weight: 2, arbitrary: fc.tuple(name, constant, op, constant).map(([n, mask, o, c]) => `${n} & ${mask} ${o} ${c}`) },
  { weight: 1, arbitrary: fc.tuple(name, constant).map(([n, mask]) => `${n} & ${mask}`) },
  { weight: 1, arbitrary: name },
  { weight: 1, arbitrary: fc.tuple(name, name).map(([p, q]) => `${p} < ${q}`) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('pathname ~ "/etc/*"', 'errno == ENOENT', 'syscall == "write"', 'fd.path ~ "x"'),
  },
);
const { expression } = fc.letrec<{ expression: string }>((tie) => ({
  expression: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    atom,
    tie('expression').map((e) => `!(${e})`),
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((parts) => parts.map((p) => `(${p})`).join(' && ')),
    fc.array(tie('expression'), { minLength: 2, maxLength: 3 }).map((parts) => parts.map((p) => `(${p})`).join(' || ')),
  ),
}));

const EDGES = [
  0n,
  1n,
  2n,
  3n,
  7n,
  100n,
  0x40n,
  0x7fffffffn,
  0x80000000n,
  0xffffffffn,
  0xffffff9cn,
  0x100000000n,
  (1n << 63n) - 1n,
  1n << 63n,
  (1n << 64n) - 1n,
  0xdeadbeef00000002n,
];
const word = fc.oneof(fc.constantFrom(...EDGES), fc.bigInt({ min: 0n, max: (1n << 64n) - 1n }));
const args = fc.tuple(word, word, word, word, word, word);

function record(values: readonly bigint[]): Cursor {
  const bytes = new Uint8Array(new BigUint64Array(14).buffer);
  const view = new DataView(bytes.buffer);
  values.forEach((value, i) => view.setBigUint64(Offset.Args + 8 * i, value, true));
  const c = new Cursor(bytes);
  c.set(0);
  return c;
}

/** Truth with the filter's own tests made and all others guessed. */
function truth(bound: Bound, c: Cursor, guesses: ReadonlyMap<Bound, boolean>): boolean {
  switch (bound.kind) {
    case 'known':
      return bound.value;
    case 'and':
      return bound.of.every((part) => truth(part, c, guesses));
    case 'or':
      return bound.of.some((part) => truth(part, c, guesses));
    case 'not':
      return !truth(bound.of, c, guesses);
    case 'test':
      return bound.phase === 'register' ? bound.test(c) : (guesses.get(bound) ?? false);
  }
}

const pairs = (values: readonly bigint[]): (readonly [number, number])[] =>
  values.map((value) => [Number(value & 0xffffffffn), Number(value >> 32n)]);
const holds = (condition: Register, values: readonly bigint[]): boolean =>
  typeof condition === 'boolean' ? condition : evaluateCondition(condition, pairs(values));

/** Registers as a personality has them: i386 has 32 bits. */
const registers = (abi: AbiName, values: readonly bigint[]): bigint[] =>
  values.map((value) => (abi === 'i386' ? value & 0xffffffffn : value));

describe('boundsOf', () => {
  it('lies around the truth for random expressions, calls, personalities and registers', () => {
    let pushed = 0;
    let settled = 0;
    fc.assert(
      fc.property(
        expression,
        fc.constantFrom(...CALLS),
        fc.constantFrom(...ABI_NAMES),
        fc.array(args, { minLength: 8, maxLength: 8 }),
        fc.infiniteStream(fc.boolean()),
        (text, call, abi, vectors, guess) => {
          const description = descriptionOf(call, abi);
          if (!description) return;
          const parsed = parseWhere(text, (each) => CALLS.includes(each));
          for (const vector of vectors) {
            const values = registers(abi, vector);
            const key = values[KEYS[call] ?? 1];
            const [first, second] = [Number(key & 0xffffffffn), description.variants?.whole ? Number(key >> 32n) : 0];
            const list = resolveForm(call, description, plainStyle(abi), first, second, 0);
            const bound = bind(parsed, { abi, name: call, list, text });
            const own = boundsOf(bound);
            // The filter knows nothing of the form that the arguments choose.
            const { upper, lower } = where(text).bounds(call, description, plainStyle(abi));
            const guesses = new Map<Bound, boolean>(testsOf(bound).map((test) => [test, guess.next().value]));
            const c = record(values);
            const real = truth(bound, c, guesses);
            if (real) {
              expect(holds(upper, values), `${abi} ${call}: ${text}: upper`).toBe(true);
              expect(holds(own.upper, values)).toBe(true);
            } else {
              expect(holds(lower, values), `${abi} ${call}: ${text}: lower`).toBe(false);
              expect(holds(own.lower, values)).toBe(false);
            }
            if (typeof upper !== 'boolean') {
              pushed++;
              const simple = simplify(upper);
              expect(holds(simple, values)).toBe(holds(upper, values));
            } else settled++;
          }
        },
      ),
      { numRuns: 400 },
    );
    expect(pushed).toBeGreaterThan(100);
    expect(settled).toBeGreaterThan(100);
  });

  it.each<[string, AbiName, string, Register]>([
    ['write.fd == 2', 'x86_64', 'write', { op: 'eq', arg: 0, width: 32, value: 2n, signed: true }],
    ['write.fd == 2', 'x86_64', 'read', false],
    ['fd == -1', 'x86_64', 'close', { op: 'eq', arg: 0, width: 32, value: -1n, signed: true }],
    ['fd < 3', 'i386', 'close', { op: 'lt', arg: 0, width: 32, value: 3n, signed: true }],
    ['count > 0x100000000', 'x86_64', 'write', { op: 'gt', arg: 2, width: 64, value: 0x100000000n }],
    ['count > 0x100000000', 'i386', 'write', false],
    ['lseek.offset < 0', 'x86_64', 'lseek', { op: 'lt', arg: 1, width: 64, value: 0n, signed: true }],
    [
      'openat.pathname ~ "/etc/*" && dirfd == 3',
      'x86_64',
      'openat',
      { op: 'eq', arg: 0, width: 32, value: 3n, signed: true },
    ],
    ['ret == 0 || fd == 1', 'x86_64', 'write', true],
    ['syscall == "write"', 'x86_64', 'write', true],
    ['syscall == "write"', 'x86_64', 'read', false],
    ['fd == 5000000000', 'x86_64', 'write', false],
    [
      'pread64.offset == 0x500000001',
      'i386',
      'pread64',
      {
        op: 'and',
        of: [
          { op: 'eq', arg: 3, width: 32, value: 1n },
          { op: 'eq', arg: 4, width: 32, value: 5n, signed: true },
        ],
      },
    ],
  ])('%s on %s: %s', (text, abi, call, expected) => {
    const { upper } = where(text).bounds(call, descriptionOf(call, abi), plainStyle(abi));
    expect(upper).toEqual(expected);
  });

  it.each<[string, string, Register | undefined]>([
    [
      'op == F_DUPFD && arg > 5',
      'fcntl',
      {
        op: 'and',
        of: [
          { op: 'eq', arg: 1, width: 32, value: 0n },
          { op: 'gt', arg: 2, width: 64, value: 5n, signed: true },
        ],
      },
    ],
    ['op == F_SETFL && arg & O_NONBLOCK', 'fcntl', undefined],
    ['prctl.op == PR_SET_NAME', 'prctl', { op: 'eq', arg: 0, width: 32, value: 15n }],
  ])('the form that registers choose: %s', (text, call, expected) => {
    const { upper, lower } = where(text).bounds(call, descriptionOf(call, 'x86_64'), plainStyle('x86_64'));
    const [above, below] = [upper, lower].map((bound) => (typeof bound === 'boolean' ? bound : simplify(bound)));
    if (expected !== undefined) expect(above).toEqual(expected);
    // Registers decide it all.
    expect(isExact({ upper: above, lower: below })).toBe(true);
  });
});

describe('simplify', () => {
  it('joins equalities, and drops what says nothing', () => {
    const eq = (value: bigint, arg = 0): Condition => ({ op: 'eq', arg, width: 32, value });
    expect(simplify({ op: 'or', of: [eq(3n), { op: 'or', of: [eq(1n), eq(3n)] }] })).toEqual({
      op: 'in',
      arg: 0,
      width: 32,
      values: [1n, 3n],
    });
    expect(simplify({ op: 'and', of: [eq(1n), eq(2n)] })).toBe(false);
    expect(simplify({ op: 'and', of: [eq(1n), { op: 'in', arg: 0, width: 32, values: [1n, 5n] }] })).toEqual(eq(1n));
    expect(simplify({ op: 'not', of: { op: 'and', of: [eq(1n), eq(2n, 1)] } })).toEqual({
      op: 'or',
      of: [
        { ...eq(1n), op: 'ne' },
        { ...eq(2n, 1), op: 'ne' },
      ],
    });
    expect(simplify({ op: 'eq', arg: 0, width: 32, mask: 6n, value: 1n })).toBe(false);
    expect(simplify({ op: 'and', of: [] })).toBe(true);
    const notIn = (...values: bigint[]): Condition => ({ op: 'not', of: { op: 'in', arg: 0, width: 32, values } });
    expect(simplify({ op: 'and', of: [eq(1n), notIn(1n, 2n)] })).toBe(false);
    expect(simplify({ op: 'and', of: [notIn(1n, 2n), { op: 'ne', arg: 0, width: 32, value: 3n }] })).toEqual(
      notIn(1n, 2n, 3n),
    );
    expect(simplify({ op: 'and', of: [{ op: 'in', arg: 0, width: 32, values: [1n, 3n] }, notIn(1n, 2n)] })).toEqual(
      eq(3n),
    );
  });
});
