#!/usr/bin/env node
// A tracer for comparisons (npm run oracle -- --replayed): records the command, then prints the recording by the options.
//   REPLAYING=same      (default) the trace is printed at once, too; a replay by the same options must be equal to it
//   REPLAYING=generous  everything is captured; what is printed is the replay by the options as given
// It takes command lines of the oracle: the command is `sh -c … PROGRAM`, or one word.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const generous = process.env.REPLAYING === 'generous';
const dir = mkdtempSync(join(tmpdir(), 'tstrace-replaying-'));
const recording = join(dir, 'recording');
const tracer = process.env.REPLAYING_TRACER ?? fileURLToPath(new URL('../bin/tstrace', import.meta.url));
const words = process.argv.slice(2);
const shell = words.findIndex((word, i) => word === 'sh' && words[i + 1] === '-c');
const from = shell < 0 ? words.length - 1 : shell;
const [options, command] = [words.slice(0, from), words.slice(from)];
const output = options[0] === '-o' ? options[1] : undefined;

/** Options that say what is done to the command, not what is printed. */
const DOING =
  /^(-E|-u|-b|-I|-D+|-p|--seccomp-bpf|--inject|--fault|--env|--argv0|--user|--kill-on-exit|--detach-on|--interruptible|--daemoni[sz]e.*)(=|$)/;
const VALUED = /^(-E|-u|-b|-I|--inject|--fault|--env|--argv0|--user|--detach-on|--interruptible)$/;

/** The options with which a replay is called. */
function printing() {
  const kept = [];
  for (let i = 0; i < options.length; i++) {
    const word = options[i];
    if (word === '-e' && /^(inject|fault)=/.test(options[i + 1])) i++;
    else if (/^-e(inject|fault)=/.test(word)) continue;
    else if (DOING.test(word)) i += VALUED.test(word) ? 1 : 0;
    else kept.push(word);
  }
  return kept;
}

const has = (pattern) => options.some((word) => pattern.test(word));
const fds = has(/decode-fds?/) ? ['--decode-fds=all'] : ['-yy'];
const everything = [
  ...(has(/inject|fault/) ? [] : ['-e', 'trace=all']),
  ...['-e', 'abbrev=none', '-e', 'verbose=all', '-e', 'raw=none', '-s', '4096', '-Y', ...fds],
];
const env = { ...process.env };
delete env.REPLAYING;
delete env.REPLAYING_TRACER;
/** The tracer on our own descriptors: programs show what theirs are. `quiet`: its words are kept from the screen. */
function run(argv, quiet, stdout = 'inherit') {
  const words = join(dir, 'words');
  const stderr = quiet ? openSync(words, 'w+') : 'inherit';
  const { status } = spawnSync(tracer, argv, { env, stdio: ['inherit', stdout, stderr] });
  return { status, stderr: quiet ? readFileSync(words, 'latin1') : '' };
}
const texts = () =>
  output === undefined
    ? {}
    : Object.fromEntries(
        readdirSync(dirname(output))
          .filter((name) => name === basename(output) || name.startsWith(`${basename(output)}.`))
          .map((name) => [name, readFileSync(join(dirname(output), name), 'latin1')]),
      );

const silent = ['--output-format=none', '--record', recording];
const live = generous
  ? run([...options.slice(output === undefined ? 0 : 2), ...everything, ...silent, ...command])
  : run([...options, '--record', recording, ...command]);
if (!existsSync(recording)) process.exit(live.status ?? 1);
const before = texts();
// A trace on the screen is looked for on standard error.
const replayed = run([...printing(), '--replay', recording], !generous, output === undefined ? 2 : 'inherit');
if (!generous) {
  const after = texts();
  const same = JSON.stringify(before) === JSON.stringify(after);
  if (!same || replayed.status !== 0) {
    process.stderr.write(`the replay differs, or failed: ${replayed.stderr}`);
    for (const name of Object.keys(after))
      if (before[name] !== after[name]) {
        const [a, b] = [before[name]?.split('\n') ?? [], after[name].split('\n')];
        const at = b.findIndex((line, i) => line !== a[i]);
        process.stderr.write(`${name}: live ${a[at]}\nreplayed ${b[at]}\n`);
      }
    // What is compared must not be equal.
    if (output !== undefined) spawnSync('sh', ['-c', 'echo "the replay differs" > "$0"', output]);
  }
}
rmSync(dir, { recursive: true, force: true });
process.exit(live.status ?? 1);
