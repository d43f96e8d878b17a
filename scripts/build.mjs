// Bundles the commands and the library into dist/.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildChunks, coldPack, hotScript, loader } from './chunks.mjs';
import { lazyCalls } from './lazy-calls.mjs';
import { reportPage } from './report-page.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

const calls = join(root, 'src', 'syscalls');

/** Options of all bundles. */
const common = {
  absWorkingDir: root,
  bundle: true,
  platform: 'node',
  target: 'node20',
  external: ['ffi-rs', '@yuuang/*', 'yargs', 'pino'],
  // Modules find their neighbours by URL; in the bundle that is the bundle's own.
  define: { 'import.meta.url': 'tstraceUrl' },
  minifyWhitespace: true,
  minifySyntax: true,
  legalComments: 'none',
  logLevel: 'error',
};
const options = {
  ...common,
  format: 'cjs',
  plugins: [lazyCalls(calls, 'require')],
  banner: { js: "const tstraceUrl = require('url').pathToFileURL(__filename).href;" },
};
// The toolbox is a bundle of its own: the tracer starts without it.
await build({ ...options, entryPoints: ['src/toolbox/main.ts'], outfile: join(root, 'dist', 'toolbox.cjs') });
await build({ ...options, entryPoints: ['src/merge/main.ts'], outfile: join(root, 'dist', 'merge.cjs') });

// The library: one bundle for both kinds of modules, so that its classes exist once; and the process that traces for it.
const library = join(root, 'dist', 'library.cjs');
await build({ ...options, minify: false, entryPoints: ['src/library/index.ts'], outfile: library });
const names = Object.keys(createRequire(import.meta.url)(library)).join(', ');
writeFileSync(
  join(root, 'dist', 'library.mjs'),
  `import library from './library.cjs';\nexport const { ${names} } = library;\n`,
);
// What --report fills in, read only then.
writeFileSync(join(root, 'dist', 'report.html'), await reportPage(root));

// Where a chunk is kept is said by a traced run of a program that does what every program does (what more would be kept hot
// costs every start more than it saves some); where tracing is not possible, by imports, and start-up is a little slower.
const { chunks, reached } = await buildChunks(
  { ...common, plugins: [lazyCalls(calls, 'import')] },
  {
    main: 'src/cli/main.ts',
    session: 'src/library/process.ts',
  },
);
const dist = (name) => join(root, 'dist', name);
function pack(hot) {
  writeFileSync(dist('hot.cjs'), hotScript(chunks, hot));
  const cold = [...chunks.keys()].filter((name) => !hot.includes(name));
  writeFileSync(dist('cold.pack'), coldPack(chunks, cold), 'latin1');
}
const runToFill = (what) =>
  spawnSync(process.execPath, ['--no-warnings', dist('tstrace.cjs'), '-f', '-o', '/dev/null', '/bin/true'], {
    cwd: root,
    env: { ...process.env, TSTRACE_CACHE: what },
    stdio: 'ignore',
    timeout: 20_000,
  });
for (const name of ['hot.list', 'hot.cache']) rmSync(dist(name), { force: true });
writeFileSync(dist('tstrace.cjs'), loader('main'));
writeFileSync(dist('session.cjs'), loader('session'));
pack(reached);
runToFill('list');
if (existsSync(dist('hot.list'))) {
  pack(readFileSync(dist('hot.list'), 'utf8').split('\n'));
  rmSync(dist('hot.list'));
}
runToFill('write');
