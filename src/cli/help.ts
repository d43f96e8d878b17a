// The texts of -h and -V; loaded only when they are asked for.
import yargs from 'yargs';
import { VERSION } from '../version.js';
import { optionTable } from './option-table.js';

/** The help text, from the option table. */
export async function helpText(programName: string): Promise<string> {
  const y = yargs([])
    .scriptName(programName)
    .usage('Usage: $0 [OPTION]... PROG [ARG]...\n   or: $0 [OPTION]... -p PID [PROG [ARG]...]')
    .version(false)
    .help(false)
    .wrap(100);
  for (const o of optionTable(programName)) {
    const names = [...(o.short ? [o.short] : []), ...(o.long ?? [])];
    const [first, ...alias] = o.long?.length ? [o.long[0], ...(o.short ? [o.short] : []), ...o.long.slice(1)] : names;
    y.option(first, {
      alias,
      describe: o.help + (o.value ? ` [${o.value}]` : '') + (o.missing ? ' (not supported yet)' : ''),
      group: `${o.section}:`,
      ...(o.argument === 'required' ? { requiresArg: true } : {}),
    });
  }
  return y.getHelp();
}

/** What -V prints. */
export function versionText(programName: string): string {
  const strace = programName === 'strace';
  return [
    strace ? 'strace -- version 7.2' : `tstrace -- version ${VERSION}`,
    'Copyright (c) 2026 the tstrace authors.',
    'This is free software under the MIT License.',
    'There is NO warranty, to the extent permitted by law.',
    '',
    'Optional features enabled: m32-mpers mx32-mpers',
  ].join('\n');
}
