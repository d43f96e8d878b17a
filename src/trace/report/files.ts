// Files touched: by path, with operations, bytes and time; of very many, those that matter.
import type { FileData, FileKind, ReportData } from './data.js';

/** Most files that are listed. */
const LISTED = 1000;
/** Most files that are kept on the way. */
const KEPT = 8 * LISTED;

/** What is known of a file. */
export class FileEntry {
  calls = 0;
  errors = 0;
  time = 0;
  opens = 0;
  reads = 0;
  writes = 0;
  read = 0;
  written = 0;

  constructor(
    readonly name: string,
    readonly kind: FileKind,
  ) {}
}

const KEYS = ['time', 'calls', 'errors', 'read', 'written'] as const;

/** Collects files. */
export class Files {
  private readonly entries = new Map<string, FileEntry>();
  private readonly others = { files: 0, calls: 0, errors: 0, time: 0, read: 0, written: 0 };

  /** The entry of a file. */
  entry(name: string, kind: FileKind): FileEntry {
    let entry = this.entries.get(name);
    if (!entry) {
      if (this.entries.size >= KEPT) this.prune(KEPT / 2);
      this.entries.set(name, (entry = new FileEntry(name, kind)));
    }
    return entry;
  }

  /** Lets go of all but `size` of them: those that lead in time, calls, errors or bytes stay. */
  private prune(size: number): void {
    const all = [...this.entries.values()];
    const kept = new Set<FileEntry>();
    const orders = KEYS.map((key) => [...all].sort((a, b) => b[key] - a[key]));
    for (let rank = 0; rank < all.length && kept.size < size; rank++)
      for (const order of orders) if (kept.size < size) kept.add(order[rank]);
    for (const entry of all) {
      if (kept.has(entry)) continue;
      this.entries.delete(entry.name);
      this.others.files++;
      for (const key of KEYS) this.others[key] += entry[key];
    }
  }

  /** The list, most time first, and the sums of the rest. */
  data(): Pick<ReportData, 'files' | 'otherFiles'> {
    if (this.entries.size > LISTED) this.prune(LISTED);
    const files: FileData[] = [...this.entries.values()].sort((a, b) => b.time - a.time);
    return { files, otherFiles: this.others };
  }

  /** How many files were met; one that was let go and met again counts twice. */
  get size(): number {
    return this.entries.size + this.others.files;
  }
}
