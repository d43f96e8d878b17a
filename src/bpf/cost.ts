// What a filter costs: path lengths per ABI and the allowed calls that the kernel answers without running it.
import { abiWords, FILTER_ABIS, leafOf, type FilterAbi, type FilterInput } from './filter-input.js';
import { CLASS_LD, DATA_SIZE, isBranch, isReturn, Op, RET_ALLOW, type Program } from './instruction.js';
import { cacheable, Machine } from './interpret.js';

/** Instructions executed over all numbers of an ABI's table, with zero arguments. */
export interface PathCost {
  readonly mean: number;
  readonly worst: number;
}

/** Figures of one program. */
export interface FilterCost {
  /** Number of instructions. */
  readonly size: number;
  /** Allowed numbers of the x86_64 and i386 tables, and those of them answered from the kernel's bitmap. */
  readonly allowed: number;
  readonly cacheable: number;
  readonly paths: Readonly<Record<FilterAbi, PathCost>>;
}

/**
 * Where the program's behaviour may change: between two neighbours of this ascending list all numbers take one path.
 * Undefined when it does more than compare loaded words.
 */
function turningPoints(program: Program): number[] | undefined {
  const points = new Set<number>();
  for (const { code, k } of program) {
    if (isBranch(code)) {
      if (code !== Op.JEQ_K && code !== Op.JGE_K && code !== Op.JGT_K) return undefined;
      points.add(k).add(k + 1);
    } else if (!isReturn(code) && code !== Op.JA && (code & 7) !== CLASS_LD) return undefined;
  }
  return [...points].sort((p, q) => p - q);
}

/** Costs over all numbers of every table; one run stands for all numbers that take the same path. */
export function measureFilter(program: Program, input: FilterInput): FilterCost {
  const machine = new Machine();
  const words = new Uint32Array(DATA_SIZE / 4);
  const points = turningPoints(program);
  const paths: Record<FilterAbi, PathCost> = {
    x86_64: { mean: 0, worst: 0 },
    i386: { mean: 0, worst: 0 },
    x32: { mean: 0, worst: 0 },
  };
  let allowed = 0;
  let cached = 0;
  for (const abi of FILTER_ABIS) {
    const { arch, base } = abiWords(abi);
    const rules = input[abi];
    const end = base + rules.size;
    let sum = 0;
    let worst = 0;
    let point = 0;
    words[1] = arch;
    for (let nr = base; nr < end;) {
      let next = nr + 1;
      if (points) {
        while (point < points.length && points[point] <= nr) point++;
        next = Math.min(points[point] ?? end, end);
      }
      words[0] = nr;
      const action = machine.run(program, words);
      sum += machine.executed * (next - nr);
      if (machine.executed > worst) worst = machine.executed;
      if (abi !== 'x32' && action === RET_ALLOW && leafOf(rules, nr - base).kind === 'allow') {
        allowed += next - nr;
        if (cacheable(program, arch, nr)) cached += next - nr;
      }
      nr = next;
    }
    paths[abi] = { mean: rules.size ? sum / rules.size : 0, worst };
  }
  return { size: program.length, allowed, cacheable: cached, paths };
}

/** Negative when `a` is the better filter: more cached calls, then shorter worst path, mean path, program. */
export function compareCost(a: FilterCost, b: FilterCost): number {
  const worst = (cost: FilterCost): number => Math.max(...FILTER_ABIS.map((abi) => cost.paths[abi].worst));
  const mean = (cost: FilterCost): number => FILTER_ABIS.reduce((sum, abi) => sum + cost.paths[abi].mean, 0);
  return b.cacheable - a.cacheable || worst(a) - worst(b) || mean(a) - mean(b) || a.size - b.size;
}
