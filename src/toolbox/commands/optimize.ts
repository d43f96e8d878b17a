// tstrace-bpf optimize: the cheapest equivalent of a filter.
import type { CommandModule } from 'yargs';
import { archSyscallNumbers } from '../../abi/architectures.js';
import { improve, type ProgramCost } from '../../bpf/improve.js';
import { encode } from '../../bpf/instruction.js';
import { common, prepare, type CommonArguments } from '../common.js';
import { ASM_FORMATS, formatProgram, type AsmFormat } from '../formats.js';
import { readProgram } from '../input.js';
import { disassembly, disassemblyJson } from './disasm.js';
import { warn } from './dump.js';

interface Arguments extends CommonArguments {
  file: string;
  format: AsmFormat | 'disasm';
}

function change(before: ProgramCost, after: ProgramCost): string {
  const step = (name: string, from: number, to: number): string => `${name} ${from} -> ${to}`;
  return [
    step('instructions', before.size, after.size),
    step('longest way', before.longest, after.longest),
    `mean way ${before.mean.toFixed(1)} -> ${after.mean.toFixed(1)}`,
    `${step('answered by the bitmap', before.cached, after.cached)} of ${after.allowed} allowed calls`,
    'proved equivalent for every input',
  ].join('; ');
}

export const optimize: CommandModule<object, Arguments> = {
  command: 'optimize <file>',
  describe: 'find the cheapest equivalent of a filter',
  builder: (yargs) =>
    common(yargs)
      .positional('file', { type: 'string', demandOption: true, describe: 'a filter or rules; - is standard input' })
      .option('format', {
        alias: 'f',
        choices: ['disasm', ...ASM_FORMATS] as const,
        default: 'disasm',
        describe: 'form of the result',
      }) as never,
  handler: (argv) => {
    const { target, output } = prepare(argv);
    const { program, before, after } = improve(readProgram(argv.file, target), target.arch.audit, archSyscallNumbers);
    if (argv.json) {
      output.json({
        arch: target.arch.name,
        before,
        after,
        bytes: [...encode(program, target.arch.bigEndian)],
        instructions: disassemblyJson(program, target),
      });
      return;
    }
    if (argv.format === 'disasm') output.lines(disassembly(program, target, output));
    else output.write(formatProgram(program, argv.format, target.arch));
    warn(change(before, after));
  },
};
