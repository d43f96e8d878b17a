// Compares two normalised traces and fails with the lines that differ.

/** The first lines that differ, each pair below its number; undefined when there is no difference. */
export function difference(expected: string, actual: string, most = 8): string | undefined {
  const want = expected.split('\n');
  const got = actual.split('\n');
  const lines: string[] = [];
  for (let i = 0; i < Math.max(want.length, got.length) && lines.length < 3 * most; i++)
    if (want[i] !== got[i])
      lines.push(`line ${i + 1}:`, `  strace:  ${want[i] ?? '(nothing)'}`, `  tstrace: ${got[i] ?? '(nothing)'}`);
  return lines.length ? lines.join('\n') : undefined;
}

/**
 * For programs whose threads or timing differ from run to run: several runs of strace tell which lines are stable, and
 * these must be there as often under tstrace. A trace set that leaves few lines may have few that are stable, but not none.
 */
export function stableDifference(runs: readonly string[], actual: string): string | undefined {
  const count = (text: string): Map<string, number> => {
    const counts = new Map<string, number>();
    for (const line of text.split('\n')) counts.set(line, (counts.get(line) ?? 0) + 1);
    return counts;
  };
  const [first, ...others] = runs.map(count);
  const ours = count(actual);
  const lines: string[] = [];
  let stable = 0;
  for (const [line, n] of first) {
    if (others.some((other) => other.get(line) !== n)) continue;
    stable++;
    if ((ours.get(line) ?? 0) !== n)
      lines.push(`  strace (${n} times): ${line}`, `  tstrace: ${ours.get(line) ?? 0} times`);
  }
  const enough = Math.min(10, Math.ceil(first.size / 4));
  if (stable < enough)
    return `only ${stable} of ${first.size} lines were the same in ${runs.length} runs of strace: nothing was compared`;
  return lines.length ? lines.slice(0, 16).join('\n') : undefined;
}
