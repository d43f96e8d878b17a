// --explain-filter: the program of -n, what each way of building it would cost, and what of the selection it decides.
import { ABIS } from '../abi/abi.js';
import { archSyscallName } from '../abi/architectures.js';
import { callLimit, callName, unnamedCall } from '../abi/syscalls.js';
import { disassemble } from '../bpf/disassemble.js';
import type { Condition } from '../bpf/condition.js';
import type { Where } from '../where/where.js';
import type { TraceOptions } from './options.js';
import { compilePlan, planFilter } from './seccomp.js';
import { selecting, undecidedParts } from './selection.js';

/** Calls that a line names. */
const MANY = 6;
const OPERATORS: Readonly<Record<string, string>> = { eq: '==', ne: '!=', lt: '<', le: '<=', gt: '>', ge: '>=' };

function conditionText(condition: Condition): string {
  switch (condition.op) {
    case 'and':
    case 'or':
      return `(${condition.of.map(conditionText).join(condition.op === 'and' ? ' && ' : ' || ')})`;
    case 'not':
      return `!${conditionText(condition.of)}`;
    default: {
      const { arg, mask } = condition;
      const left = mask === undefined ? `args[${arg}]` : `(args[${arg}] & 0x${mask.toString(16)})`;
      if (condition.op === 'in') return `${left} in {${condition.values.join(', ')}}`;
      return `${left} ${OPERATORS[condition.op]} ${condition.value}`;
    }
  }
}

/** What of the selection the tracer tests, with the calls that it is about, each line once. */
function leftToTracer(options: TraceOptions, where: Where | undefined): string[] {
  const lines = new Map<string, Set<string>>();
  const add = (line: string, name: string): void => {
    const names = lines.get(line);
    if (names) names.add(name);
    else lines.set(line, new Set([name]));
  };
  for (const abi of ABIS)
    for (let nr = 0; nr < callLimit(abi.name); nr++) {
      const name = callName(abi.name, nr);
      if (name === undefined || !options.trace.has(abi.name, nr)) continue;
      for (const { text, why } of undecidedParts(options, where, abi.index, nr)) add(`${text}: ${why}`, name);
    }
  const shown = (names: ReadonlySet<string>): string =>
    names.size <= MANY
      ? [...names].join(', ')
      : `${[...names].slice(0, MANY).join(', ')} and ${names.size - MANY} more`;
  return [...lines].map(([line, names]) => `  ${line} (${shown(names)})`);
}

/** The explanation, line by line. */
export function explainFilter(options: TraceOptions, where: Where | undefined): string[] {
  const plan = planFilter(options, selecting(options, where));
  if (plan.complete) return ['no filter: every call is traced'];
  const { program, strategy, strategies } = compilePlan(plan, true);
  const tried = strategies.map(({ strategy: name, cost, problem }) => {
    if (!cost) return `  ${name}: ${problem ?? 'not possible'}`;
    const { paths, size, cacheable, allowed } = cost;
    const ways = Object.entries(paths).map(([abi, { mean, worst }]) => `${abi} ${mean.toFixed(1)}/${worst}`);
    const taken = name === strategy ? ' (taken)' : '';
    return `  ${name}: ${size} instructions; mean/longest way ${ways.join(', ')}; bitmap answers ${cacheable} of ${allowed} allowed calls${taken}`;
  });
  const decided = plan.calls.map(({ abi, nr, bounds, rule }) => {
    const name = callName(abi, nr) ?? unnamedCall(abi, nr);
    const left = rule > 0 ? `decided, rule ${rule}` : 'the tracer tests the rest';
    return `  ${abi} ${name}: ${typeof bounds.upper === 'boolean' ? 'always' : conditionText(bounds.upper)}; ${left}`;
  });
  const left = leftToTracer(options, where);
  return [
    'ways to build it (fewest uncached calls, then the shortest ways, then the shortest program):',
    ...tried,
    ...(decided.length > 0 ? ['conditions in the kernel:', ...decided] : []),
    ...(left.length > 0 ? ['left to the tracer:', ...left] : []),
    ...disassemble(program, { syscallName: archSyscallName }),
  ];
}
