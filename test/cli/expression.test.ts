// Sets of -e: system calls by every kind of token, signals, descriptors, words, regular expressions.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AbiName } from '../../src/abi/abi.js';
import { parseDescriptors, parseSignals, parseWords, splitExpression } from '../../src/cli/expression.js';
import { extendedRegex } from '../../src/cli/regex.js';
import { parseSyscallSet } from '../../src/cli/syscall-set.js';
import { generatedTables as tables } from '../../src/cli/tables.js';
import type { SyscallSet } from '../../src/cli/trace-options.js';
import { UsageError } from '../../src/errors.js';

const members = (set: SyscallSet, abi: AbiName): number[] =>
  Array.from({ length: tables.size(abi) }, (_, nr) => nr).filter(
    (nr) => tables.name(abi, nr) !== undefined && set.has(abi, nr),
  );
const names = (text: string, abi: AbiName = 'x86_64'): (string | undefined)[] =>
  members(parseSyscallSet(text, tables), abi).map((nr) => tables.name(abi, nr));

describe('sets of system calls', () => {
  test('names, numbers, regular expressions', () => {
    expect(names('write,0')).toEqual(['read', 'write']);
    expect(names('/^open')).toEqual(['open', 'openat', 'open_by_handle_at', 'open_tree', 'openat2', 'open_tree_attr']);
  });
  test('classes, with and without the percent sign, in any case', () => {
    expect(names('%clock')).toEqual(names('%CLOCK'));
    expect(names('file')).toEqual(names('%file'));
    expect(names('%net')).toEqual(names('%network'));
    expect(names('%file')).toContain('openat');
    expect(names('%file')).not.toContain('write');
  });
  test('personalities', () => {
    expect(names('write@32')).toEqual([]);
    expect(names('write@32', 'i386')).toEqual(['write']);
    expect(names('socketcall', 'i386')).toEqual(['socketcall']);
    expect(names('%creds@64', 'i386')).toEqual([]);
    expect(names('1073741825', 'x32')).toEqual(['write']);
  });
  test('inversion', () => {
    expect(names('!write')).not.toContain('write');
    expect(names('!!write')).toEqual(['write']);
    expect(names('!none')).toEqual(names('all'));
    expect(names('!all')).toEqual([]);
  });
  test('unknown numbers are in every set of what is traced, in none of what is tampered with', () => {
    expect(parseSyscallSet('none', tables).has('x86_64', 999)).toBe(true);
    expect(parseSyscallSet('!all', tables).has('x86_64', 999)).toBe(true);
    expect(parseSyscallSet('none', tables).has('x86_64', 0)).toBe(false);
    expect(parseSyscallSet('none', tables, false).has('x86_64', 999)).toBe(false);
    expect(parseSyscallSet('write', tables).has('x86_64', 999)).toBe(true);
    expect(parseSyscallSet('!write', tables, false).has('x86_64', 999)).toBe(false);
  });
  test('only everything is complete', () => {
    expect(parseSyscallSet('write,all', tables).complete).toBe(true);
    expect(parseSyscallSet('/.', tables).complete).toBe(false);
  });
  test('a question mark forgives', () => expect(names('?nosuch,write,??%nosuch')).toEqual(['write']));
  test.each([
    ['nosuch', "invalid system call 'nosuch'"],
    ['%nosuch', "invalid system call '%nosuch'"],
    ['creds', "invalid system call 'creds'"],
    ['!', "invalid system call '!'"],
    ['340@64', "invalid system call '340@64'"],
    ['80@32@64', "invalid system call '80@32@64'"],
    ['?chdir@65', "incorrect personality designator '65' in qualification 'chdir@65'"],
    ['/[', 'regcomp: [: Invalid regular expression'],
    ['all,none', "invalid system call 'none'"],
  ])('%s is refused', (text, message) => expect(() => parseSyscallSet(text, tables)).toThrow(message));

  test('a set that is printed parses to itself', () => {
    const known = tables.abis.flatMap((abi) =>
      Array.from({ length: tables.size(abi) }, (_, nr) => nr)
        .filter((nr) => tables.name(abi, nr) !== undefined)
        .map((nr) => ({ abi, nr })),
    );
    const designator: Readonly<Record<AbiName, string>> = { x86_64: '64', i386: '32', x32: 'x32' };
    fc.assert(
      fc.property(fc.subarray(known, { minLength: 1, maxLength: 20 }), fc.boolean(), (chosen, inverted) => {
        const text = chosen.map(({ abi, nr }) => `${nr}@${designator[abi]}`).join(',');
        const set = parseSyscallSet((inverted ? '!' : '') + text, tables);
        const listed = new Set(chosen.map(({ abi, nr }) => `${abi} ${nr}`));
        expect(known.every(({ abi, nr }) => set.has(abi, nr) === (listed.has(`${abi} ${nr}`) !== inverted))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });
  test('any text is a set or refused with a UsageError', () => {
    const token = fc.oneof(
      fc.constantFrom('write', '%file', '!', ',', '@64', '/', '?', 'all', 'none', '[', '(', '{', '\\', '*'),
      fc.string({ maxLength: 6 }),
    );
    fc.assert(
      fc.property(fc.array(token, { maxLength: 6 }), (parts) => {
        try {
          parseSyscallSet(parts.join(''), tables);
        } catch (error) {
          expect(error).toBeInstanceOf(UsageError);
        }
      }),
      { numRuns: 400 },
    );
  });
});

describe('POSIX extended regular expressions', () => {
  test.each([
    ['a**b', 'b', true],
    ['^(get|set)[[:alpha:]]*id$', 'getuid', true],
    ['[]a]', ']', true],
    ['[^[:digit:]]', '7', false],
    ['[a-c]{2}$', 'xab', true],
    ['\\<get', 'forget', false],
    ['(a)\\10', 'aa0', true],
    [')', 'a)', true],
    ['a|', '', true],
    ['a.c', 'a/c', true],
  ])('%s on %s', (pattern, text, matches) => expect(extendedRegex(pattern).test(text)).toBe(matches));
  test.each([
    ['(', 'Unmatched ( or \\('],
    ['*', 'Invalid preceding regular expression'],
    ['^*a', 'Invalid preceding regular expression'],
    ['a{1', 'Unmatched \\{'],
    ['a{99999}', 'Regular expression too big'],
    ['a\\', 'Trailing backslash'],
    ['[a', 'Unmatched [, [^, [:, [., or [='],
    ['[z-a]', 'Invalid range end'],
    ['[[:foo:]]', 'Invalid character class name'],
  ])('%s is refused', (pattern, reason) =>
    expect(() => extendedRegex(pattern)).toThrow(`regcomp: ${pattern}: ${reason}`),
  );
});

test('signals by name and number', () => {
  const listed = parseSignals('INT,sigterm,9,rt_1');
  expect(listed === 'all' ? [] : [...listed].sort((a, b) => a - b)).toEqual([2, 9, 15, 33]);
  const inverted = parseSignals('!INT');
  expect(inverted !== 'all' && !inverted.has(2) && inverted.has(3)).toBe(true);
  expect(parseSignals('all')).toBe('all');
  for (const bad of ['nosuch', '256', 'POLL', 'RTMAX', 'all,INT', '+1'])
    expect(() => parseSignals(bad)).toThrow('invalid signal');
});

test('descriptors', () => {
  const set = parseDescriptors('3,+5,');
  expect([2, 3, 5].map((n) => set.has(n))).toEqual([false, true, true]);
  expect(parseDescriptors('!3').has(1_000_000)).toBe(true);
  for (const bad of ['', '-1', '0x3', '3-5', '2147483648'])
    expect(() => parseDescriptors(bad)).toThrow('invalid descriptor');
});

test('words in any case, all but some, none', () => {
  const parse = (text: string): string[] => [...parseWords(text, 'thing', ['one', 'two'], new Map([['uno', 'one']]))];
  expect(parse('ONE,uno')).toEqual(['one']);
  expect(parse('!one')).toEqual(['two']);
  expect(parse('all')).toEqual(['one', 'two']);
  expect(parse('none')).toEqual([]);
  expect(() => parse('one,none')).toThrow("invalid thing 'none'");
});

test('qualifiers by any of their names; anything else is a set of calls', () => {
  expect(splitExpression('fds=1')).toEqual({ qualifier: 'trace-fds', value: '1' });
  expect(splitExpression('s=INT')).toEqual({ qualifier: 'signal', value: 'INT' });
  expect(splitExpression('Trace=x')).toEqual({ qualifier: 'trace', value: 'Trace=x' });
  expect(splitExpression('trace=a=b')).toEqual({ qualifier: 'trace', value: 'a=b' });
});
