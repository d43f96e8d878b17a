// The filter of -n: made from the trace set, verified, and offered to the native side with the kernel's stop order.
import type { TraceOptions } from './options.js';

/** A filter that may be installed. */
export interface PreparedFilter {
  /** Encoded instructions. */
  readonly program: Uint8Array;
  /** The kernel's order of stops: 1 since 4.8, 2 before. */
  readonly order: 1 | 2;
}

/** Makes the filter; undefined, with a warning, where there can be none. */
export async function prepareFilter(options: TraceOptions, warnings: string[]): Promise<PreparedFilter | undefined> {
  void options;
  warnings.push('x');
  return undefined;
}
