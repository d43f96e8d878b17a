// Ordered decision diagrams with 32-bit words at their ends: equal functions are equal numbers, over all inputs. A
// Boolean function is one whose ends are 0 and 1.
import { BpfError } from '../bpf-error.js';

/** A function; nodes are made by `Diagrams` alone. */
export type Node = number;

/** The variable of an end: behind all others. */
const END = 0x7fffffff;
/** What two filters may take before the answer is "too complex": some 100 MB. */
const MAX_NODES = 4_000_000;
const FIRST_NODES = 1 << 12;
const FIRST_CACHE = 1 << 12;
const MAX_CACHE = 1 << 20;

function hash(a: number, b: number, c: number): number {
  let h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b, 0x85ebca6b) ^ Math.imul(c, 0xc2b2ae35);
  h ^= h >>> 15;
  return Math.imul(h, 0x2c1b3c6d) >>> 8;
}

/** A store of functions over numbered variables; the lowest number is decided first. */
export class Diagrams {
  private variables = new Int32Array(FIRST_NODES);
  /** An end keeps its word here. */
  private lows = new Int32Array(FIRST_NODES);
  private highs = new Int32Array(FIRST_NODES);
  private count = 0;
  /** Open addressing over nodes; 0: free, else a node plus 1. */
  private unique = new Int32Array(FIRST_NODES * 2);
  /** Results of `ite`, four numbers each; a newer one overwrites an older one. */
  private cache = new Int32Array(FIRST_CACHE * 4);
  private readonly ends = new Map<number, Node>();

  readonly false: Node;
  readonly true: Node;

  /** @param most how many nodes there may be before a function is too complex. */
  constructor(private readonly most = MAX_NODES) {
    this.false = this.end(0);
    this.true = this.end(1);
  }

  /** The constant function. */
  end(word: number): Node {
    let node = this.ends.get(word);
    if (node === undefined) {
      node = this.add(END, word | 0, 0);
      this.ends.set(word, node);
    }
    return node;
  }

  /** The value of one variable. */
  variable(index: number): Node {
    return this.node(index, this.false, this.true);
  }

  isEnd(node: Node): boolean {
    return this.variables[node] === END;
  }

  /** The word of an end. */
  word(node: Node): number {
    return this.lows[node] >>> 0;
  }

  /** The first variable that a function looks at; only for functions that are no ends. */
  variableOf(node: Node): number {
    return this.variables[node];
  }

  low(node: Node): Node {
    return this.lows[node];
  }

  high(node: Node): Node {
    return this.highs[node];
  }

  /** `low` where the variable is 0, `high` where it is 1; both look at later variables only. */
  node(variable: number, low: Node, high: Node): Node {
    if (low === high) return low;
    const mask = this.unique.length - 1;
    let slot = hash(variable, low, high) & mask;
    for (let entry; (entry = this.unique[slot]) !== 0; slot = (slot + 1) & mask) {
      const node = entry - 1;
      if (this.variables[node] === variable && this.lows[node] === low && this.highs[node] === high) return node;
    }
    const made = this.add(variable, low, high);
    // Growing has rebuilt the table, the new node with it.
    if (this.unique.length - 1 === mask) this.unique[slot] = made + 1;
    return made;
  }

  private add(variable: number, low: number, high: number): Node {
    const node = this.count++;
    if (node >= this.most) throw new BpfError('too complex', `more than ${this.most} decisions`);
    if (node === this.variables.length) this.grow();
    this.variables[node] = variable;
    this.lows[node] = low;
    this.highs[node] = high;
    if (this.count * 2 > this.unique.length) this.rehash();
    return node;
  }

