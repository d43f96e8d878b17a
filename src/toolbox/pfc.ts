// Pseudo filter code, in the manner of libseccomp's seccomp_export_pfc(3): what a filter means, as nested conditions.
import { archSyscallName } from '../abi/architectures.js';
import { ARCH_X86_64, X32_BIT } from '../bpf/instruction.js';
import { actionText } from '../bpf/notation.js';
import type { ArchPolicy, NumberRange, Policy, Rule } from '../bpf/policy/policy.js';

const keyOf = (rule: Rule): string => JSON.stringify(rule.outcomes);
const action = (word: number | undefined): string => (word === undefined ? 'COMPUTED' : actionText(word));
/** `args[0]` as `$a0`, its halves as in libseccomp. */
const variable = (text: string): string =>
  text.replace(/args\[(\d)\] >> 32/g, '$a$1.hi32').replace(/args\[(\d)\]/g, (_, n: string) => `$a${n}`);

/** The rule of most numbers. */
function usual(ranges: readonly NumberRange[]): Rule {
  const sizes = new Map<string, number>();
  for (const { first, last, rule } of ranges) sizes.set(keyOf(rule), (sizes.get(keyOf(rule)) ?? 0) + last - first + 1);
  return ranges.reduce((p, q) => ((sizes.get(keyOf(q.rule)) ?? 0) > (sizes.get(keyOf(p.rule)) ?? 0) ? q : p)).rule;
}

/** Conditions, one inside the other, and what happens where they all hold. */
function nested(conditions: readonly string[], result: string, indent: string): string[] {
  const lines = conditions.map((text, depth) => `${indent}${'  '.repeat(depth)}if (${variable(text)})`);
  return [...lines, `${indent}${'  '.repeat(conditions.length)}action ${result};`];
}

function ruleLines(rule: Rule, indent: string): string[] {
  const lines = rule.problem === undefined ? [] : [`${indent}# ${rule.problem}`];
  const last = rule.outcomes.find(({ otherwise, when }) => otherwise || when.length === 0);
  for (const outcome of rule.outcomes)
    if (outcome !== last) for (const way of outcome.when) lines.push(...nested(way, action(outcome.action), indent));
  if (last) lines.push(...nested([], action(last.action), indent));
  return lines;
}

function rangeLines({ first, last, rule }: NumberRange, arch: number | undefined, indent: string): string[] {
  if (first === last) {
    const name = arch === undefined ? undefined : archSyscallName(arch, first);
    const about = name === undefined ? `number ${first}` : `syscall "${name}" (${first})`;
    return [`${indent}# filter for ${about}`, `${indent}if ($syscall == ${first})`, ...ruleLines(rule, `${indent}  `)];
  }
  return [
    `${indent}# filter for numbers ${first} to ${last}`,
    `${indent}if ($syscall >= ${first})`,
    `${indent}  if ($syscall <= ${last})`,
    ...ruleLines(rule, `${indent}    `),
  ];
}

function numbersLines(ranges: readonly NumberRange[], arch: number | undefined, indent: string): string[] {
  const rest = usual(ranges);
  const own = ranges.filter(({ rule }) => keyOf(rule) !== keyOf(rest));
  return [
    ...own.flatMap((range) => rangeLines(range, arch, indent)),
    `${indent}# default action`,
    ...ruleLines(rest, indent),
  ];
}

/** The part of the ranges from one number to another. */
const within = (ranges: readonly NumberRange[], first: number, last: number): NumberRange[] =>
  ranges
    .filter((range) => range.last >= first && range.first <= last)
    .map((range) => ({ ...range, first: Math.max(range.first, first), last: Math.min(range.last, last) }));

/** x32's numbers have a default of their own. */
function x32Lines(ranges: readonly NumberRange[], arch: number): string[] {
  const own = within(ranges, X32_BIT, 0xffffffff);
  return [
    '  # numbers of x32',
    `  if ($syscall >= ${X32_BIT})`,
    ...numbersLines(own, arch, '    '),
    ...numbersLines(within(ranges, 0, X32_BIT - 1), arch, '  '),
  ];
}

const archLines = ({ arch, ranges }: ArchPolicy): string[] => [
  `# filter for arch ${arch.constant.replace('ARCH_', '').toLowerCase()} (${arch.audit})`,
  `if ($arch == ${arch.audit})`,
  ...(arch.audit === ARCH_X86_64 ? x32Lines(ranges, arch.audit) : numbersLines(ranges, arch.audit, '  ')),
];

/** The lines of a policy that was read without names for arguments. */
export function pfcLines({ checksArch, architectures, others }: Policy): string[] {
  const body = checksArch
    ? [
        ...architectures.flatMap(archLines),
        '# invalid architecture action',
        ...(others.length > 0 ? numbersLines(others, undefined, '') : []),
      ]
    : [
        '# the architecture is not checked',
        ...architectures.flatMap(({ ranges, arch }) => numbersLines(ranges, arch.audit, '')),
      ];
  return ['#', '# pseudo filter code start', '#', ...body, '#', '# pseudo filter code end', '#'];
}
