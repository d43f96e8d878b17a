// What npm runs when the package is installed: where the library that came with it cannot be loaded (another C library, an
// older one), it is built from its source. In the project's own tree there is nothing to do: `npm run build` builds it.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const require = createRequire(import.meta.url);

/** Whether this machine's loader takes the library that came with the package. */
function loads() {
  for (const libc of ['gnu', 'musl'])
    try {
      const path = join(root, 'native', 'prebuilt', `linux-x64-${libc}`, 'libtstrace.so');
      const ffi = require(`@yuuang/ffi-rs-linux-x64-${libc}`);
      ffi.open({ library: 'tstrace', path });
      return true;
    } catch {
      // Not for this C library.
    }
  return false;
}

if (process.platform !== 'linux' || process.arch !== 'x64') {
  console.error(`tstrace: runs on Linux on x86_64 only, not on ${process.platform} ${process.arch}`);
  process.exit(1);
}
if (!existsSync(join(root, 'src', 'cli')) && !loads()) {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'build-native.mjs')], { stdio: 'inherit' });
  process.exit(built.status ?? 1);
}
