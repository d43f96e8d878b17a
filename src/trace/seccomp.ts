// The filter of -n: made from the trace set and from what calls are selected by, verified, and offered to the native side
// with the kernel's stop order.
import type { AbiName } from '../abi/abi.js';
import { ABIS } from '../abi/abi.js';
import { CARRIED_IPC, CARRIED_SOCKETCALL, IPC, SOCKETCALL } from '../abi/multiplexers.js';
import { syscallNumbers, tableSize } from '../abi/syscalls.js';
import { probeSeccomp } from '../binding/tracer.js';
import type { Condition } from '../bpf/condition.js';
import type { AbiRules, FilterInput, Leaf } from '../bpf/filter-input.js';
import { ALLOW_LEAF, TRACE_LEAF } from '../bpf/filter-input.js';
import { encode } from '../bpf/instruction.js';
import { compileFilter, type CompiledFilter } from '../bpf/seccomp-filter.js';
import { simplify } from '../bpf/simplify.js';
import { straceDump } from '../bpf/strace-dump.js';
import { known, type Bounds } from '../where/bounds.js';
import type { TraceOptions } from './options.js';
import type { Selecting } from './selection.js';
import { wantedSubcalls } from './subcalls.js';

/** A filter that may be installed. */
export interface PreparedFilter {
  /** Encoded instructions. */
  readonly program: Uint8Array;
  /** The kernel's order of stops: 1 since 4.8, 2 before. */
  readonly order: 1 | 2;
  /** The program as -d shows it, line by line. */
  readonly dump: () => readonly string[];
}

/** linux/sched.h */
const CLONE_UNTRACED = 0x00800000n;
const UNTRACED: Condition = { op: 'ne', arg: 0, width: 32, mask: CLONE_UNTRACED, value: 0n };

/** What the filter does about one call, and how much of the selection it decides. */
export interface FilteredCall {
  readonly abi: AbiName;
  /** x32 without its bit. */
  readonly nr: number;
  readonly bounds: Bounds;
  /** The data of RET_TRACE that says that nothing is left to be tested; 0: the tracer tests again. */
  readonly rule: number;
}

/** The input of the compiler, and for the explanation what became of each call that is selected by its arguments. */
export interface FilterPlan {
  readonly input: FilterInput;
  readonly calls: readonly FilteredCall[];
  /** Nothing can be left out. */
  readonly complete: boolean;
}

const keyOf = (condition: Condition): string =>
  JSON.stringify(condition, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));

/** Makes the rules; conditions that registers decide wholly get numbers of their own. */
class Planner {
  readonly calls: FilteredCall[] = [];
  private readonly rules = new Map<string, number>();
  /** Equal decisions are one object: the compiler and the verification look at each once. */
  private readonly leaves = new Map<string, Leaf>();
  /** Whether any call can be let through. */
  restricts = false;

  constructor(
    private readonly options: TraceOptions,
    private readonly selecting: Selecting | undefined,
  ) {}

  private bounds(abi: AbiName, nr: number): Bounds {
    if (!this.selecting) return known(true);
    return this.selecting.bounds(
      ABIS.findIndex(({ name }) => name === abi),
      nr,
    );
  }

  /** The number of a condition; the same condition has the same one. */
  private ruleOf(condition: Condition): number {
    const key = keyOf(condition);
    const rule = this.rules.get(key) ?? this.rules.size + 1;
    if (rule > 0xffff) return 0;
    this.rules.set(key, rule);
    return rule;
  }

  /** The leaf of a call that is in the trace set; `otherwise`: what happens when it is not selected. */
  private leaf(abi: AbiName, nr: number, otherwise: Leaf): Leaf {
    const bounds = this.bounds(abi, nr);
    const { upper } = bounds;
    if (upper === true) return TRACE_LEAF;
    if (upper === false) return otherwise;
    const condition = simplify(upper);
    if (typeof condition === 'boolean') return condition ? TRACE_LEAF : otherwise;
    const rule = this.selecting?.isSettled(bounds) ? this.ruleOf(condition) : 0;
    this.calls.push({ abi, nr, bounds: { ...bounds, upper: condition }, rule });
    const key = `${rule}${keyOf(condition)}${otherwise.kind}`;
    let leaf = this.leaves.get(key);
    if (!leaf) {
      leaf = { kind: 'check', condition, then: rule === 0 ? TRACE_LEAF : { kind: 'trace', rule }, otherwise };
      this.leaves.set(key, leaf);
    }
    return leaf;
  }

