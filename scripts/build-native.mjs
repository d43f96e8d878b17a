// Builds native/build/libtstrace.so with the system's C compiler (CC, else cc). `--asan` builds the checked variant; `--prebuilt`
// the libraries that a package carries, for both C libraries that Node.js is built for: native/prebuilt/linux-x64-gnu (glibc
// 2.34 and later) and linux-x64-musl (with musl-gcc).
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

/** Compiles everything into one library; ends this process, with a word on what is needed, where that fails. */
function build(cc, more, output, called, needs) {
  mkdirSync(dirname(output), { recursive: true });
  const result = spawnSync(cc, [...flags, ...more, '-o', output, ...sources], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (!result.error && result.status === 0) return;
  console.error(`tstrace: building ${called} failed; it needs ${needs}`);
  process.exit(1);
}

const NEEDS = "a C compiler and the kernel's headers: apt-get install gcc libc6-dev linux-libc-dev";
if (process.argv.includes('--prebuilt')) {
  const at = (libc) => join(native, 'prebuilt', `linux-x64-${libc}`, 'libtstrace.so');
  build(compiler, ['-s'], at('gnu'), 'the library for glibc', NEEDS);
  // The kernel's headers are none of musl's.
  const kernel = ['-idirafter', '/usr/include/x86_64-linux-gnu', '-idirafter', '/usr/include'];
  build('musl-gcc', ['-s', ...kernel], at('musl'), 'the library for musl', 'musl-gcc: apt-get install musl-tools');
} else {
  const output = join(native, 'build', checked ? 'libtstrace-asan.so' : 'libtstrace.so');
  build(compiler, [], output, checked ? 'the checked native library' : 'the native library', NEEDS);
}
