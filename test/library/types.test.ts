// The types of arguments are generated from the descriptions: what events hold is what the types say, for every call of the
// table with twenty kinds of arguments, for programs that do things, and on both personalities.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { allShapes, printCallTypes } from '../../scripts/generate/call-types.js';
import type { ArgumentShapes, Kind, Shape } from '../../scripts/generate/shapes.js';
import type { TraceOptions } from '../../src/library/index.js';
import { trace } from '../../src/library/index.js';
import type { Decoded } from '../../src/library/values.js';
import { RUNS_I386 } from '../harness/machine.js';
import { compile, ROOT } from '../harness/run.js';

/** Members by kind, as src/library/values.ts has them. */
const INTEGER = ['num', 'big', 'hex', 'date', 'note', 'text'];
const MEMBERS: Readonly<Record<Kind, readonly string[]>> = {
  integer: INTEGER,
  constant: [...INTEGER, 'names'],
  descriptor: [...INTEGER, 'names', 'path', 'deleted'],
  scalar: [...INTEGER, 'names', 'path', 'deleted', 'str', 'items', 'inverted'],
  bytes: [...INTEGER, 'str', 'b64', 'len', 'cut'],
  value: [],
};

/** What of a value its shape does not have. */
function strange(value: Decoded | undefined, shape: Shape, path: string): string[] {
  if (value === null || value === undefined || shape.kinds.has('value')) return [];
  const allowed = new Set([...INTEGER, ...[...shape.kinds].flatMap((kind) => MEMBERS[kind])]);
  const { struct, items, changed } = shape;
  if (struct) for (const name of ['struct', 'cut']) allowed.add(name);
  if (items) for (const name of ['items', 'cut', 'inverted', 'names']) allowed.add(name);
  const found: string[] = [];
  for (const [name, member] of Object.entries(value)) {
    if (changed && (name === 'before' || name === 'after')) {
      found.push(...strange(member as Decoded, shape, `${path}.${name}`));
    } else if (!allowed.has(name)) found.push(`${path}.${name}`);
    else if (name === 'items' && items)
      for (const element of member as Decoded[]) found.push(...strange(element, items, `${path}[]`));
    else if (name === 'struct' && struct)
      for (const [field, inner] of Object.entries(member as Record<string, Decoded>)) {
        const known = struct.get(field);
        if (known) found.push(...strange(inner, known, `${path}.${field}`));
        else if (!shape.open) found.push(`${path}.${field}`);
      }
  }
  return found;
}

const shapes = allShapes();
let seen = new Map<string, string>();

/** Every difference of a run, once, with the line where it was first seen; how many calls and values it had. */
async function differences(
  command: readonly string[],
  options: TraceOptions = {},
): Promise<{ found: string[]; calls: number }> {
  seen = new Map();
  let calls = 0;
  for await (const event of trace(command, { stdio: 'ignore', ...options })) {
    if (event.type !== 'syscall') continue;
    calls++;
    const known = shapes.get(event.syscall);
    if (!known && event.syscall.startsWith('syscall_0x')) continue;
    if (!known) seen.set(event.syscall, 'no such name');
    else
      for (const path of compare(event.syscall, event.args, known))
        if (!seen.has(path)) seen.set(path, `${event.line}  ${JSON.stringify(event.args)}`);
  }
  return { found: [...seen].map(([path, line]) => `${path}: ${line}`), calls };
}

function compare(name: string, args: object, { args: known, open }: ArgumentShapes): string[] {
  return Object.entries(args as Record<string, Decoded>).flatMap(([arg, value]) => {
    const shape = known.get(arg);
    if (shape) return strange(value, shape, `${name}.${arg}`);
    return open && arg.startsWith('_') ? [] : [`${name}.${arg}`];
  });
}

test('the types are those that the descriptions give', () => {
  const text = readFileSync(join(ROOT, 'src', 'library', 'generated', 'calls.ts'), 'utf8');
  expect(text.slice(text.indexOf('\n') + 1) === printCallTypes()).toBe(true);
});

test('the comparison sees what does not belong', () => {
  const openat = shapes.get('openat')!;
  expect(compare('openat', { dirfd: { num: 3, path: '/' }, pathname: { str: 'a', len: 1 } }, openat)).toEqual([]);
  expect(compare('openat', { pathname: { items: [] }, path: { num: 1 } }, openat)).toEqual([
    'openat.pathname.items',
    'openat.path',
  ]);
  const nanosleep = shapes.get('clock_nanosleep')!;
  const struct = { tv_sec: { str: '1' }, tv_nano: { num: 1 } };
  expect(compare('clock_nanosleep', { request: { struct } }, nanosleep)).toEqual([
    'clock_nanosleep.request.tv_sec.str',
    'clock_nanosleep.request.tv_nano',
  ]);
});

describe('events are as their types say', () => {
  const programs: Record<string, string> = {};
  beforeAll(() => {
    const sweep = ['-w', '-static', '-no-pie'];
    programs.sweep = compile('sweep.c', sweep);
    programs.sweep32 = compile('sweep.c', [...sweep, '-m32']);
    for (const name of ['file-calls', 'io-calls', 'descriptors', 'sockets', 'versioned'])
      programs[name] = compile(`${name}.c`, ['-w']);
    programs.network = compile('network.c', ['-w', '-static', '-no-pie']);
    programs['netlink-protocols'] = compile('netlink-protocols.c', ['-w', '-static', '-no-pie']);
    programs['process-calls'] = compile('process-calls.c', ['-w', '-static', '-no-pie']);
  });

  test.for<[string, string, string[], TraceOptions]>([
    ['every call that succeeds', 'sweep', ['0', '0', '471'], { describe: true }],
    ['every call that fails', 'sweep', ['22', '0', '471'], { verbose: true }],
    ['every call of 32-bit programs', 'sweep32', ['0', '0', '466'], { verbose: true }],
    ['files', 'file-calls', [], { describe: true, verbose: true }],
    ['input and output', 'io-calls', [], {}],
    ['descriptors', 'descriptors', [], { describe: ['path', 'socket', 'dev', 'eventfd', 'pidfd', 'signalfd'] }],
    ['sockets', 'sockets', [], { describe: ['path', 'socket'] }],
    ['networks', 'network', [], { verbose: true }],
    ['netlink', 'netlink-protocols', [], { verbose: true }],
    ['processes', 'process-calls', [], { verbose: true }],
    ['structures of many versions', 'versioned', [], {}],
  ])('%s', { timeout: 180_000 }, async ([, program, args, options], { skip }) => {
    skip(program === 'sweep32' && !RUNS_I386);
    const { found, calls } = await differences([programs[program], ...args], options);
    expect(calls).toBeGreaterThan(program.startsWith('sweep') ? 8000 : 20);
    expect(found.join('\n')).toBe('');
  });
});
