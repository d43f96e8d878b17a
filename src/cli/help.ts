// The texts of -h and -V; loaded only when they are asked for.
import { VERSION } from '../version.js';
import { optionTable, SECTIONS } from './option-table.js';
import type { HelpForm } from './option-table.js';

/** Column of descriptions. */
const COLUMN = 17;
/** Forms up to this length share a line with their description. */
const SHORT_FORM = 13;

const usage = (name: string): string[] => {
  const indent = ' '.repeat(`Usage: ${name} `.length);
  const n = name === 'strace' ? '[--seccomp-bpf]' : '[-n]';
  return [
    `Usage: ${name} [-ACdffhiNqqrtttTvVwxxyyYzZ] [-I WHEN] [-b execve] [-e EXPR]...`,
    `${indent}[-a COLUMN] [-o FILE] [-s SIZE] [-X STYLE] [-O TIME]`,
    `${indent}[-S COLUMN] [-P PATH]... [-p PID]... [-U COLUMNS] ${n}`,
    `${indent}{ -p PID | [-DDD] [-E VAR[=VAL]]... [-u USER] PROG [ARGS] }`,
    `   or: ${name} -c[dfwzZ] [-I WHEN] [-b execve] [-e EXPR]... [-O TIME]`,
    `${indent}[-S COLUMN] [-P PATH]... [-p PID]... [-U COLUMNS] ${n}`,
    `${indent}{ -p PID | [-DDD] [-E VAR[=VAL]]... [-u USER] PROG [ARGS] }`,
  ];
};

/** Lines of one form: descriptions in their column, lists of values (`<`) under it. */
function entry([form, ...description]: HelpForm): string[] {
  const lines = form.split('\n').map((line) => `  ${line}`);
  const texts = description.map((text) => (text.startsWith('<') ? `     ${text.slice(1)}` : ' '.repeat(COLUMN) + text));
  if (form.length <= SHORT_FORM && texts.length > 0) {
    const [first, ...rest] = texts;
    return [lines[0].padEnd(COLUMN) + first.trimStart(), ...rest];
  }
  return [...lines, ...texts];
}

/** What -h prints, without the last newline. */
export function helpText(programName: string): string {
  const table = optionTable(programName);
  const sections = SECTIONS.map((section) => {
    const forms = table.filter((o) => o.section === section).flatMap((o) => o.help);
    return [`${section}:`, ...forms.flatMap(entry)].join('\n');
  });
  return [usage(programName).join('\n'), ...sections].join('\n\n');
}

/** What -V prints, without the last newline: as strace, in the form that scripts probe. */
export function versionText(programName: string): string {
  return [
    programName === 'strace' ? 'strace -- version 7.2' : `tstrace -- version ${VERSION}`,
    'Copyright (c) 2026 the tstrace authors.',
    'This is free software under the MIT License.',
    'There is NO warranty, to the extent permitted by law.',
    '',
    'Optional features enabled: stack-trace=libdw stack-demangle m32-mpers mx32-mpers',
  ].join('\n');
}
