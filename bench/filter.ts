// npm run bench:filter: what a call that is not traced costs under our filter of -n, under strace's for the same set (as its
// -d shows it) and under none; and how long both programs are. BENCH_ROUNDS sets the number of rounds (30).
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  ARCH_I386,
  ARCH_X86_64,
  encode,
  Op,
  RET_ALLOW,
  RET_TRACE,
  type Instruction,
  type Program,
} from '../src/bpf/instruction.js';
import { archSyscallNumbers } from '../src/abi/architectures.js';
import { tableCost } from '../src/bpf/metrics.js';
import { compilePlan, planFilter } from '../src/trace/seccomp.js';
import { parseCommandLine } from '../src/cli/options.js';
import { readWhere, selecting } from '../src/trace/selection.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tstrace-bench-filter-'));
process.on('exit', () => rmSync(dir, { recursive: true, force: true }));
const rounds = Number(process.env.BENCH_ROUNDS ?? 30);
const CALLS = 100_000;
/** An `int $0x80` is some twenty times dearer, on virtual machines at least. */
const CALLS_I386 = 10_000;

function build(name: string): string {
  const program = join(dir, name);
  const built = spawnSync('cc', ['-O2', '-o', program, join(root, 'bench', `${name}.c`)], { stdio: 'inherit' });
  if (built.status !== 0) throw new Error(`bench/${name}.c does not build`);
  return program;
}

const CODES: Readonly<Record<string, number>> = {
  BPF_LDWABS: Op.LD_W_ABS,
  BPF_LDWIMM: Op.LD_IMM,
  BPF_TAX: Op.TAX,
  BPF_TXA: Op.TXA,
  BPF_RET: Op.RET_K,
  BPF_AND: Op.AND_K,
  BPF_SUB: Op.SUB_K,
  BPF_RSH: Op.RSH_K,
  BPF_LSH: Op.LSH_K,
  BPF_JA: Op.JA,
  BPF_JEQ: Op.JEQ_K,
  BPF_JGE: Op.JGE_K,
  BPF_JGT: Op.JGT_K,
  BPF_JSET: Op.JSET_K,
};
const WORDS: Readonly<Record<string, number>> = {
  'data->nr': 0,
  'data->arch': 4,
  'data->args[0]': 16,
  SECCOMP_RET_ALLOW: RET_ALLOW,
  SECCOMP_RET_TRACE: RET_TRACE,
};

/** One line of `strace -d`. */
function instruction(line: string): Instruction {
  const parts = /^(?:STMT|JUMP)\((\w+)(?:, (.*))?\)$/.exec(line);
  if (!parts || !(parts[1] in CODES)) throw new Error(`strace -d: ${line}`);
  const code = CODES[parts[1]];
  const rest = (parts[2] ?? '0').split(', ');
  if (rest.at(-1) === 'X') return { code: code | 8, jt: 0, jf: 0, k: 0 };
  const k = WORDS[rest.at(-1) ?? ''] ?? Number(rest.at(-1));
  if (Number.isNaN(k)) throw new Error(`strace -d: ${line}`);
  return rest.length === 3 ? { code, jt: Number(rest[0]), jf: Number(rest[1]), k } : { code, jt: 0, jf: 0, k };
}

/** The program that strace installs for a set. */
function stracesProgram(set: string): Program {
  const { stderr } = spawnSync(
    'strace',
    ['-d', '-f', '--seccomp-bpf', '-e', `trace=${set}`, '-o', '/dev/null', 'true'],
    {
      encoding: 'utf8',
    },
  );
  return stderr
    .split('\n')
    .flatMap((line) => /^strace: ((?:STMT|JUMP)\(.*\))$/.exec(line)?.[1] ?? [])
    .map(instruction);
}

/** Ours. */
function ourProgram(...argv: string[]): Program {
  const parsed = parseCommandLine(['-n', ...argv, 'true'], 'tstrace');
  if (parsed.kind !== 'trace') throw new Error('no trace');
  const { options } = parsed;
  const where = options.where === undefined ? undefined : readWhere(options, options.where);
  return compilePlan(planFilter(options, selecting(options, where))).program;
}

const runner = build('filter');

/** Nanoseconds of a call under each program. */
function measure(programs: readonly Program[], call: string): number[] {
  const input = Buffer.concat(
    programs.flatMap((program) => {
      const length = Buffer.alloc(4);
      length.writeUInt32LE(program.length);
      return [length, Buffer.from(encode(program))];
    }),
  );
  const calls = call === 'getppid32' ? CALLS_I386 : CALLS;
  const done = spawnSync(runner, [String(rounds), String(calls), call], { input, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`bench/filter.c: status ${done.status}\n${done.stderr}`);
  return done.stdout.trim().split('\n').map(Number);
}

interface Row {
  readonly set: string;
  readonly call: string;
  readonly none: number;
  /** Under one instruction that allows everything: no filter costs less. */
  readonly least: number;
  readonly ours: number;
  readonly theirs: number;
}

/** The cheapest filter that there is. */
const ALLOW_ALL: Program = [{ code: Op.RET_K, jt: 0, jf: 0, k: RET_ALLOW }];

const rows: Row[] = [];
const sizes: unknown[] = [];
const show = (x: number): string => x.toFixed(1).padStart(7);
console.log('call under:    none   least    ours  strace   (ns)   ours/strace   of its extra cost');
for (const set of ['write', '%file', '%desc', '%network', '!write']) {
  const theirs = stracesProgram(set);
  const ours = ourProgram('-e', `trace=${set}`);
  for (const call of set === '!write' ? ['write'] : ['getppid', 'getppid32', 'getppidx32']) {
    const [none, least, own, other] = measure([[], ALLOW_ALL, ours, theirs], call);
    rows.push({ set, call, none, least, ours: own, theirs: other });
    console.log(
      `${set.padEnd(9)}${show(none)} ${show(least)} ${show(own)} ${show(other)}   ${(own / other).toFixed(2).padStart(10)} ${((own - none) / (other - none)).toFixed(2).padStart(14)}   ${call}`,
    );
  }
  const cost = (program: Program): unknown =>
    [ARCH_X86_64, ARCH_I386].map((arch) => tableCost(program, arch, archSyscallNumbers(arch)));
  sizes.push({
    set,
    ours: { size: ours.length, cost: cost(ours) },
    theirs: { size: theirs.length, cost: cost(theirs) },
  });
}
console.log('instructions:  ours  strace');
for (const set of ['write', 'openat,read,write,close', '%network', '%process', '%file', '%desc', '!write'])
  console.log(
    `${set.padEnd(24)} ${String(ourProgram('-e', `trace=${set}`).length).padStart(4)} ${String(stracesProgram(set).length).padStart(7)}`,
  );
writeFileSync(join(root, 'bench', 'filter-results.json'), JSON.stringify({ rounds, rows, sizes }, null, 1) + '\n');
console.log('raw figures in bench/filter-results.json');
