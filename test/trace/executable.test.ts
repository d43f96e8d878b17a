// A PATH that is none: what the installed strace says is in NoProgramError's words.
import { expect, test } from 'vitest';
import { NoProgramError } from '../../src/errors.js';
import { findExecutable } from '../../src/trace/executable.js';

test('without a PATH, and in an empty one, nothing is found but by its path', () => {
  for (const path of [undefined, '', '/nosuch', '/nosuch:'])
    expect(() => findExecutable('true', path)).toThrow(new NoProgramError("Cannot find executable 'true'", 2));
  expect(findExecutable('/bin/true', undefined)).toBe('/bin/true');
});
