// The option matrix under the installed strace and under tstrace invoked by its name.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RUNS_I386 } from '../harness/machine.js';
import { byProcess, normalise } from '../harness/normalise.js';
import { compile, TSTRACE } from '../harness/run.js';
import { difference } from '../harness/same-lines.js';
import { COMPAT, PAIRS, SINGLE } from './matrix.js';
import type { Look, Row } from './matrix.js';

const dir = mkdtempSync(join(tmpdir(), 'tstrace-options-'));
const OURS = join(dir, 'strace');
afterAll(() => rmSync(dir, { recursive: true, force: true }));
let program = '';
let compat = '';
beforeAll(() => {
  symlinkSync(TSTRACE, OURS);
  program = compile('matrix.c', ['-w', '-pthread']);
  compat = compile('matrix.c', ['-w', '-pthread', '-m32']);
});

const ENV = {
  PATH: `${join(process.execPath, '..')}:${process.env.PATH ?? ''}`,
  LC_ALL: 'C',
  TZ: 'UTC',
  HOME: '/root',
};

interface Outcome {
  readonly status: number | null;
  readonly trace: string;
  readonly files: string;
  readonly stdout: string;
  readonly stderr: string;
}

function run(tracer: string, { options, look = 'trace', command: own }: Row, command: string): Outcome {
  const at = join(dir, 'run');
  rmSync(at, { recursive: true, force: true });
  mkdirSync(at);
  const file = join(at, 'trace');
  const toFile = look === 'trace' || look === 'table' || look === 'files';
  const { status, stdout, stderr } = spawnSync(
    'setarch',
    ['-R', tracer, ...(toFile ? ['-o', file] : []), ...options, ...(own ?? [command])],
    { cwd: at, env: ENV, stdio: ['ignore', 'pipe', 'pipe'], encoding: 'latin1', timeout: 30_000 },
  );
  // Under -D the tracer may outlive the command.
  const daemon = options.some((o) => /^-D|^--daemon/.test(o));
  const deadline = Date.now() + (daemon ? 5000 : 0);
  const read = (): string => {
    try {
      return readFileSync(file, 'latin1');
    } catch {
      return '';
    }
  };
  while (daemon && !read().includes('+++ exited') && Date.now() < deadline) spawnSync('sleep', ['0.05']);
  const files = readdirSync(at)
    .filter((name) => name.startsWith('trace.'))
    .sort((a, b) => Number(a.slice(6)) - Number(b.slice(6)))
    .map((name, i) => `==> ${i}\n${readFileSync(join(at, name), 'latin1')}`)
    .join('');
  return { status, trace: toFile ? read() : '', files, stdout, stderr };
}

/** Clocks, addresses, ids and processor times of one run. */
const still = (text: string): string =>
  text
    .replace(/\b\d\d:\d\d:\d\d(\.\d+)?(?= )/g, (m) => m.replace(/\d/g, 'N'))
    .replace(/\b\d{10}(\.\d+)?(?= )/g, (m) => m.replace(/\d/g, 'N'))
    .replace(/(?<=^|\+|(?:^|\s)) *\d+\.\d{6,9}(?=\)? )/gm, (m) => m.replace(/[ \d]/g, 'N').replace(/N+\./, 'N.'))
    .replace(/<\d+\.\d+>$/gm, '<T>')
    .replace(/\b\d{3,}(?=<program>)/g, 'PID')
    .replace(/:\[\d+/g, ':[N')
    .replace(/\[[0-9a-f]{8,16}\]/g, '[IP]')
    .replace(/\b0x[0-9a-f]{6,16}\b/g, 'ADDR')
    .replace(/\b(si_[us]time)=\d+( \/\* [\d.]+ s \*\/)?/g, '$1=N')
    .replace(/\/\* \d+ vars \*\//g, '/* N vars */')
    .replace(/<[\w.-]*(?:strace|setarch|MainThread|node)[\w.-]*>/g, '<TRACER>')
    .replace(/\b[\w./-]*\/(?:bin\/)?strace(?=:|\b)/g, 'strace');

/** Rows of a table: columns that count, and names. Whether a futex has its value still when it is waited for is a race. */
const table = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.replace(/\d+\.\d+/g, 'N.N').replace(/^((?: *N\.N+)+) +\d+(?= )/, '$1 N'))
    .map((line) => line.replace(/ +/g, ' ').trim())
    .map((line) => line.replace(/ \d+(?: \d+)? futex$/, ' futex'))
    .map((line) => (line.endsWith(' total') && / futex$/m.test(text) ? 'total' : line))
    .join('\n');

function seen(outcome: Outcome, look: Look, old: boolean): string {
  const { trace, files, stdout, stderr } = outcome;
  switch (look) {
    case 'table':
      return `${table(trace)}\n${stderr}`;
    case 'files':
      return normalise(still(files), { old });
    case 'said':
      return table(still(`${stdout}\n${stderr}`))
        .replace(/\b\d{3,}\b/g, 'N')
        .split('\n')
        .sort()
        .join('\n');
    case 'screen':
      return normalise(still(stderr), { old })
        .replace(/^\[pid +\d+\] /gm, '')
        .replace(/\b\d{4,}\b/g, 'N')
        .replace(/\) +=/g, ') =')
        .split('\n')
        .sort()
        .join('\n');
    case 'trace': {
      const named = trace.replace(/^(\d+)<[^>]*>/gm, '$1');
      const grouped = /^\d+ /m.test(named) && byProcess(named) !== '';
      return normalise(still(named), { old, grouped: grouped && !/^\d{10}/m.test(named) }).replace(/\) +=/g, ') =');
    }
  }
}

/** What the versions say differently of themselves; the texts of the help are our own. */
const OWN_WORDS = /version|Copyright|free software|NO warranty|features|Usage|^$/;
const without = (text: string, { options }: Row): string =>
  options.some((o) => /^(-h|-V|--help)$/.test(o))
    ? ''
    : text
        .split('\n')
        .filter(
          (line) =>
            !OWN_WORDS.test(line) &&
            !/^strace: (ptrace_setoptions|PTRACE_|seccomp|new tcb|dropped|Kernel|\[)/.test(line),
        )
        .join('\n')
        .replace(/Can't stat/g, 'Cannot stat');

function compare(row: Row, command: string): void {
  const theirs = run('strace', row, command);
  const ours = run(OURS, row, command);
  const look = row.look ?? 'trace';
  expect({ status: ours.status, stderr: ours.status === theirs.status ? '' : ours.stderr }).toEqual({
    status: theirs.status,
    stderr: '',
  });
  const expected = without(seen(theirs, look, true), row);
  const found = difference(expected, without(seen(ours, look, false), row));
  expect(found, found).toBeUndefined();
}

const cases = (rows: readonly Row[]): [string, Row][] => rows.map((r) => [r.options.join(' ').slice(0, 90), r]);

describe('alone', () => {
  test.each(cases(SINGLE))('%s', (_, row) => compare(row, program));
});
describe('together', () => {
  test.each(cases(PAIRS))('%s', (_, row) => compare(row, program));
});
describe.skipIf(!RUNS_I386)('32-bit', () => {
  test.each(cases(COMPAT))('%s', (_, row) => compare(row, compat));
});
