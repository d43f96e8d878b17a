// Builds native/build/libtstrace.so with the system's C compiler (CC, else cc). `--asan` builds the checked variant.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const native = join(root, 'native');
const checked = process.argv.includes('--asan');
const analyze = process.argv.includes('--analyze');
const compiler = process.env.CC ?? 'cc';
const sources = readdirSync(native)
  .filter((name) => name.endsWith('.c'))
  .map((name) => join(native, name));
mkdirSync(join(native, 'build'), { recursive: true });
const output = join(native, 'build', checked ? 'libtstrace-asan.so' : 'libtstrace.so');
const flags = [
  '-std=gnu11',
  '-fPIC',
  '-shared',
  '-pthread',
  '-Wall',
  '-Wextra',
  '-Werror',
  '-fvisibility=hidden',
  ...(checked ? ['-O1', '-g', '-fsanitize=address,undefined', '-fno-omit-frame-pointer'] : ['-O2', '-g1']),
  ...(analyze ? ['-fanalyzer'] : []),
];
const result = spawnSync(compiler, [...flags, '-o', output, ...sources], { stdio: ['ignore', 'inherit', 'inherit'] });
if (result.error || result.status !== 0) {
  console.error(
    `tstrace: building ${checked ? 'the checked ' : ''}native library failed; it needs a C compiler and the kernel's headers: apt-get install gcc libc6-dev linux-libc-dev`,
  );
  process.exit(1);
}
