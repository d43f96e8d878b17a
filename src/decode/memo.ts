// Results of functions of two words, kept by these words.

/** Most results that are kept: values of hostile programs must not fill the memory. */
const KEPT_MAX = 2048;

/** A function that keeps what it has found: `find` is asked once for each pair of words, as long as there is room. */
export function memo<T extends object>(find: (first: number, second: number) => T): typeof find {
  const bySecond = new Map<number, Map<number, T>>();
  let kept = 0;
  return (first, second) => {
    let byFirst = bySecond.get(second);
    let found = byFirst?.get(first);
    if (found === undefined) {
      found = find(first, second);
      if (kept < KEPT_MAX) {
        if (!byFirst) bySecond.set(second, (byFirst = new Map<number, T>()));
        byFirst.set(first, found);
        kept++;
      }
    }
    return found;
  };
}
