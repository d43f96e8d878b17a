// tstrace-bpf audit: weaknesses of filters, for people and as JSON.
import type { CommandModule } from 'yargs';
import { archSyscallName, archSyscallNumber } from '../../abi/architectures.js';
import { audit as findWeaknesses, type Finding } from '../../bpf/policy/audit.js';
import { SEVERITIES, type Severity } from '../../bpf/policy/audit-rules.js';
import { common, type CommonArguments } from '../common.js';
import { Output, type Paint } from '../output.js';
import { findFilters, sourceOptions, type Source, type SourceArguments } from '../sources.js';
import { POLICY_NAMES } from '../target.js';
import { warn } from './dump.js';

interface Arguments extends SourceArguments, CommonArguments {
  format: 'human' | 'json';
  failOn: Lowercase<Severity> | 'none';
}

const PAINTS: Readonly<Record<Severity, Paint>> = { HIGH: 'bad', MEDIUM: 'warn', LOW: 'number', INFO: 'faint' };

interface Report {
  readonly source: Source;
  readonly findings: readonly Finding[];
}

function reportOf(source: Source): Report {
  const findings = findWeaknesses(source.program, source.target.arch, {
    ...POLICY_NAMES,
    syscallName: archSyscallName,
    syscallNumber: archSyscallNumber,
  });
  return { source, findings };
}

function lines({ source, findings }: Report, output: Output): string[] {
  const head = output.paint('faint', `# ${source.name}`);
  if (findings.length === 0) return [head, output.paint('good', 'nothing found')];
  return [
    head,
    ...findings.flatMap(({ severity, id, title, detail, arch, syscalls, condition, remediation }) => [
      `${output.paint(PAINTS[severity], severity.padEnd(6))} ${output.paint('strong', id)}: ${title}` +
        (arch === undefined ? '' : ` (${arch})`),
      `       ${detail}`,
      ...(syscalls.length > 1 && id !== 'dangerous-call' ? [`       calls: ${syscalls.join(', ')}`] : []),
      ...(condition === undefined ? [] : [`       allowed when: ${condition}`]),
      `       ${output.paint('good', '->')} ${remediation}`,
    ]),
  ];
}

export const audit: CommandModule<object, Arguments> = {
  command: 'audit [source] [programArgs..]',
  describe: 'look for weaknesses of a filter',
  builder: (yargs) =>
    common(sourceOptions(yargs))
      .positional('source', { type: 'string', describe: 'a filter, rules, or a program to run; - is standard input' })
      .positional('programArgs', { type: 'string', array: true, default: [], hidden: true })
      .option('format', {
        alias: 'f',
        choices: ['human', 'json'] as const,
        default: 'human',
        describe: 'form of the result',
      })
      .option('fail-on', {
        choices: ['high', 'medium', 'low', 'info', 'none'] as const,
        default: 'none',
        describe: 'exit status 2 when there is a finding this bad',
      }) as never,
  handler: (argv) => {
    const output = new Output(argv.output, argv.colour);
    const { filters, warnings, truncated } = findFilters(argv, true);
    warnings.forEach(warn);
    if (filters.length > 1) warn(`${filters.length} filters are stacked: each is looked at alone`);
    const reports = filters.map(reportOf);
    if (argv.json || argv.format === 'json') {
      output.json({
        stacked_filters: filters.length,
        reports: reports.map(({ source, findings }) => ({
          source: source.name,
          arches: [...new Set(findings.flatMap(({ arch }) => arch ?? []))],
          truncated,
          findings: findings.map((finding) => ({
            ...finding,
            arch: finding.arch ?? null,
            condition: finding.condition ?? null,
          })),
        })),
      });
    } else reports.forEach((report) => output.lines(lines(report, output)));
    if (argv.failOn === 'none') return;
    const worst = SEVERITIES.indexOf(argv.failOn.toUpperCase() as Severity);
    if (reports.some(({ findings }) => findings.some(({ severity }) => SEVERITIES.indexOf(severity) <= worst))) {
      process.exitCode = 2;
    }
  },
};
