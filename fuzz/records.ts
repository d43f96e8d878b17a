// Changed recordings for --replay: what is damaged is said to be, and nothing else happens.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
/** Without a new input for so long it hangs, in milliseconds. */
const HANGS = 30_000;

/** What is recorded: calls of all kinds, by options that capture much. */
const PROGRAMS: readonly (readonly [source: string, ...options: string[]])[] = [
  ['io-calls.c', '-f', '-yy', '-s', '100', '-e', 'read=all', '-e', 'write=all'],
  ['file-calls.c', '-f', '-v', '-y'],
  ['network.c', '-f', '-v', '-yy'],
  ['netlink-sockets.c', '-f', '-yy'],
  ['process-calls.c', '-f', '-v', '-Y', '-k'],
  ['device-ioctls.c', '-f', '-v'],
];

function record(dir: string): string[] {
  return PROGRAMS.map(([source, ...options]) => {
    const [program, path] = [join(dir, 'program'), join(dir, `${source}.recording`)];
    const built = spawnSync('cc', ['-w', '-O1', '-o', program, join(root, 'test', 'fixtures', source)], {
      encoding: 'utf8',
    });
    if (built.status !== 0) throw new Error(built.stderr);
    spawnSync(join(root, 'bin', 'tstrace'), [`--record=${path}`, ...options, program], { cwd: dir, stdio: 'ignore' });
    if (statSync(path).size < 1000) throw new Error(`${source}: nothing was recorded`);
    return path;
  });
}

/** Runs for `seconds`; whether nothing was found. What hangs is left where the message says. */
export async function fuzzRecords(seconds: number, seed: number): Promise<boolean> {
  const dir = mkdtempSync(join(tmpdir(), 'tstrace-fuzz-records-'));
  const args = ['--import', createRequire(import.meta.url).resolve('tsx'), join(root, 'fuzz', 'records-worker.ts')];
  const worker = spawn(process.execPath, [...args, dir, String(seconds), String(seed), ...record(dir)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let said = '';
  worker.stdout.on('data', (text: Buffer) => (said += text.toString()));
  const input = join(dir, 'input');
  let last = Date.now();
  let hung = false;
  const watch = setInterval(() => {
    const time = statSync(input, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    last = Math.max(last, time);
    if (Date.now() - last < HANGS) return;
    hung = true;
    worker.kill('SIGKILL');
  }, 1000);
  const status = await new Promise<number | null>((resolve) => worker.on('close', resolve));
  clearInterval(watch);
  const { runs, report } = status === 0 ? (JSON.parse(said) as { runs: number; report?: string }) : { runs: 0 };
  const failure = hung ? `hangs over ${input}` : status === 0 ? report : `ended with status ${status} over ${input}`;
  console.log(`${failure === undefined ? 'ok    ' : 'FOUND '} records: ${runs} inputs, seed ${seed}`);
  if (failure !== undefined) console.log(failure);
  if (failure === undefined || status === 0) rmSync(dir, { recursive: true, force: true });
  return failure === undefined;
}
