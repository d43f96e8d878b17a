// The layers of ARCHITECTURE.md: who may import whom. Types are free; values are not.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const src = fileURLToPath(new URL('../src', import.meta.url));
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
  merge: ['.'],
  toolbox: ['abi', 'binding', 'bpf', 'capture', 'describe', 'record', 'trace', '.'],
  cli: ['abi', 'binding', 'trace', 'bpf', '.'],
  library: ['abi', 'binding', 'cli', 'decode', 'record', 'trace', '.'],
};

function files(dir: string): string[] {
  return readdirSync(dir).flatMap((name) => {
    const path = join(dir, name);
    return statSync(path).isDirectory() ? files(path) : path.endsWith('.ts') ? [path] : [];
  });
}

test('imports follow the layers', () => {
  const wrong: string[] = [];
  for (const file of files(src)) {
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
