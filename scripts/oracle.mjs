// npm run oracle: compares tstrace with recorded strace 7.2 output (../shared/oracle beside the project). test/oracle/unequal.txt
// lists the cases that are not equal yet: any other that fails is an error, and a listed one that is equal must leave the
// list, so that it only shrinks. `-- --replayed` (or --generous) compares what a replay prints (replaying-tracer.mjs). `-- --update`
// takes equal cases out of the list; names of fixtures compare only these. Fixtures that make calls of i386 are left out,
// and named, where the kernel has none.
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { tsImport } from 'tsx/esm/api';

const root = fileURLToPath(new URL('..', import.meta.url));
const oracle = process.env.ORACLE ?? join(root, '..', 'shared', 'oracle');
const list = join(root, 'test', 'oracle', 'unequal.txt');
const words = process.argv.slice(2);
const update = words.includes('--update');
const named = words.filter((w) => !w.startsWith('--'));

if (!existsSync(join(oracle, 'check.py'))) {
  console.log(`the recorded output is not here (${oracle}): nothing was compared`);
  process.exit(0);
}
const { needsI386, RUNS_I386 } = await tsImport('../test/harness/machine.ts', import.meta.url);
/** All, in the order of check.py, when none is named. */
const wanted =
  named.length > 0
    ? named
    : readdirSync(oracle, { recursive: true })
        .filter((f) => f.endsWith('.c'))
        .sort();
const left = RUNS_I386 ? [] : wanted.filter((f) => needsI386(readFileSync(join(oracle, f), 'utf8')));
const fixtures = left.length > 0 ? wanted.filter((f) => !left.includes(f)) : named;
if (left.length > 0) {
  console.log(`left out, as this kernel runs no 32-bit programs: ${left.join(' ')}`);
  // To check.py no names are all of them.
  if (fixtures.length === 0) process.exit(0);
}
const dir = mkdtempSync(join(tmpdir(), 'tstrace-oracle-'));
// Recorded with strace's options: under this name -n means the number of the call.
const tracer = join(dir, 'strace');
const mode = ['same', 'generous'].find((m) => words.includes(m === 'same' ? '--replayed' : '--generous'));
if (mode) {
  const direct = join(dir, 'direct');
  mkdirSync(direct);
  symlinkSync(join(root, 'bin', 'tstrace'), join(direct, 'strace'));
  // A shell adds PWD to the environment, which traces show.
  const env = `-u PWD REPLAYING=${mode} REPLAYING_TRACER='${join(direct, 'strace')}'`;
  const script = join(root, 'scripts', 'replaying-tracer.mjs');
  writeFileSync(tracer, `#!/bin/sh\nexec env ${env} node '${script}' "$@"\n`, { mode: 0o755 });
} else symlinkSync(join(root, 'bin', 'tstrace'), tracer);

// The environment lies on the tracee's stack, decides its addresses, and is shown by -v: PATH is as long as where the texts
// were recorded, and begins as it did there.
const PATH_LENGTH = 384;
const tools = join(dir, 'bin');
mkdirSync(tools);
symlinkSync(process.execPath, join(tools, 'node'));
const recorded = readFileSync(join(oracle, 'expected', 'options.processes.-f_-v.txt'), 'utf8');
const start = /\["PATH=([^"]*)"/.exec(recorded)?.[1] ?? '';
const path = `${start}:${tools}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin`.padEnd(
  PATH_LENGTH,
  `:/${'-'.repeat(62)}`,
);
// A process group that has a parent outside of it: in one that has none, as a job of a shell that is gone, the kernel
// ignores SIGTSTP, and fixtures are not stopped.
const group = ['-e', 'setpgrp; exec @ARGV or die'];

