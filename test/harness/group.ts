// Traced programs as a process group: started apart from the tests, watched through /proc, and never left behind.
import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process of a group, zombies excepted. */
export interface Member {
  readonly pid: number;
  readonly name: string;
  /** State letters of all its threads. */
  readonly states: string;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return '';
  }
}

const stateOf = (stat: string): string => stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);

/** The processes of a group that have not ended. */
export function members(group: number): Member[] {
  const found: Member[] = [];
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (stat === '' || Number(fields[2]) !== group || fields[0] === 'Z' || fields[0] === 'X') continue;
    let states = '';
    try {
      for (const tid of readdirSync(`/proc/${entry}/task`)) states += stateOf(read(`/proc/${entry}/task/${tid}/stat`));
    } catch {
      continue;
    }
    found.push({ pid: Number(entry), name: stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')), states });
  }
  return found;
}

/** Where the threads of a process wait in the kernel, for messages. */
function waits(pid: number): string {
  try {
    return readdirSync(`/proc/${pid}/task`)
      .map((tid) => `${stateOf(read(`/proc/${pid}/task/${tid}/stat`))} ${read(`/proc/${pid}/task/${tid}/wchan`)}`)
      .join(', ');
  } catch {
    return 'gone';
  }
}

/** How a program ended: its status, or the signal. */
export interface Ended {
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A program in a process group of its own, its standard error collected. */
export class Group {
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;
  /** Standard error. */
  private said = '';

  constructor(file: string, args: readonly string[], cwd?: string) {
    this.child = spawn(file, args, { detached: true, stdio: ['ignore', 'ignore', 'pipe'], cwd });
    this.child.stderr?.setEncoding('latin1').on('data', (text: string) => (this.said += text));
    this.ended = new Promise((resolve) =>
      // The group may keep the pipe open longer than the program itself lives.
      this.child.on('exit', (status, signal) => setTimeout(() => resolve({ status, signal, stderr: this.said }), 20)),
    );
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  /** What is left of the group, and where it waits; what it has said: for messages. */
  describe(): string {
    const left = members(this.pid).map((m) => `${m.name} [${waits(m.pid)}]`);
    return `pid ${this.pid} [${waits(this.pid)}]; left: ${left.join('; ')}; said: ${this.said}`;
  }

  /** Waits for the end, at most so long. */
  async end(ms: number): Promise<Ended> {
    const late = sleep(ms, undefined, { ref: false }).then(() => {
      throw new Error(`not ended within ${ms} ms: ${this.describe()}`);
    });
    return Promise.race([this.ended, late]);
  }

  /** Kills whatever is left. */
  clear(): void {
    try {
      process.kill(-this.pid, 'SIGKILL');
    } catch {
      // Nothing is.
    }
  }
}

/** Polls, every few milliseconds, until a value is there; throws after `ms`. */
export async function until<T>(
  what: string | (() => string),
  get: () => T | undefined | false,
  ms = 10_000,
  every = 3,
): Promise<T> {
  for (const end = Date.now() + ms; ; await sleep(every)) {
    const value = get();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > end) throw new Error(`${typeof what === 'string' ? what : what()}: not within ${ms} ms`);
  }
}

/** Runs jobs, so many at a time. */
export async function pool(count: number, width: number, job: (i: number) => Promise<void>): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) await job(next++);
    }),
  );
}
