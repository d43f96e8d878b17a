// The file of --report: opened before the trace begins, written when it has ended.
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { errnoText } from '../../abi/errno.js';
import { TstraceError, UsageError } from '../../errors.js';
import type { Cursor } from '../../record/cursor.js';
import type { Calls } from '../calls.js';
import { openStream, type Stream } from '../destination.js';
import type { TraceOptions } from '../options.js';
import { fillPage } from './fill-page.js';
import { Report } from './report.js';

/** The page that scripts/build.mjs makes, without data. @throws TstraceError when the build is not whole. */
function template(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    const path = join(dir, 'dist', 'report.html');
    try {
      return readFileSync(path, 'utf8');
    } catch {
      if (dir === dirname(dir))
        throw new TstraceError('BUILD', "--report: dist/report.html is missing; run 'npm run build'");
      dir = dirname(dir);
    }
  }
}

/** A report that goes to a file. */
export class ReportFile {
  private readonly report: Report;
  private readonly page = template();

  constructor(
    options: TraceOptions,
    calls: Calls,
    private readonly path: string,
    private readonly stream: Stream,
  ) {
    this.report = new Report(options, calls);
  }

  /** Takes a record in. */
  record(c: Cursor): void {
    this.report.record(c);
  }

  /** Writes the page and closes the file; returns what went wrong. */
  write(limited: boolean): string | undefined {
    const { stream } = this;
    stream.sink.bytes(Buffer.from(fillPage(this.page, this.report.data(limited))));
    stream.close();
    return stream.failure && `${this.path}: ${stream.failure.message}`;
  }
}

/** Opens the file of a report. @throws UsageError when it cannot be written. */
export function openReport(options: TraceOptions & { readonly report: string }, calls: Calls): ReportFile {
  const { report: path } = options;
  let stream: Stream;
  try {
    stream = openStream(path, false);
  } catch (error) {
    throw new UsageError(`Can't fopen '${path}': ${errnoText(-((error as NodeJS.ErrnoException).errno ?? -5))}`);
  }
  return new ReportFile(options, calls, path, stream);
}
