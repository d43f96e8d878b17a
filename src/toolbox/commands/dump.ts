// tstrace-bpf dump: the filters that a program installs, or that a process has.
import type { CommandModule } from 'yargs';
import { encode, type Program } from '../../bpf/instruction.js';
import { mergeFilters } from '../../bpf/merge.js';
import { common, type CommonArguments } from '../common.js';
import { inspect } from '../formats.js';
import { Output, writeAll } from '../output.js';
import { findFilters, sourceOptions, type Source, type SourceArguments } from '../sources.js';
import { disassembly, disassemblyJson } from './disasm.js';

interface Arguments extends SourceArguments, CommonArguments {
  format: 'disasm' | 'raw' | 'inspect';
  merge: boolean;
}

/** Says something beside the result. */
export function warn(text: string): void {
  writeAll(2, Buffer.from(`tstrace-bpf: ${text}\n`));
}

/** Stacked filters as one, the newest of `filters` last unless they come from a process. */
export function mergeSources(filters: readonly Source[], newestFirst: boolean): Source {
  const programs: Program[] = filters.map(({ program }) => program);
  if (!newestFirst) programs.reverse();
  return { program: mergeFilters(programs), target: filters[0].target, name: `${filters.length} filters together` };
}

export const dump: CommandModule<object, Arguments> = {
  command: 'dump [source] [programArgs..]',
  describe: 'show the filters that a program installs, or that a process has',
  builder: (yargs) =>
    common(sourceOptions(yargs))
      .positional('source', { type: 'string', describe: 'program to run; its arguments follow --' })
      .positional('programArgs', { type: 'string', array: true, default: [], hidden: true })
      .option('format', {
        alias: 'f',
        choices: ['disasm', 'raw', 'inspect'] as const,
        default: 'disasm',
        describe: 'form of the result',
      })
      .option('merge', { type: 'boolean', default: false, describe: 'show the filters as one' }) as never,
  handler: (argv) => {
    const output = new Output(argv.output, argv.colour);
    const { filters: found, warnings } = findFilters(argv, false);
    warnings.forEach(warn);
    const filters = argv.merge && found.length > 1 ? [mergeSources(found, argv.pid !== undefined)] : found;
    filters.forEach(({ program, target, name }) => {
      const bytes = encode(program, target.arch.bigEndian);
      if (argv.json) {
        output.json({ source: name, arch: target.arch.name, instructions: disassemblyJson(program, target) });
      } else if (argv.format === 'raw') output.write(bytes);
      else if (argv.format === 'inspect') output.write(`${inspect(bytes)}\n`);
      else output.lines(disassembly(program, target, output));
    });
  },
};
