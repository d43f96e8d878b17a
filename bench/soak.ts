// npm run soak [MINUTES]: a busy threaded server under -f -p for ten minutes. No call may be missing from the trace, the
// tracer's memory must stay flat, and the server must live on when it is let go.
import { spawn, spawnSync } from 'node:child_process';
import { createReadStream, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';

const ROOT = new URL('..', import.meta.url).pathname;
const THREADS = 4;
/** The memory after this share of the run is what the rest of it is compared with. */
const WARM = 0.2;
/** Growth that the allocator's habits explain. */
const GROWTH = 1.15;
const minutes = Number(process.argv[2] ?? 10);

const dir = mkdtempSync(join(tmpdir(), 'tstrace-soak-'));
const program = join(dir, 'server');
const fifo = join(dir, 'trace');

/** Checks the trace as it comes: the numbers of each thread follow each other. */
class Check {
  lines = 0;
  writes = 0;
  readonly gaps: string[] = [];
  private readonly last = new Map<string, number>();

  line(text: string): void {
    this.lines++;
    // A line that another thread cuts has its text in the first half.
    const m = /write\(\d+, "thread (\d+) line (\d+)\\n"/.exec(text);
    if (!m) return;
    this.writes++;
    const n = Number(m[2]);
    const before = this.last.get(m[1]);
    if (before !== undefined && n !== (before + 1) % 2 ** 32)
      this.gaps.push(`thread ${m[1]}: line ${n} follows line ${before}`);
    this.last.set(m[1], n);
  }
}

const memory = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1] ?? 0) / 1024;
const threads = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/task`).map((tid) => readFileSync(`/proc/${pid}/task/${tid}/status`, 'latin1'));

async function soak(): Promise<string[]> {
  const built = spawnSync('cc', ['-O1', '-pthread', '-o', program, join(ROOT, 'test/fixtures/server.c')]);
  if (built.status !== 0 || spawnSync('mkfifo', [fifo]).status !== 0) throw new Error('cannot build the server');
  const server = spawn(program, [String(THREADS)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const problems: string[] = [];
  try {
    await once(server.stdout, 'data');
    const pid = server.pid ?? -1;
    const tracer = spawn(join(ROOT, 'bin/tstrace'), ['-f', '-q', '-o', fifo, '-p', String(pid)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const ended = once(tracer, 'exit');
    const check = new Check();
    const reader = createInterface({ input: createReadStream(fifo) });
    reader.on('line', (text) => check.line(text));
    const closed = once(reader, 'close');
    const begun = Date.now();
    const total = minutes * 60_000;
    let warm = 0;
    let most = 0;
    for (let shown = 0; Date.now() - begun < total; await sleep(500)) {
      const now = memory(tracer.pid ?? -1);
      const share = (Date.now() - begun) / total;
      if (share < WARM) warm = Math.max(warm, now);
      else most = Math.max(most, now);
      if (Date.now() - shown > 10_000) {
        shown = Date.now();
        console.log(`${Math.round((shown - begun) / 1000)} s: ${check.lines} lines, ${now.toFixed(1)} MB`);
      }
    }
    process.kill(tracer.pid ?? -1, 'SIGINT');
    await Promise.all([ended, closed]);
    console.log(
      `${check.lines} lines, ${check.writes} numbered, memory ${warm.toFixed(1)} MB, later ${most.toFixed(1)} MB`,
    );
    if (check.writes < 1000) problems.push(`only ${check.writes} numbered lines`);
    problems.push(...check.gaps.slice(0, 10));
    if (most > warm * GROWTH) problems.push(`memory grew from ${warm.toFixed(1)} to ${most.toFixed(1)} MB`);
    await sleep(500);
    for (const status of threads(pid))
      if (!/TracerPid:\t0\n/.test(status) || /State:\t[tT]/.test(status))
        problems.push(`not let go: ${status.slice(0, 80)}`);
    if (server.exitCode !== null) problems.push('the server has ended');
  } finally {
    server.kill('SIGKILL');
    rmSync(dir, { recursive: true, force: true });
  }
  return problems;
}

const problems = await soak();
for (const problem of problems) console.error(problem);
console.log(problems.length === 0 ? 'soak: passed' : 'soak: FAILED');
process.exit(problems.length === 0 ? 0 : 1);
