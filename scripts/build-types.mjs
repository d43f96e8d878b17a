// Declarations of the library, for both kinds of modules: dist/types, and a copy whose package.json says CommonJS.
import { spawnSync } from 'node:child_process';
import { cpSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const types = join(root, 'dist', 'types');
const copy = join(root, 'dist', 'types-cjs');
for (const dir of [types, copy]) rmSync(dir, { recursive: true, force: true });
const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
const { status } = spawnSync(process.execPath, [compiler, '-p', join(root, 'tsconfig.types.json')], {
  stdio: ['ignore', 'inherit', 'inherit'],
});
if (status !== 0) process.exit(1);
cpSync(types, copy, { recursive: true });
writeFileSync(join(copy, 'package.json'), '{ "type": "commonjs" }\n');