/** Runs the comparison; the cases that failed, one line each, and its last lines. */
function compare(args) {
  const run = spawnSync('perl', [...group, '/usr/bin/python3', 'check.py', '--lines', '1000000', ...args], {
    cwd: oracle,
    env: { ...process.env, PATH: path },
    encoding: 'utf8',
    maxBuffer: 1 << 28,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  if (run.status !== 0 && run.status !== 1) throw new Error(`check.py ended with ${run.status}`);
  const lines = run.stdout.trimEnd().split('\n');
  const summary = lines.filter((l) => / of \d+ lines equal$|^\d+ passed, \d+ failed$/.test(l));
  if (summary.length === 0) throw new Error('check.py gave no count');
  return { lines, summary };
}

function failures(lines) {
  const found = [];
  for (const l of lines)
    if (l.startsWith('FAILED ')) {
      found.push(l.slice('FAILED '.length).trimEnd());
      differing.set(found.at(-1), []);
    } else if (found.length > 0 && /^ {2}[-+]/.test(l)) differing.get(found.at(-1)).push(l.slice(2));
  return found;
}
const listed = existsSync(list)
  ? readFileSync(list, 'utf8')
      .split('\n')
      .filter((l) => l !== '' && !l.startsWith('#'))
  : [];
const exact = new Set(listed);
/**
 * An entry that ends with a star stands for all cases that begin so: what timing or the machine decides. Behind ` ~ ` may
 * stand what all lines match that may differ.
 */
const open = listed
  .map((l) => /^(.*)\*(?: ~ (.*))?$/.exec(l))
  .filter((m) => m !== null)
  .map(([, start, lines]) => ({ start, lines: lines === undefined ? undefined : new RegExp(lines) }));
/** The lines that differ, of each case that failed in this comparison. */
const differing = new Map();
const isOpen = ({ start, lines }, c) =>
  `${c} `.startsWith(start) && (lines === undefined || (differing.get(c) ?? ['']).every((line) => lines.test(line)));
const known = { has: (c) => exact.has(c) || open.some((entry) => isOpen(entry, c)) };

const texts = compare([tracer, ...fixtures]);
let failed = failures(texts.lines);
// A number of a trace may happen to be the pid of the run, which is taken out: what differs is looked at once more.
const doubtful = [...new Set(failed.filter((c) => !known.has(c)).map((c) => c.split(' ')[0]))];
if (listed.length > 0 && doubtful.length > 0) {
  const again = compare([tracer, ...doubtful]);
  const still = new Set(failures(again.lines));
  failed = failed.filter((c) => known.has(c) || still.has(c));
  texts.lines.push(...again.lines);
}
const failedCommands = ({ lines }) =>
  lines.flatMap((l, i) => (l === 'FAILED' ? [lines[i + 1]] : l.startsWith('FAILED ') ? failures([l]) : []));
const command = named.length === 0 ? compare(['--cases', tracer]) : { lines: [], summary: [] };
const wrong = failedCommands(command);
if (wrong.every((c) => known.has(c))) failed.push(...wrong);
else {
  // Whether a pipe breaks in time, and what is printed first by two processes, the machine's load decides.
  const again = new Set(failedCommands(compare(['--cases', tracer])));
  failed.push(...wrong.filter((c) => known.has(c) || again.has(c)));
}
rmSync(dir, { recursive: true, force: true });

const fresh = failed.filter((c) => !known.has(c));
const now = new Set(failed);
const isOf = (c, those) => those.some((fixture) => c.startsWith(`${fixture} `) || c === fixture);
/** Whether a case was among those that were compared. */
const compared = (c) => !isOf(c, left) && (named.length === 0 || isOf(c, named));
const mended = listed.filter((c) => !/\*( ~ .*)?$/.test(c) && !now.has(c) && compared(c));
console.log(
  [...texts.summary, ...command.summary]
    .map((l) => l.replace(/^(\d+) passed, (\d+) failed$/, '$1 cases equal, $2 not'))
    .join('\n'),
);
if (update) {
  const head = '# Cases of the recorded strace 7.2 output that tstrace does not print equally yet. It only shrinks.\n';
  const kept = listed.length === 0 ? failed : listed.filter((c) => !mended.includes(c));
  mkdirSync(dirname(list), { recursive: true });
  writeFileSync(list, head + kept.sort().join('\n') + '\n');
}
if (fresh.length > 0 && listed.length > 0) {
  console.log(`${fresh.length} cases were equal before and are not now:`);
  for (const c of fresh) {
    const at = texts.lines.findLastIndex((l) => l.trimEnd() === `FAILED ${c}`);
    console.log(`  ${c}`, at >= 0 ? '\n' + texts.lines.slice(at + 1, at + 5).join('\n') : '');
  }
}
if (mended.length > 0 && !update)
  console.log(
    `${mended.length} listed cases are equal now; npm run oracle -- --update takes them out of test/oracle/unequal.txt`,
  );
// Without a list there is nothing that was equal before.
process.exit(fresh.length > 0 && listed.length > 0 ? 1 : 0);
