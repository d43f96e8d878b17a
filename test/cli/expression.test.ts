import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syscallName, tableSize } from '../../src/abi/syscalls.js';
import { parseSignals, parseSyscallSet } from '../../src/cli/expression.js';

const names = (text: string, abi: 'x86_64' | 'i386' | 'x32' = 'x86_64'): string[] => {
  const set = parseSyscallSet(text);
  const found: string[] = [];
  for (let nr = 0; nr < tableSize(abi); nr++) {
    const name = syscallName(abi, nr);
    if (name !== undefined && set.has(abi, nr)) found.push(name);
  }
  return found;
};

describe('sets of system calls', () => {
  test('names, numbers, regular expressions', () => {
    expect(names('write,0')).toEqual(['read', 'write']);
    expect(names('/^open')).toEqual(['open', 'openat', 'open_by_handle_at', 'open_tree', 'openat2', 'open_tree_attr']);
  });
  test('classes, with and without the percent sign, in any case', () => {
    expect(names('%clock')).toEqual(names('%CLOCK'));
    expect(names('file')).toEqual(names('%file'));
    expect(names('%file')).toContain('openat');
    expect(names('%file')).not.toContain('write');
  });
  test('personalities', () => {
    expect(names('write@32')).toEqual([]);
    expect(names('write@32', 'i386')).toEqual(['write']);
    expect(names('socketcall', 'i386')).toEqual(['socketcall']);
  });
  test('inversion', () => expect(names('!write')).not.toContain('write'));
  test('unknown numbers are in every set', () => {
    expect(parseSyscallSet('none').has('x86_64', 999)).toBe(false);
    expect(parseSyscallSet('write').has('x86_64', 999)).toBe(true);
  });
  test('a question mark forgives', () => expect(names('?nosuch,write')).toEqual(['write']));
  test.each([
    ['nosuch', "invalid system call 'nosuch'"],
    ['%nosuch', "invalid system call '%nosuch'"],
    ['chdir@65', "incorrect personality designator '65' in qualification 'chdir@65'"],
    ['/[', 'regcomp: [: Invalid regular expression'],
    ['all,none', "invalid system call 'none'"],
  ])('%s', (text, message) => expect(() => parseSyscallSet(text)).toThrow(message));
  test('a set that is printed by name parses to itself', () => {
    const all = Array.from({ length: 300 }, (_, nr) => nr).filter((nr) => syscallName('x86_64', nr) !== undefined);
    fc.assert(
      fc.property(fc.subarray(all, { minLength: 1, maxLength: 20 }), (numbers) => {
        const set = parseSyscallSet(numbers.map((nr) => syscallName('x86_64', nr)).join(','));
        for (const nr of all) expect(set.has('x86_64', nr)).toBe(numbers.includes(nr));
      }),
      { numRuns: 50 },
    );
  });
});

test('signals by name and number', () => {
  expect([...parseSignals('INT,sigterm,9')].sort((a, b) => a - b)).toEqual([2, 9, 15]);
  expect(parseSignals('!INT').has(2)).toBe(false);
  expect(() => parseSignals('nosuch')).toThrow("invalid signal 'nosuch'");
});
