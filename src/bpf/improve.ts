// The best equivalent of a filter: peephole and synthesis, each proved, the cheapest by calls answered without running it.
import { BpfError } from './bpf-error.js';
import { areEquivalent } from './decision/equivalence.js';
import { DATA_ARCH, Op, type Program } from './instruction.js';
import { longestPath, tableCost } from './metrics.js';
import { optimize } from './optimize.js';
import { synthesise } from './synthesise.js';
import { findRefusal, validate } from './validate.js';

/** Figures of a program over the tables of the architectures that it handles. */
export interface ProgramCost {
  readonly size: number;
  readonly longest: number;
  readonly mean: number;
  readonly allowed: number;
  readonly cached: number;
}

/** A program proved to be equivalent over all inputs; the original when nothing cheaper was found. */
export interface Improved {
  readonly program: Program;
  readonly before: ProgramCost;
  readonly after: ProgramCost;
}

/** Architectures that a filter compares with. */
function architecturesIn(program: Program, assumed: number): number[] {
  const found = new Set<number>();
  let holdsArch = false;
  for (const { code, k } of program) {
    if (code === Op.LD_W_ABS) holdsArch = k === DATA_ARCH;
    else if (holdsArch && code === Op.JEQ_K) found.add(k);
  }
  return found.size > 0 ? [...found] : [assumed];
}

/** Costs over all tables together. */
export function programCost(
  program: Program,
  arches: readonly number[],
  numbers: (arch: number) => readonly number[],
): ProgramCost {
  let allowed = 0;
  let cached = 0;
  let mean = 0;
  for (const arch of arches) {
    const cost = tableCost(program, arch, numbers(arch));
    allowed += cost.allowed;
    cached += cost.cached;
    mean += cost.mean / arches.length;
  }
  return { size: program.length, longest: longestPath(program), mean, allowed, cached };
}

/** Negative when `p` is cheaper: more cached calls, then shorter ways, then a shorter program. */
function compare(p: ProgramCost, q: ProgramCost): number {
  return q.cached - p.cached || p.mean + p.longest - (q.mean + q.longest) || p.size - q.size;
}

/**
 * The cheapest program with the same verdicts; `assumed` names the calls when the filter does not look at the
 * architecture. @throws BpfError for programs that the kernel refuses.
 */
export function improve(program: Program, assumed: number, numbers: (arch: number) => readonly number[]): Improved {
  validate(program);
  const arches = architecturesIn(program, assumed);
  const before = programCost(program, arches, numbers);
  let best: Improved = { program, before, after: before };
  const consider = (candidate: Program): void => {
    if (findRefusal(candidate)) return;
    const after = programCost(candidate, arches, numbers);
    if (compare(after, best.after) >= 0) return;
    try {
      if (!areEquivalent(program, candidate)) {
        throw new BpfError('verification', 'an optimised program decides otherwise');
      }
    } catch (error) {
      if (!(error instanceof BpfError) || error.fault !== 'too complex') throw error;
      // Without a proof nothing is given out.
      return;
    }
    best = { program: candidate, before, after };
  };
  consider(optimize(program));
  for (const candidate of synthesise(program)) {
    consider(candidate);
    if (!findRefusal(candidate)) consider(optimize(candidate));
  }
  return best;
}
