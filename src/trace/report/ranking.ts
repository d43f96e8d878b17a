// The greatest of any number of things: a heap with the least of them on top.

/** Keeps the `size` things with the greatest keys. */
export class Ranking<T> {
  private readonly heap: { readonly key: number; readonly thing: T }[] = [];

  constructor(private readonly size: number) {}

  /** Whether a thing with this key would be kept: make it only then. */
  admits(key: number): boolean {
    return this.heap.length < this.size || key > this.heap[0].key;
  }

  add(key: number, thing: T): void {
    if (!this.admits(key)) return;
    const { heap } = this;
    const entry = { key, thing };
    if (heap.length < this.size) {
      let at = heap.push(entry) - 1;
      for (let up = (at - 1) >> 1; at > 0 && heap[up].key > key; at = up, up = (at - 1) >> 1) heap[at] = heap[up];
      heap[at] = entry;
      return;
    }
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      if (down + 1 < heap.length && heap[down + 1].key < heap[down].key) down++;
      if (down >= heap.length || heap[down].key >= key) break;
      heap[at] = heap[down];
      at = down;
    }
    heap[at] = entry;
  }

  /** The things, greatest key first. */
  sorted(): T[] {
    return [...this.heap].sort((a, b) => b.key - a.key).map(({ thing }) => thing);
  }
}
