// Makes bin/tstrace of launcher/: a small static program, with musl-gcc where it is installed, else with the system's C
// compiler (CC, else cc); the shell script that does the same where neither succeeds. `--prebuilt`, for a package: musl's or none.
// `--analyze` has the compiler look for mistakes.
import { spawnSync } from 'node:child_process';
import { copyFileSync, chmodSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const source = join(root, 'launcher', 'tstrace.c');
const program = join(root, 'bin', 'tstrace');
// Beside it first: one that runs cannot be written to.
const made = `${program}.new`;
const flags = ['-std=gnu11', '-Os', '-s', '-Wall', '-Wextra', '-Werror'];
if (process.argv.includes('--analyze')) flags.push('-fanalyzer');

/** What went wrong, if anything did. */
function compile(cc, ...more) {
  const { error, status, stderr } = spawnSync(cc, [...flags, ...more, '-o', made, source], { encoding: 'utf8' });
  return error?.message ?? (status === 0 ? undefined : stderr);
}

/** Whether it starts here: it says that there is no node. */
const runs = () => spawnSync(made, [], { env: { PATH: '' } }).status === 1;

const prebuilt = process.argv.includes('--prebuilt');
const cc = process.env.CC ?? 'cc';
const attempts = [['musl-gcc', '-static'], ...(prebuilt ? [] : [[cc, '-static'], [cc]])];
const failures = [];
for (const [compiler, ...more] of attempts) {
  const failure = compile(compiler, ...more) ?? (runs() ? undefined : 'it does not start');
  if (failure === undefined) break;
  failures.push(`${compiler}: ${failure}`);
}
if (failures.length === attempts.length) {
  rmSync(made, { force: true });
  if (prebuilt) {
    console.error(`tstrace: building the launcher failed; it needs musl-gcc: apt-get install musl-tools\n${failures}`);
    process.exit(1);
  }
  console.error(`tstrace: the launcher will be a shell script, which starts a little slower\n${failures.join('\n')}`);
  copyFileSync(join(root, 'launcher', 'tstrace.sh'), made);
  chmodSync(made, 0o755);
}
renameSync(made, program);
