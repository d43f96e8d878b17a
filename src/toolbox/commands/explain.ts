// tstrace-bpf explain: what a filter allows and what it does not, by action.
import type { CommandModule } from 'yargs';
import { longestPath, tableCost, type TableCost } from '../../bpf/metrics.js';
import { readPolicy, type PolicyNames } from '../../bpf/policy/policy.js';
import { common, type CommonArguments } from '../common.js';
import { Output } from '../output.js';
import { paintAction } from '../paint-line.js';
import { pfcLines } from '../pfc.js';
import { viewPolicy, type ActionView, type ArchView, type Entry, type PolicyView } from '../policy-view.js';
import { findFilters, sourceOptions, type Source, type SourceArguments } from '../sources.js';
import { POLICY_NAMES, targetNumbers, type Target } from '../target.js';
import { mergeSources, warn } from './dump.js';

interface Arguments extends SourceArguments, CommonArguments {
  format: 'text' | 'pfc';
  merge: boolean;
}

const WIDTH = 100;

/** Names side by side, in lines of at most 100 columns. */
function wrap(words: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = indent;
  words.forEach((word, i) => {
    const text = i + 1 < words.length ? `${word},` : word;
    if (line.length > indent.length && line.length + 1 + text.length > WIDTH) {
      lines.push(line);
      line = indent;
    }
    line += line.length > indent.length ? ` ${text}` : text;
  });
  return [...lines, line];
}

function entryLines({ name, when, otherwise }: Entry, output: Output): string[] {
  const call = output.paint('call', name);
  if (otherwise) return [`${call} otherwise`];
  if (when.length === 0) return [`${call} sometimes`];
  return when.map((conditions) => `${call} when ${conditions.join(' && ')}`);
}

function actionLines({ action, entries }: ActionView, output: Output): string[] {
  const plain = entries.filter(({ kind, when, otherwise }) => kind === 'call' && when.length === 0 && !otherwise);
  const rest = entries.filter((entry) => !plain.includes(entry));
  return [
    `  ${paintAction(output, action)}:`,
    ...(plain.length > 0
      ? wrap(
          plain.map(({ name }) => name),
          '    ',
        )
      : []),
    ...rest.flatMap((entry) => {
      const single = entry.when.length === 0 && !entry.otherwise;
      return (single ? [output.paint('call', entry.name)] : entryLines(entry, output)).map((line) => `    ${line}`);
    }),
  ];
}

function archLines(view: ArchView, output: Output): string[] {
  return [
    `${output.paint('strong', view.name)} (${view.constant}):`,
    ...view.actions.flatMap((action) => actionLines(action, output)),
    ...view.problems.map((problem) => `  (${problem})`),
  ];
}

function policyLines(view: PolicyView, output: Output): string[] {
  const lines = view.architectures.flatMap((arch) => archLines(arch, output));
  if (!view.checksArch)
    return [...lines, 'The architecture is not checked: numbers of any architecture are taken for these.'];
  const [first, ...more] = view.others;
  if (first && more.length === 0 && first.entries.every(({ kind }) => kind === 'default')) {
    return [...lines, `Other architectures: ${paintAction(output, first.action)}`];
  }
  return [...lines, 'Other architectures:', ...view.others.flatMap((action) => actionLines(action, output))];
}

function costLine({ size, longest, table }: { size: number; longest: number; table: TableCost }): string {
  const cached =
    table.allowed === 0
      ? 'no call is always allowed'
      : `${table.cached} of ${table.allowed} calls that are always allowed are answered from the kernel's bitmap`;
  return `Cost: ${size} instructions, at most ${longest} in a row, ${table.mean.toFixed(1)} on average; ${cached}`;
}

/** Figures of a filter for the calls of a target. */
function costOf({ program, target }: Source): { size: number; longest: number; table: TableCost } {
  return {
    size: program.length,
    longest: longestPath(program),
    table: tableCost(program, target.arch.audit, targetNumbers(target)),
  };
}

/** Conditions are about registers there, and not about arguments by name. */
const REGISTERS: PolicyNames = { numbers: POLICY_NAMES.numbers, parameters: () => undefined };

function explainOne(source: Source, output: Output, { json, format }: Arguments): void {
  const { program, name } = source;
  const target: Target = source.target;
  if (format === 'pfc' && !json) {
    output.lines(pfcLines(readPolicy(program, target.arch, REGISTERS)));
    return;
  }
  const view = viewPolicy(readPolicy(program, target.arch, POLICY_NAMES));
  const cost = costOf(source);
  if (json) {
    output.json({ source: name, ...view, cost: { ...cost, table: { arch: target.arch.name, ...cost.table } } });
    return;
  }
  output.lines([output.paint('faint', `# ${name}`), ...policyLines(view, output), costLine(cost)]);
}

export const explain: CommandModule<object, Arguments> = {
  command: 'explain [source] [programArgs..]',
  describe: 'say what a filter allows and what it does not',
  builder: (yargs) =>
    common(sourceOptions(yargs))
      .positional('source', { type: 'string', describe: 'a filter, rules, or a program to run; - is standard input' })
      .positional('programArgs', { type: 'string', array: true, default: [], hidden: true })
      .option('format', {
        alias: 'f',
        choices: ['text', 'pfc'],
        default: 'text',
        describe: 'for reading, or as the pseudo filter code of libseccomp',
      })
      .option('merge', {
        type: 'boolean',
        default: true,
        describe: 'with several filters, explain them together, too',
      }) as never,
  handler: (argv) => {
    const output = new Output(argv.output, argv.colour);
    const { filters, warnings, truncated } = findFilters(argv, true);
    warnings.forEach(warn);
    if (filters.length > 1) warn(`${filters.length} filters are stacked: a call must pass all of them`);
    if (truncated && filters.length > 0) warn('there may be more filters: see --limit');
    for (const source of filters) explainOne(source, output, argv);
    if (argv.merge && filters.length > 1) explainOne(mergeSources(filters, argv.pid !== undefined), output, argv);
  },
};
