// Numbers that C and TypeScript both write down: the headers and their twins agree.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ROOT } from './harness/run.js';
import { Op, PathMode, PidWhat } from '../src/capture/opcode.js';
import { Verdict } from '../src/binding/tracer.js';
import { Event, RecordFlag } from '../src/record/layout.js';
import { VERSION } from '../src/version.js';

const header = (name: string): string => readFileSync(join(ROOT, 'native', name), 'utf8');

/** Enumerators with values, by a prefix, as `NAME -> value`. */
function enumerators(text: string, prefix: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const [, name, value] of text.matchAll(new RegExp(`^\\s*${prefix}(\\w+) = (\\d+)`, 'gm')))
    found.set(name, Number(value));
  return found;
}
const plain = (name: string): string => name.replace(/_/g, '').toUpperCase();

function compare(c: Map<string, number>, ts: object): void {
  const byName = new Map([...c].map(([name, value]) => [plain(name), value] as const));
  for (const [name, value] of Object.entries(ts))
    if (typeof value === 'number') expect([name, byName.get(plain(name))]).toEqual([name, value]);
}

describe('twins', () => {
  test('operations of plans', () => compare(enumerators(header('plan.h'), 'OP_'), Op));
  test('what is told of descriptors', () => compare(enumerators(header('plan.h'), 'PATH_'), PathMode));
  test('what is told of processes', () => compare(enumerators(header('plan.h'), 'PID_'), PidWhat));
  test('verdicts', () => {
    const line = /enum verdict \{(.*)\}/.exec(header('tracer.h'))?.[1] ?? '';
    compare(enumerators(line.replaceAll(', ', '\n'), ' ?VERDICT_'), Verdict);
  });
  test('events', () => compare(enumerators(header('record.h'), 'EV_'), Event));
  test('record flags', () => {
    const c = enumerators(header('record.h'), 'RF_');
    compare(new Map([...c].map(([name, value]) => [name === 'NO_RET' ? 'NO_RETURN' : name, value])), RecordFlag);
  });
  test('the version is that of package.json', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(VERSION).toBe(version);
  });
});
