// Peak memory of programs, by the kernel's own account (getrusage(2)): bench/measure.c runs them.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compile } from './run.js';

let measure: string | undefined;

/** Runs a command, which must succeed; the KiB that the biggest process of it and its children had at most. */
export async function peakMemory(command: readonly string[], timeout = 120_000): Promise<number> {
  measure ??= compile('../../bench/measure.c', ['-w']);
  const { stderr } = await promisify(execFile)(measure, command, { timeout, maxBuffer: 1 << 28 });
  const told = JSON.parse(stderr.trim().split('\n').at(-1) ?? '') as { rss: number; status: number };
  if (told.status !== 0) throw new Error(`${command.join(' ')}: wait status ${told.status}: ${stderr}`);
  return told.rss;
}