  private grow(): void {
    const larger = (old: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> => {
      const made = new Int32Array(old.length * 2);
      made.set(old);
      return made;
    };
    this.variables = larger(this.variables);
    this.lows = larger(this.lows);
    this.highs = larger(this.highs);
    if (this.cache.length < MAX_CACHE * 4) this.cache = new Int32Array(this.cache.length * 2);
  }

  private rehash(): void {
    this.unique = new Int32Array(this.unique.length * 2);
    const mask = this.unique.length - 1;
    for (let node = 0; node < this.count; node++) {
      if (this.variables[node] === END) continue;
      let slot = hash(this.variables[node], this.lows[node], this.highs[node]) & mask;
      while (this.unique[slot] !== 0) slot = (slot + 1) & mask;
      this.unique[slot] = node + 1;
    }
  }

  /** Where `condition` (a Boolean function) holds `yes`, elsewhere `no`. */
  ite(condition: Node, yes: Node, no: Node): Node {
    if (condition === this.true || yes === no) return yes;
    if (condition === this.false) return no;
    if (yes === this.true && no === this.false) return condition;
    const slot = (hash(condition, yes, no) & ((this.cache.length >> 2) - 1)) << 2;
    const { cache } = this;
    if (cache[slot] === condition && cache[slot + 1] === yes && cache[slot + 2] === no) return cache[slot + 3];
    const { variables, lows } = this;
    const top = Math.min(variables[condition], variables[yes], variables[no]);
    const conditionTop = variables[condition] === top;
    const yesTop = variables[yes] === top;
    const noTop = variables[no] === top;
    const low = this.ite(conditionTop ? lows[condition] : condition, yesTop ? lows[yes] : yes, noTop ? lows[no] : no);
    // The arrays may have been replaced meanwhile.
    const high = this.ite(
      conditionTop ? this.highs[condition] : condition,
      yesTop ? this.highs[yes] : yes,
      noTop ? this.highs[no] : no,
    );
    const made = this.node(top, low, high);
    const again = (hash(condition, yes, no) & ((this.cache.length >> 2) - 1)) << 2;
    this.cache[again] = condition;
    this.cache[again + 1] = yes;
    this.cache[again + 2] = no;
    this.cache[again + 3] = made;
    return made;
  }

  and(a: Node, b: Node): Node {
    return this.ite(a, b, this.false);
  }

  or(a: Node, b: Node): Node {
    return this.ite(a, this.true, b);
  }

  not(a: Node): Node {
    return this.ite(a, this.false, this.true);
  }

  xor(a: Node, b: Node): Node {
    return this.ite(a, this.not(b), b);
  }

  /** The function with other words at its ends. */
  map(node: Node, change: (word: number) => number): Node {
    const done = new Map<Node, Node>();
    const visit = (n: Node): Node => {
      if (this.variables[n] === END) return this.end(change(this.word(n)) >>> 0);
      let made = done.get(n);
      if (made === undefined) {
        made = this.node(this.variables[n], visit(this.lows[n]), visit(this.highs[n]));
        done.set(n, made);
      }
      return made;
    };
    return visit(node);
  }

  /** Both functions at once, by what `join` makes of their words. */
  combine(a: Node, b: Node, join: (a: number, b: number) => number): Node {
    const done = new Map<number, Node>();
    const visit = (p: Node, q: Node): Node => {
      const pVariable = this.variables[p];
      const qVariable = this.variables[q];
      if (pVariable === END && qVariable === END) return this.end(join(this.word(p), this.word(q)) >>> 0);
      const key = p * MAX_NODES + q;
      let made = done.get(key);
      if (made === undefined) {
        const top = Math.min(pVariable, qVariable);
        const low = visit(pVariable === top ? this.lows[p] : p, qVariable === top ? this.lows[q] : q);
        const high = visit(pVariable === top ? this.highs[p] : p, qVariable === top ? this.highs[q] : q);
        made = this.node(top, low, high);
        done.set(key, made);
      }
      return made;
    };
    return visit(a, b);
  }

  /** The Boolean function of the inputs for which two functions differ. */
  difference(a: Node, b: Node): Node {
    return this.combine(a, b, (p, q) => (p === q ? 0 : 1));
  }

  /** The words a function can end in. */
  words(node: Node): number[] {
    const seen = new Set<Node>();
    const words = new Set<number>();
    const visit = (n: Node): void => {
      if (seen.has(n)) return;
      seen.add(n);
      if (this.variables[n] === END) words.add(this.word(n));
      else {
        visit(this.lows[n]);
        visit(this.highs[n]);
      }
    };
    visit(node);
    return [...words].sort((p, q) => p - q);
  }
}