  rulesOf(abi: AbiName): AbiRules {
    const { trace: set } = this.options;
    const size = tableSize(abi);
    const traced = new Set<number>();
    const leaves = new Map<number, Leaf>();
    const put = (nr: number, leaf: Leaf): void => {
      if (leaf.kind === 'check') leaves.set(nr, leaf);
      else if (leaf.kind === 'trace') traced.add(nr);
    };
    // The tracer must see every exec: the address space changes, and with it what can be read.
    const always = new Set(['execve', 'execveat', 'clone3'].flatMap((name) => syscallNumbers(abi, name)));
    // A child that is not to be traced keeps the filter, and nobody answers its stops: that is worth a warning. clone3 has
    // its flags in memory, where a filter cannot look.
    const clones = new Set(syscallNumbers(abi, 'clone'));
    const untraced: Leaf = { kind: 'check', condition: UNTRACED, then: TRACE_LEAF, otherwise: ALLOW_LEAF };
    for (let nr = 0; nr < size; nr++) {
      const otherwise = clones.has(nr) ? untraced : ALLOW_LEAF;
      if (always.has(nr)) traced.add(nr);
      else if (abi === 'i386' && (nr === SOCKETCALL || nr === IPC)) put(nr, this.multiplexer(nr));
      else put(nr, set.has(abi, nr) ? this.leaf(abi, nr, otherwise) : otherwise);
    }
    this.restricts ||= traced.size < size;
    return { size, traced, leaves };
  }

  /** socketcall and ipc of i386: the subcalls that are wanted, and may be selected. Their arguments are not looked at. */
  private multiplexer(nr: number): Leaf {
    const wanted = wantedSubcalls(this.options.trace, nr);
    const base = nr === IPC ? CARRIED_IPC : CARRIED_SOCKETCALL;
    const own = this.bounds('i386', nr).upper !== false;
    if (wanted === 'all') return own || this.selecting ? TRACE_LEAF : ALLOW_LEAF;
    const possible = wanted.filter((first) => this.bounds('i386', base + first).upper !== false);
    if (possible.length === 0) return ALLOW_LEAF;
    // ipc's first argument has a version in its upper half.
    const condition: Condition = {
      op: 'in',
      arg: 0,
      width: 32,
      values: possible.map(BigInt),
      ...(nr === IPC ? { mask: 0xffffn } : {}),
    };
    return { kind: 'check', condition, then: TRACE_LEAF, otherwise: ALLOW_LEAF };
  }
}

/** What the filter must do; `selecting`: what calls are selected by beside the trace set. */
export function planFilter(options: TraceOptions, selecting?: Selecting): FilterPlan {
  const planner = new Planner(options, selecting);
  const input: FilterInput = {
    x86_64: planner.rulesOf('x86_64'),
    i386: planner.rulesOf('i386'),
    x32: planner.rulesOf('x32'),
  };
  return { input, calls: planner.calls, complete: !planner.restricts };
}

/** The plan and the verified program of -n. */
export function compilePlan(plan: FilterPlan, explain = false): CompiledFilter {
  return compileFilter(plan.input, { explain });
}

/** Makes the filter; undefined, with a warning, where there can be none. */
export function prepareFilter(
  options: TraceOptions,
  warnings: string[],
  selecting: Selecting | undefined,
): PreparedFilter | undefined {
  const plan = planFilter(options, selecting);
  if (plan.complete) {
    warnings.push('Seccomp filter is requested but there are no syscalls to filter.  See -e trace to filter syscalls.');
    return undefined;
  }
  const order = probeSeccomp();
  if (typeof order !== 'number') {
    if (options.debug) warnings.push(order.unavailable);
    warnings.push('seccomp filter is requested but unavailable');
    return undefined;
  }
  const { program } = compilePlan(plan);
  return { program: encode(program), order, dump: () => straceDump(program) };
}
