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
function pack(hot, caches) {
  writeFileSync(dist('hot.cjs'), hotScript(chunks, hot));
  const cold = [...chunks.keys()].filter((name) => !hot.includes(name));
  writeFileSync(dist('cold.pack'), coldPack(chunks, cold, caches));
}
/** A run that writes what it needed; undefined where it did not. */
function needed(what, file, ...args) {
  rmSync(dist(file), { force: true });
  spawnSync(process.execPath, ['--no-warnings', dist('tstrace.cjs'), '-f', '-o', '/dev/null', ...args], {
    cwd: root,
    env: { ...process.env, TSTRACE_CACHE: what },
    stdio: 'ignore',
    timeout: 20_000,
  });
  return existsSync(dist(file)) ? readFileSync(dist(file), 'utf8') : undefined;
}
const PLAIN = ['-e', 'trace=all', '/bin/true'];
const served = `const net = require('net');
const server = net.createServer((peer) => peer.end('x')).listen(0, '127.0.0.1', () =>
  net.connect(server.address().port, '127.0.0.1').on('close', () => server.close()).resume());`;
/** What else is done often. */
const OFTEN = [
  ['-n', '-e', 'trace=%file', '/bin/true'],
  ['-n', '-e', 'trace=openat', '--where', 'flags & O_CREAT', '/bin/true'],
  ['--json', '-yy', '-tt', 'sh', '-c', 'ls -l / | cat'],
  ['-yy', '-v', '-T', 'sh', '-c', 'ls -l / | cat; exit 1'],
  ['-c', '/bin/ls', '/'],
  ['sh', '-c', 'sleep 0.01; kill -0 $$; ulimit -n; umask; cat < /dev/null > /dev/null 2>&1'],
  // What servers and interpreters call.
  [process.execPath, '-e', served],
];
rmSync(dist('hot.cache'), { force: true });
writeFileSync(dist('tstrace.cjs'), loader('main'));
writeFileSync(dist('session.cjs'), loader('session'));
pack(reached);
const hot = needed('list', 'hot.list', ...PLAIN)?.split('\n') ?? reached;
pack(hot);
needed('hot', 'hot.cache', ...PLAIN);
const caches = new Map();
for (const args of OFTEN)
  for (const [name, cache] of Object.entries(JSON.parse(needed('cold', 'cold.list', ...args) ?? '{}')))
    caches.set(name, Buffer.from(cache, 'base64'));
pack(hot, caches);
for (const name of ['hot.list', 'cold.list']) rmSync(dist(name), { force: true });
