// npm run bench:pipe [MB]: a trace of so many megabytes (100) through `--json | jq -c .`. No line may be lost, and neither the
// tracer's memory nor that of a replay may grow with the trace.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

const root = fileURLToPath(new URL('..', import.meta.url));
const tstrace = join(root, 'bin', 'tstrace');
const dir = mkdtempSync(join(tmpdir(), 'tstrace-pipe-'));
const work = join(dir, 'work');
/** Bytes of a line of JSON about a write(2) of bench/work.c. */
const LINE_BYTES = 330;
/** The first part of a run, and growth after it that V8's habits explain: it lets garbage lie until the heap has grown by a share. */
const WARM = 0.5;
const GROWTH = 1.4;
const MB = 1e6;

interface Sampled {
  readonly lines: number;
  readonly bytes: number;
  readonly seconds: number;
  /** Most memory of the tracer, in MiB, in the first part of the run and in the rest. */
  readonly warm: number;
  readonly most: number;
}

const memory = (pid: number): number => {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
};

/** Runs tstrace into jq, and watches its memory. */
async function sample(args: readonly string[], expected: number): Promise<Sampled> {
  const begun = performance.now();
  const tracer = spawn(tstrace, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const jq = spawn('jq', ['-c', '.'], { stdio: [tracer.stdout, 'pipe', 'inherit'] });
  let [lines, bytes] = [0, 0];
  jq.stdout.on('data', (data: Buffer) => {
    bytes += data.length;
    for (let at = data.indexOf(10); at >= 0; at = data.indexOf(10, at + 1)) lines++;
  });
  const ended = once(jq, 'close');
  let running = true;
  void ended.then(() => (running = false));
  let [warm, most] = [0, 0];
  while (running) {
    const now = memory(tracer.pid ?? -1);
    if (lines < expected * WARM) warm = Math.max(warm, now);
    else most = Math.max(most, now);
    await sleep(50);
  }
  return { lines, bytes, seconds: (performance.now() - begun) / 1000, warm, most };
}

const show = (what: string, { lines, bytes, seconds, warm, most }: Sampled): void =>
  console.log(
    `${what}: ${lines} lines, ${(bytes / MB).toFixed(0)} MB in ${seconds.toFixed(1)} s; memory ${warm.toFixed(0)}, then ${most.toFixed(0)} MiB`,
  );

try {
  if (spawnSync('cc', ['-O2', '-o', work, join(root, 'bench', 'work.c')]).status !== 0) throw new Error('cannot build');
  const calls = Math.ceil((Number(process.argv[2] ?? 100) * MB) / LINE_BYTES);
  const recording = join(dir, 'recording');
  const live = await sample(
    // The command's own output must not get between the lines.
    ['--json', '--record', recording, 'sh', '-c', 'exec "$0" "$@" >/dev/null', work, 'writes', String(calls)],
    calls,
  );
  show('--json | jq', live);
  const replayed = await sample(['--json', '--replay', recording], calls);
  show('--replay --json | jq', replayed);
  const problems = [
    ...(live.lines < calls ? [`${calls} calls, but ${live.lines} lines`] : []),
    ...(replayed.lines !== live.lines ? [`${live.lines} lines, but ${replayed.lines} of the replay`] : []),
    ...[live, replayed].filter(({ warm, most }) => most > warm * GROWTH).map(() => 'memory grows'),
  ];
  for (const problem of problems) console.log(problem);
  process.exitCode = problems.length > 0 ? 1 : 0;
} finally {
  rmSync(dir, { recursive: true, force: true });
}
