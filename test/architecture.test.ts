// The layers of ARCHITECTURE.md: who may import whom. Types are free; values are not. And how the tree is kept: short files,
// nothing put off.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const src = join(root, 'src');
const allowed: Readonly<Record<string, readonly string[]>> = {
  '.': ['.'],
  abi: ['.'],
  constants: ['abi'],
  record: [],
  describe: ['abi', 'constants', 'decode/style', '.'],
  bpf: ['.'],
  capture: ['describe', 'decode/style', '.'],
  decode: ['abi', 'constants', 'describe', 'capture', 'record', 'syscalls'],
  syscalls: ['abi', 'constants', 'describe', 'decode', 'record'],
  binding: ['abi', 'record', '.'],
  trace: ['abi', 'binding', 'bpf', 'capture', 'decode', 'describe', 'record', 'syscalls', 'where', '.'],
  where: ['abi', 'bpf', 'capture', 'constants', 'decode', 'describe', 'record', 'syscalls', '.'],
  completion: ['.'],
  merge: ['completion', '.'],
  toolbox: ['abi', 'binding', 'bpf', 'capture', 'describe', 'record', 'trace', '.'],
  cli: ['abi', 'binding', 'completion', 'trace', 'bpf', '.'],
  library: ['abi', 'binding', 'cli', 'decode', 'record', 'trace', '.'],
};

/** What is made, or comes from elsewhere. */
const FOREIGN = ['.git', 'node_modules', 'dist', 'native/build', 'coverage'];

/** Files below a directory whose names end so. */
function files(dir: string, names: RegExp): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    if (FOREIGN.includes(relative(root, path))) return [];
    return statSync(path).isDirectory() ? files(path, names) : names.test(name) ? [path] : [];
  });
}

test('imports follow the layers', () => {
  const wrong: string[] = [];
  for (const file of files(src, /\.ts$/)) {
    const layer = relative(src, file).split('/').slice(0, -1)[0] ?? '.';
    for (const [, target] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (?!type)[^;]*? from '(\.[^']+)';/gm,
    )) {
      const to = relative(src, normalize(join(dirname(file), target))).replace(/\.js$/, '');
      const toLayer = to.includes('/') ? to.split('/')[0] : '.';
      if (toLayer === layer) continue;
      if (!(allowed[layer] ?? []).some((a) => a === toLayer || to === a))
        wrong.push(`${relative(src, file)} imports ${to}`);
    }
  }
  expect(wrong).toEqual([]);
});

test('no source file is long', () => {
  const sources = files(root, /\.(?:[cm]?[jt]sx?|[ch]|css|py|sh)$/).filter((path) => !path.includes('/generated/'));
  expect(sources.length).toBeGreaterThan(600);
  const long = sources
    .map((path) => ({ path: relative(root, path), lines: readFileSync(path, 'utf8').split('\n').length - 1 }))
    .filter(({ lines }) => lines > 500);
  expect(long).toEqual([]);
});

test('nothing is put off', () => {
  const texts = files(root, /\.(?:[cm]?[jt]sx?|[ch]|css|py|sh|html|md|json|groups|[1-8])$|^[^.]+$/);
  expect(texts.length).toBeGreaterThan(650);
  const open = texts.filter((path) => /\b(?:TO|FIX)(?:DO|ME)\b/.test(readFileSync(path, 'utf8')));
  expect(open.map((path) => relative(root, path))).toEqual([]);
});
