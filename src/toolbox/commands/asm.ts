// tstrace-bpf asm: rules to a filter, in the form that another tool takes.
import type { CommandModule } from 'yargs';
import { assemble } from '../../bpf/assemble/assemble.js';
import { encode } from '../../bpf/instruction.js';
import { common, prepare, type CommonArguments } from '../common.js';
import { ASM_FORMATS, formatProgram, type AsmFormat } from '../formats.js';
import { isProfile, isStandardInput, profileProgram, readInput } from '../input.js';
import { assembleNames } from '../target.js';
import { disassemblyJson } from './disasm.js';

interface Arguments extends CommonArguments {
  file: string;
  format: AsmFormat;
  check: boolean;
}

export const asm: CommandModule<object, Arguments> = {
  command: 'asm <file>',
  describe: 'assemble rules, or compile a container profile',
  builder: (yargs) =>
    common(yargs)
      .positional('file', {
        type: 'string',
        demandOption: true,
        describe: 'rules, or an OCI or Docker profile; - is standard input',
      })
      .option('format', {
        alias: 'f',
        choices: ASM_FORMATS,
        default: 'inspect',
        describe: 'form of the result',
      })
      .option('check', {
        type: 'boolean',
        default: true,
        describe: 'refuse what the kernel would refuse',
      }) as never,
  handler: (argv) => {
    const { target, output } = prepare(argv);
    const text = readInput(argv.file).toString('utf8');
    const file = isStandardInput(argv.file) ? '-' : argv.file;
    const program = isProfile(text)
      ? profileProgram(text, file, target)
      : assemble(text, { arch: target.arch, file, check: argv.check, ...assembleNames(target) });
    if (argv.json) {
      output.json({
        arch: target.arch.name,
        bytes: [...encode(program, target.arch.bigEndian)],
        instructions: disassemblyJson(program, target),
      });
    } else output.write(formatProgram(program, argv.format, target.arch));
  },
};
