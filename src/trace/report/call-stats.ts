// Calls by name, and their failures by error.
import { errnoName, errnoText, restartName } from '../../abi/errno.js';
import type { CallData, Category, ErrorData } from './data.js';
import { CATEGORIES } from './data.js';
import { Histogram } from './histogram.js';

/** Most paths that are counted for an error, and most that are told. */
const PATHS_COUNTED = 256;
const PATHS_TOLD = 5;

/** Failures of one call with one error. */
export class Failure {
  calls = 0;
  time = 0;
  line = '';
  private readonly paths = new Map<string, number>();

  path(path: string): void {
    const count = this.paths.get(path);
    if (count !== undefined || this.paths.size < PATHS_COUNTED) this.paths.set(path, (count ?? 0) + 1);
  }

  /** The paths that failed most often. */
  worst(): [string, number][] {
    return [...this.paths].sort((a, b) => b[1] - a[1]).slice(0, PATHS_TOLD);
  }
}

/** What is known of the calls of one name. */
export class CallStats {
  calls = 0;
  errors = 0;
  time = 0;
  unfinished = 0;
  readonly times = new Histogram();
  readonly failures = new Map<number, Failure>();
  /** Time by category: the same call may be about a file here, about a socket there. */
  readonly categories = new Float64Array(CATEGORIES.length);

  constructor(readonly name: string) {}

  /** The failures with an error. */
  failure(errno: number): Failure {
    let failure = this.failures.get(errno);
    if (!failure) this.failures.set(errno, (failure = new Failure()));
    return failure;
  }

  private get category(): Category {
    let most = 0;
    for (let i = 1; i < this.categories.length; i++) if (this.categories[i] > this.categories[most]) most = i;
    return CATEGORIES[most];
  }

  /** For the page. */
  data(): CallData {
    const { name, calls, errors, time, unfinished, times, category } = this;
    return {
      name,
      category,
      calls,
      errors,
      time,
      unfinished,
      least: times.total ? times.least : 0,
      median: times.quantile(0.5),
      p99: times.quantile(0.99),
      most: times.most,
    };
  }

  /** Its failures, for the page. */
  errorData(): ErrorData[] {
    return [...this.failures].map(([errno, failure]) => {
      const restart = errno >= 512 && errno <= 516;
      return {
        call: this.name,
        error: restart ? restartName(errno) : (errnoName(errno) ?? `errno ${errno}`),
        text: restart ? 'Interrupted by a signal' : errnoText(errno),
        calls: failure.calls,
        time: failure.time,
        line: failure.line,
        paths: failure.worst(),
      };
    });
  }
}
