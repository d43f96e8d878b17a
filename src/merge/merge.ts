// Merges the files of -ff by time, with the process id before each line: k files, of which only pieces are in memory.
import { readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { UsageError } from '../errors.js';
import { LogReader } from './reader.js';
import { compare } from './time-stamp.js';

/** Memory for all pieces together, and the least that a file gets. */
const MEMORY_BYTES = 1 << 25;
const LEAST_BYTES = 1 << 12;
const MOST_BYTES = 1 << 16;
/** As many files are kept open: a shell's usual limit is 1024. */
const MOST_OPEN = 512;

/** The files LOG.PID, in the order of their names. @throws UsageError when there are none. */
function filesOf(log: string): { readonly pid: string; readonly path: string }[] {
  const name = `${basename(log)}.`;
  const dir = dirname(log);
  let entries: string[] = [];
  try {
    if (!log.endsWith('/'))
      entries = readdirSync(dir, { withFileTypes: true })
        .filter((e) => !e.isDirectory())
        .map((e) => e.name);
  } catch {
    // The same as an empty directory.
  }
  return entries
    .filter((entry) => entry.startsWith(name) && /^\d+$/.test(entry.slice(name.length)))
    .sort()
    .map((entry) => ({ pid: entry.slice(name.length), path: join(dir, entry) }));
}

/** A file that is being merged, and its place among files with the same time. */
interface Source {
  readonly reader: LogReader;
  readonly rank: number;
}

const isBefore = (a: Source, b: Source): boolean => {
  const order = compare(a.reader.moment, b.reader.moment);
  return order < 0 || (order === 0 && a.rank < b.rank);
};

/** Restores the order of a heap whose element at `i` may belong further down. */
function sink(heap: Source[], i: number): void {
  for (;;) {
    let first = i;
    for (const child of [2 * i + 1, 2 * i + 2])
      if (child < heap.length && isBefore(heap[child], heap[first])) first = child;
    if (first === i) return;
    [heap[i], heap[first]] = [heap[first], heap[i]];
    i = first;
  }
}

/**
 * The lines of a log's files by time; lines with the same time keep the order of the files' names, and that within a file.
 * Lines without a time follow the line before them. Yields pieces of text.
 * @throws UsageError when there is nothing to merge.
 */
export function* mergeLogs(log: string): Generator<Buffer, void, void> {
  const files = filesOf(log);
  const bytes = Math.max(LEAST_BYTES, Math.min(MOST_BYTES, Math.floor(MEMORY_BYTES / (files.length || 1))));
  const plan = { keepOpen: files.length <= MOST_OPEN, bytes };
  const width = Math.max(0, ...files.map(({ pid }) => pid.length));
  const heap: Source[] = [];
  for (const [rank, { pid, path }] of files.entries()) {
    const reader = new LogReader(pid, path, plan);
    if (reader.next()) heap.push({ reader, rank });
  }
  if (heap.length === 0) throw new UsageError(`${log}: strace output not found`);
  for (let i = heap.length >> 1; i >= 0; i--) sink(heap, i);
  const newline = Buffer.from('\n');
  const prefixes = new Map(files.map(({ pid }) => [pid, Buffer.from(`${pid.padEnd(width)} `)] as const));
  while (heap.length > 0) {
    const [{ reader }] = heap;
    const prefix = prefixes.get(reader.pid) ?? newline;
    yield Buffer.concat(reader.lines.flatMap((line) => [prefix, line, newline]));
    if (!reader.next()) {
      const last = heap.pop()!;
      if (heap.length === 0) return;
      if (last.reader !== reader) heap[0] = last;
    }
    sink(heap, 0);
  }
}
