// What is told of a finding.
import fc from 'fast-check';

/** The smallest input and what it led to; undefined when nothing was found. */
export function reportOf<T>(result: fc.RunDetails<T>): string | undefined {
  if (!result.failed) return undefined;
  const { errorInstance: error } = result;
  return `${fc.defaultReportMessage(result)}\n${error instanceof Error ? error.stack : String(error)}`;
}
