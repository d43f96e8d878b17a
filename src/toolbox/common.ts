// Options that several commands share, and what a command gets of them.
import type { Argv } from 'yargs';
import type { ColourMode } from './output.js';
import { Output } from './output.js';
import { TARGET_NAMES, targetOf, type Target } from './target.js';

/** Options of every command that prints a result. */
export interface CommonArguments {
  arch?: string;
  output?: string;
  colour: ColourMode;
  json: boolean;
}

/** Adds -a, -o, --color and --json. */
export function common<T>(yargs: Argv<T>): Argv<T & CommonArguments> {
  return yargs
    .option('arch', {
      alias: 'a',
      type: 'string',
      describe: `architecture: ${TARGET_NAMES.join(', ')}; this machine's without it`,
      requiresArg: true,
    })
    .option('output', { alias: 'o', type: 'string', describe: 'write to this file', requiresArg: true })
    .option('colour', {
      alias: 'color',
      choices: ['auto', 'always', 'never'] as const,
      default: 'auto' as ColourMode,
      describe: 'when to colour',
    })
    .option('json', { type: 'boolean', default: false, describe: 'print JSON, one value a line' });
}

/** The target and the output that the options name. @throws UsageError */
export function prepare(argv: CommonArguments): { target: Target; output: Output } {
  return { target: targetOf(argv.arch), output: new Output(argv.output, argv.colour) };
}
