// tstrace-bpf disasm: raw instructions as a table with pseudo-C.
import type { CommandModule } from 'yargs';
import { Disassembler, HEADER, type DisassembleOptions } from '../../bpf/disassemble.js';
import type { Program } from '../../bpf/instruction.js';
import { common, prepare, type CommonArguments } from '../common.js';
import { readProgram } from '../input.js';
import { paintLine } from '../paint-line.js';
import type { Output } from '../output.js';
import { NAMES, type Target } from '../target.js';

interface Arguments extends CommonArguments {
  file: string;
  bpf: boolean;
  argInfer: boolean;
  asmAble: boolean;
}

/** What is shown of each instruction. */
export interface Shown {
  readonly bpf: boolean;
  readonly argInfer: boolean;
  readonly asmAble: boolean;
}

function optionsOf(target: Target, { bpf, argInfer, asmAble }: Shown): DisassembleOptions {
  return { ...NAMES, arch: target.arch, columns: bpf, inferArguments: argInfer, assemblable: asmAble };
}

/** The table, in colours where the output has them. */
export function disassembly(
  program: Program,
  target: Target,
  output: Output,
  shown: Shown = { bpf: true, argInfer: true, asmAble: false },
): string[] {
  const disassembler = new Disassembler(program, optionsOf(target, shown));
  const lines = program.map((_, pc) => paintLine(output, disassembler.line(pc)));
  return shown.bpf && !shown.asmAble ? [...HEADER.map((line) => paintLine(output, line)), ...lines] : lines;
}

/** The instructions as values. */
export function disassemblyJson(program: Program, target: Target, shown?: Shown): unknown[] {
  const disassembler = new Disassembler(
    program,
    optionsOf(target, shown ?? { bpf: true, argInfer: true, asmAble: false }),
  );
  return program.map(({ code, jt, jf, k }, line) => {
    const [text, comment] = disassembler.text(line).split(' # ');
    return { line, code, jt, jf, k, text, ...(comment === undefined ? {} : { comment }) };
  });
}

export const disasm: CommandModule<object, Arguments> = {
  command: 'disasm <file>',
  describe: 'show a filter as a table with pseudo-C',
  builder: (yargs) =>
    common(yargs)
      .positional('file', { type: 'string', demandOption: true, describe: 'raw instructions; - is standard input' })
      .option('bpf', { type: 'boolean', default: true, describe: 'show the columns CODE, JT, JF and K' })
      .option('arg-infer', { type: 'boolean', default: true, describe: 'show arguments by their names' })
      .option('asm-able', {
        type: 'boolean',
        default: false,
        describe: 'write what asm turns into the same bytes (implies --no-bpf and --no-arg-infer)',
      }) as never,
  handler: (argv) => {
    const { target, output } = prepare(argv);
    const program = readProgram(argv.file, target);
    if (argv.json) output.json({ arch: target.arch.name, instructions: disassemblyJson(program, target, argv) });
    else output.lines(disassembly(program, target, output, argv));
  },
};
