// Proves a generated filter against the input it was made from, before it is installed.
import { BpfError } from './bpf-error.js';
import { collectBoundaries } from './condition.js';
import { abiWords, expectedAction, FILTER_ABIS, leafOfCall, type FilterInput, type Leaf } from './filter-input.js';
import { ARCH_I386, ARCH_X86_64, DATA_SIZE, isBranch, X32_BIT, type Program } from './instruction.js';
import { Machine } from './interpret.js';
import { validate } from './validate.js';

const ALL = 0xffffffff;
/** Numbers that no table has, at the edges of the number space and of the x32 bit. */
const ODD_NUMBERS = [ALL, ALL - 1, 0x3fffffff, X32_BIT, X32_BIT + 1, 0x7fffffff, 0x80000000, 0x80000001, 0xbfffffff];
/** AUDIT_ARCH numbers of arm64, riscv64, s390x, arm, and nonsense: all unknown here. */
const OTHER_ARCHES = [0, 0xc00000b7, 0xc00000f3, 0x80000016, 0x40000028, ARCH_X86_64 - 1, ARCH_I386 + 1, ALL];
const LOW_BITS = 0xffffffffn;

type Pair = readonly [number, number];

const ZERO: Pair = [0, 0];
const NO_ARGS: readonly Pair[] = [ZERO, ZERO, ZERO, ZERO, ZERO, ZERO];

function pairOf(value: bigint): Pair {
  return [Number(value & LOW_BITS), Number(value >> 32n)];
}

/** Argument vectors for a leaf with conditions: every boundary value of an argument beside typical others. */
function* argumentVectors(leaf: Leaf): Generator<readonly Pair[]> {
  const boundaries = NO_ARGS.map(() => new Set<bigint>([0n, 1n, 0xffffffffn, 1n << 63n, (1n << 64n) - 1n]));
  const collect = (part: Leaf): void => {
    if (part.kind !== 'check') return;
    collectBoundaries(part.condition, boundaries);
    collect(part.then);
    collect(part.otherwise);
  };
  collect(leaf);
  const lists = boundaries.map((set) => [...set].map(pairOf));
  const longest = Math.max(...lists.map((list) => list.length));
  for (let arg = 0; arg < lists.length; arg++) {
    for (const value of lists[arg]) {
      yield NO_ARGS.map((zero, index) => (index === arg ? value : zero));
    }
  }
  // Combinations, by strides that differ per argument so that the values meet in varied company.
  for (let step = 0; step < 4 * longest; step++) {
    yield lists.map((list, arg) => list[(step * (2 * arg + 1) + Math.floor(step / longest) * (arg + 1)) % list.length]);
  }
}

/**
 * Throws BpfError unless the kernel's rules accept the program and it decides as the input says: for every number of
 * every table and one more, for the odd numbers and unknown architectures, for every constant of the program and its
 * neighbours (which covers all cases of a program that only compares), and for the conditions' boundary values.
 */
export function verifyFilter(program: Program, input: FilterInput): void {
  validate(program);
  const machine = new Machine();
  const words = new Uint32Array(DATA_SIZE / 4);
  /** Arguments and what must come of them: the same for all numbers with one decision. */
  const cases = new Map<Leaf, { readonly args: Uint32Array; readonly expected: number }[]>();
  const casesOf = (leaf: Leaf): { readonly args: Uint32Array; readonly expected: number }[] => {
    let made = cases.get(leaf);
    if (!made) {
      made = [];
      for (const args of argumentVectors(leaf)) {
        made.push({ args: new Uint32Array(args.flat()), expected: expectedAction(leaf, args) });
      }
      cases.set(leaf, made);
    }
    return made;
  };
  const check = (arch: number, nr: number): void => {
    words[0] = nr;
    words[1] = arch;
    const leaf = leafOfCall(input, arch, nr);
    if (leaf.kind !== 'check') {
      compare(arch, nr, expectedAction(leaf, NO_ARGS));
      return;
    }
    for (const { args, expected } of casesOf(leaf)) {
      words.set(args, 4);
      compare(arch, nr, expected);
    }
    words.fill(0, 4);
  };
  const compare = (arch: number, nr: number, expected: number): void => {
    const action = machine.run(program, words);
    if (action !== expected) {
      const call = `arch 0x${arch.toString(16)} nr 0x${nr.toString(16)}`;
      throw new BpfError('verification', `${call} gives 0x${action.toString(16)}, not 0x${expected.toString(16)}`);
    }
  };
  for (const abi of FILTER_ABIS) {
    const { arch, base } = abiWords(abi);
    for (let nr = 0; nr <= input[abi].size + 1; nr++) check(arch, base + nr);
  }
  const numbers = new Set(ODD_NUMBERS);
  for (const { code, k } of program) {
    if (!isBranch(code)) continue;
    numbers.add(k);
    numbers.add((k + 1) >>> 0);
    numbers.add((k - 1) >>> 0);
  }
  for (const nr of numbers) {
    check(ARCH_X86_64, nr);
    check(ARCH_I386, nr);
  }
  for (const arch of OTHER_ARCHES) {
    check(arch, 0);
    check(arch, 1);
    check(arch, ALL);
    check(arch, X32_BIT);
  }
}
