// What a seccomp filter is made from: for each ABI its table's size and, per number, trace, allow or a condition.
import { BpfError } from './bpf-error.js';
import { evaluateCondition, type ArgWords, type Condition } from './condition.js';
import { ARCH_I386, ARCH_X86_64, RET_ALLOW, RET_TRACE, X32_BIT } from './instruction.js';

/** The ABIs of an x86_64 kernel; x32 numbers are given without their bit 0x40000000. */
export type FilterAbi = 'x86_64' | 'i386' | 'x32';

export const FILTER_ABIS: readonly FilterAbi[] = ['x86_64', 'i386', 'x32'];

/** The decision for one call; `rule` (16 bits) comes back as the data of SECCOMP_RET_TRACE. */
export type Leaf =
  | { readonly kind: 'allow' }
  | { readonly kind: 'trace'; readonly rule: number }
  | { readonly kind: 'check'; readonly condition: Condition; readonly then: Leaf; readonly otherwise: Leaf };

export const ALLOW_LEAF: Leaf = { kind: 'allow' };
export const TRACE_LEAF: Leaf = { kind: 'trace', rule: 0 };

/** The rules of one ABI. Numbers from `size` on are always traced. */
export interface AbiRules {
  /** Highest known number plus one. */
  readonly size: number;
  /** Numbers to trace with rule 0; all other numbers below `size` are allowed. */
  readonly traced: ReadonlySet<number>;
  /** Numbers with a decision of their own; it overrides `traced`. */
  readonly leaves?: ReadonlyMap<number, Leaf>;
}

/** Calls of an unknown architecture are always traced. */
export type FilterInput = Readonly<Record<FilterAbi, AbiRules>>;

/** The decision for a number of an ABI (x32 without its bit). */
export function leafOf(rules: AbiRules, nr: number): Leaf {
  if (nr >= rules.size) return TRACE_LEAF;
  return rules.leaves?.get(nr) ?? (rules.traced.has(nr) ? TRACE_LEAF : ALLOW_LEAF);
}

/** The decision for seccomp_data's `arch` and `nr` words. */
export function leafOfCall(input: FilterInput, arch: number, nr: number): Leaf {
  if (arch === ARCH_I386) return leafOf(input.i386, nr);
  if (arch !== ARCH_X86_64) return TRACE_LEAF;
  return nr >= X32_BIT ? leafOf(input.x32, nr - X32_BIT) : leafOf(input.x86_64, nr);
}

/** The word a filter must return: the reference that programs are verified against. */
export function expectedAction(leaf: Leaf, args: ArgWords): number {
  switch (leaf.kind) {
    case 'allow':
      return RET_ALLOW;
    case 'trace':
      return (RET_TRACE | leaf.rule) >>> 0;
    case 'check':
      return expectedAction(evaluateCondition(leaf.condition, args) ? leaf.then : leaf.otherwise, args);
  }
}

/** AUDIT_ARCH number of an ABI, and what is added to its numbers in seccomp_data. */
export function abiWords(abi: FilterAbi): { arch: number; base: number } {
  if (abi === 'i386') return { arch: ARCH_I386, base: 0 };
  return { arch: ARCH_X86_64, base: abi === 'x32' ? X32_BIT : 0 };
}

function checkCondition(condition: Condition, where: string): void {
  if (condition.op === 'and' || condition.op === 'or') {
    for (const part of condition.of) checkCondition(part, where);
  } else if (condition.op === 'not') checkCondition(condition.of, where);
  else if (!Number.isInteger(condition.arg) || condition.arg < 0 || condition.arg > 5) {
    throw new BpfError('filter input', `${where}: there is no argument ${condition.arg}`);
  }
}

function checkLeaf(leaf: Leaf, where: string): void {
  if (leaf.kind === 'check') {
    checkCondition(leaf.condition, where);
    checkLeaf(leaf.then, where);
    checkLeaf(leaf.otherwise, where);
  } else if (leaf.kind === 'trace' && !(Number.isInteger(leaf.rule) && leaf.rule >= 0 && leaf.rule <= 0xffff)) {
    throw new BpfError('filter input', `${where}: rule ${leaf.rule} does not fit 16 bits`);
  }
}

/** Throws BpfError for tables, arguments and rules that seccomp_data cannot express. */
export function checkFilterInput(input: FilterInput): void {
  for (const abi of FILTER_ABIS) {
    const { size, leaves } = input[abi];
    if (!Number.isInteger(size) || size < 0 || size > X32_BIT - 32) {
      throw new BpfError('filter input', `${abi}: table size ${size}`);
    }
    if (leaves) for (const [nr, leaf] of leaves) checkLeaf(leaf, `${abi} ${nr}`);
  }
}
