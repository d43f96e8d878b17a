// Bundles the command into dist/: one CommonJS file, a V8 code cache beside it, and a loader that joins the two.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lazyCalls } from './lazy-calls.mjs';
import { reportPage } from './report-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Options of both bundles. */
const options = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: ['ffi-rs', '@yuuang/*', 'yargs', 'pino'],
  plugins: [lazyCalls(join(root, 'src', 'syscalls'))],
  // Modules find their neighbours by URL; in the bundle that is the bundle's own.
  define: { 'import.meta.url': 'tstraceUrl' },
  banner: { js: "const tstraceUrl = require('url').pathToFileURL(__filename).href;" },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
};
await build({ ...options, entryPoints: ['src/cli/main.ts'], outfile: join(root, 'dist', 'bundle.cjs') });
// The toolbox is a bundle of its own: the tracer starts without it.
await build({ ...options, entryPoints: ['src/toolbox/main.ts'], outfile: join(root, 'dist', 'toolbox.cjs') });
await build({ ...options, entryPoints: ['src/merge/main.ts'], outfile: join(root, 'dist', 'merge.cjs') });

// The library: one bundle for both kinds of modules, so that its classes exist once; and the process that traces for it.
await build({ ...options, entryPoints: ['src/library/process.ts'], outfile: join(root, 'dist', 'session-bundle.cjs') });
const library = join(root, 'dist', 'library.cjs');
await build({ ...options, minify: false, entryPoints: ['src/library/index.ts'], outfile: library });
const names = Object.keys(createRequire(import.meta.url)(library)).join(', ');
writeFileSync(
  join(root, 'dist', 'library.mjs'),
  `import library from './library.cjs';\nexport const { ${names} } = library;\n`,
);
// What --report fills in, read only then.
writeFileSync(join(root, 'dist', 'report.html'), await reportPage(root));

// The loader gives V8 the code cache (Node 22 has module.enableCompileCache for this). TSTRACE_CACHE=write makes a run
// write one when it ends: only then does it hold the functions that such a run needs.
function writeLoader(loader, bundle) {
  writeFileSync(
    join(root, 'dist', `${loader}.cjs`),
    `// Made by scripts/build.mjs: runs ${bundle}.cjs with its code cache, which V8 ignores when it is another version's.
'use strict';
const fs = require('fs');
const vm = require('vm');
const file = __dirname + '/${bundle}.cjs';
const cache = __dirname + '/${bundle}.cache';
let cachedData;
try {
  cachedData = fs.readFileSync(cache);
} catch {}
const source = '(function (exports, require, module, __filename, __dirname) {' + fs.readFileSync(file, 'latin1') + '\\n})';
const script = new vm.Script(source, { filename: file, cachedData, importModuleDynamically: vm.constants?.USE_MAIN_CONTEXT_DEFAULT_LOADER });
if (process.env.TSTRACE_CACHE === 'write') process.on('exit', () => fs.writeFileSync(cache, script.createCachedData()));
script.runInThisContext()(exports, require, module, file, __dirname);
`,
  );
  rmSync(join(root, 'dist', `${bundle}.cache`), { force: true });
}
writeLoader('tstrace', 'bundle');
writeLoader('session', 'session-bundle');

// A traced run fills the cache; where tracing is not possible there is none, and start-up is a little slower.
const runToFill = (args) =>
  spawnSync(process.execPath, ['--no-warnings', ...args], {
    cwd: root,
    env: { ...process.env, TSTRACE_CACHE: 'write' },
    stdio: 'ignore',
    timeout: 20_000,
  });
runToFill([join(root, 'dist', 'tstrace.cjs'), '-f', '-o', '/dev/null', '/bin/ls', '/']);
runToFill([
  '-e',
  "(async () => { for await (const _ of require('./dist/library.cjs').trace(['/bin/ls', '/'], { stdio: 'ignore' })); })()",
]);
