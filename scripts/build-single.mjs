// npm run build:single: one file that runs from anywhere, dist/single/tstrace: launcher/tstrace.sh, and behind it what npm
// would install, packed. The first run of a version unpacks it into the user's cache directory. It needs node, tar and gzip.
import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tstrace-single-'));

/** The bytes that a command writes. */
const output = (command, args, cwd = root) => run(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] }).stdout;

/** The launcher, with its search for the package replaced by the unpacking of this file. */
function launcher(hash) {
  const text = readFileSync(join(root, 'launcher', 'tstrace.sh'), 'latin1');
  const [, before, after] = /^([^]*)# Where the package lies\.\n[^]*?# End of the search\.\n([^]*)$/.exec(text) ?? [];
  if (before === undefined) throw new Error('launcher/tstrace.sh has no marks around its search for the package');
  const unpacking = `# Where the package lies: it is behind this script, and was unpacked when this version ran first.
ts_root=
for ts_place in "\${XDG_CACHE_HOME:-\${HOME:-/nonexistent}/.cache}/tstrace" "\${TMPDIR:-/tmp}/tstrace-$(id -u)"; do
	if [ ! -d "$ts_place/${hash}" ]; then
		(umask 077; mkdir -p "$ts_place") 2>/dev/null && [ -O "$ts_place" ] && ts_new=$(mktemp -d "$ts_place/new.XXXXXX") 2>/dev/null || continue
		sed '1,/^# The packed rest\\.$/d' "$ts_self" | tar -xzf - -C "$ts_new" && mv -T "$ts_new" "$ts_place/${hash}" 2>/dev/null
		rm -rf "$ts_new"
	fi
	if [ -O "$ts_place/${hash}" ]; then
		ts_root=$ts_place/${hash}
		break
	fi
done
if [ -z "$ts_root" ]; then
	echo 'tstrace: cannot unpack itself: neither the cache directory nor the temporary one can be written' >&2
	exit 1
fi
`;
  const toolbox = `case \${0##*/} in
tstrace-bpf | tstrace-merge) exec "$ts_root/bin/\${0##*/}" "$@" ;;
esac
`;
  return `${before}${unpacking}${toolbox}${after}exit 1\n# The packed rest.\n`;
}

try {
  output('npm', ['pack', '--silent', '--pack-destination', dir]);
  const [tarball] = readdirSync(dir).filter((name) => name.endsWith('.tgz'));
  const stage = join(dir, 'stage');
  mkdirSync(stage);
  writeFileSync(join(stage, 'package.json'), '{ "private": true }\n');
  output('npm', ['install', '--silent', '--no-audit', '--no-fund', '--omit=dev', join(dir, tarball)], stage);
  const installed = join(stage, 'node_modules');
  const { version } = JSON.parse(readFileSync(join(installed, 'ffi-rs', 'package.json'), 'utf8'));
  // npm installs the binding for this machine's C library only.
  for (const libc of ['gnu', 'musl']) {
    const name = `@yuuang/ffi-rs-linux-x64-${libc}`;
    if (existsSync(join(installed, name))) continue;
    const [{ filename }] = JSON.parse(output('npm', ['pack', '--json', `${name}@${version}`], dir).toString());
    mkdirSync(join(installed, name), { recursive: true });
    output('tar', ['-xzf', join(dir, filename), '-C', join(installed, name), '--strip-components=1']);
  }
  // The package itself at the top, what it needs below.
  const whole = join(dir, 'whole');
  output('cp', ['-r', join(installed, 'tstrace'), whole]);
  rmSync(join(installed, 'tstrace'), { recursive: true });
  rmSync(join(installed, '.bin'), { recursive: true, force: true });
  output('cp', ['-r', `${installed}/.`, join(whole, 'node_modules')]);
  const packed = output('tar', ['-c', '--sort=name', '--mtime=@0', '--owner=0', '--group=0', '-z', '-C', whole, '.']);
  const hash = createHash('sha256').update(packed).digest('hex').slice(0, 16);
  const out = join(root, 'dist', 'single');
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, 'tstrace'), Buffer.concat([Buffer.from(launcher(hash), 'latin1'), packed]));
  chmodSync(join(out, 'tstrace'), 0o755);
  console.log(`dist/single/tstrace: ${(packed.length / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
