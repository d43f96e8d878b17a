// tstrace-bpf emu: what a filter does with one call, or with every call of a table.
import type { CommandModule } from 'yargs';
import { Disassembler, HEADER, lineName } from '../../bpf/disassemble.js';
import type { Program } from '../../bpf/instruction.js';
import { dataWords, Machine } from '../../bpf/interpret.js';
import { actionText } from '../../bpf/notation.js';
import { findRefusal } from '../../bpf/validate.js';
import { UsageError } from '../../errors.js';
import { common, prepare, type CommonArguments } from '../common.js';
import { readProgram } from '../input.js';
import type { Output } from '../output.js';
import { paintAction, paintLine } from '../paint-line.js';
import { NAMES, parseInteger, targetNumber, targetNumbers, type Target } from '../target.js';

interface Arguments extends CommonArguments {
  file: string;
  call?: string;
  args: string[];
  quiet: boolean;
  ip: string;
  table: boolean;
}

/** One run: the action word, the line that returned it, and the lines passed. */
interface Run {
  readonly action: number;
  readonly line: number;
  readonly lines: readonly number[];
}

type Pair = readonly [low: number, high: number];

function pairOf(text: string, what: string, bits: 32 | 64): Pair {
  const value = parseInteger(text);
  if (value === undefined) throw new UsageError(`${what} '${text}' is no number`);
  return [Number(BigInt.asUintN(32, value)), bits === 64 ? Number(BigInt.asUintN(32, value >> 32n)) : 0];
}

class Emulator {
  private readonly machine = new Machine();

  constructor(
    private readonly program: Program,
    private readonly target: Target,
    private readonly args: readonly Pair[],
    private readonly ip: Pair,
  ) {}

  run(nr: number): Run {
    const { audit, bigEndian } = this.target.arch;
    const words = dataWords({ nr, arch: audit, ip: this.ip, args: this.args }, bigEndian);
    const coverage = new Uint8Array(this.program.length);
    const action = this.machine.run(this.program, words, coverage);
    const lines = [...coverage.keys()].filter((pc) => coverage[pc] !== 0);
    return { action, line: lines[lines.length - 1], lines };
  }
}

function describeRun(run: Run, output: Output): string {
  return `return ${paintAction(output, actionText(run.action))} at line ${lineName(run.line)}`;
}

function showOne(program: Program, target: Target, run: Run, output: Output, quiet: boolean): void {
  if (quiet) {
    output.lines([describeRun(run, output)]);
    return;
  }
  const disassembler = new Disassembler(program, { ...NAMES, arch: target.arch });
  const passed = new Set(run.lines);
  // What lies behind the return does not matter.
  const lines = program.slice(0, run.line + 1).map((_, pc) => {
    const line = disassembler.line(pc);
    return passed.has(pc) ? paintLine(output, line) : output.paint('faint', line);
  });
  output.lines([...HEADER.map((line) => output.paint('faint', line)), ...lines, '', describeRun(run, output)]);
}

function showTable(program: Program, target: Target, emulator: Emulator, output: Output, json: boolean): void {
  const reached = new Set<number>();
  const rows = targetNumbers(target).map((nr) => {
    const run = emulator.run(nr);
    for (const line of run.lines) reached.add(line);
    return { nr, name: NAMES.syscallName?.(target.arch.audit, nr) ?? '', run };
  });
  const missed = program.map((_, pc) => pc).filter((pc) => !reached.has(pc));
  if (json) {
    output.json({
      arch: target.arch.name,
      calls: rows.map(({ nr, name, run }) => ({
        nr,
        name,
        action: actionText(run.action),
        word: run.action,
        line: run.line,
        executed: run.lines.length,
      })),
      coverage: { instructions: program.length, reached: reached.size, missed },
    });
    return;
  }
  const width = Math.max(...rows.map((row) => row.name.length));
  output.lines([
    ...rows.map(
      ({ nr, name, run }) =>
        `${String(nr).padStart(10)}  ${output.paint('call', name.padEnd(width))}  ${describeRun(run, output)}`,
    ),
    '',
    `${reached.size} of ${program.length} instructions reached by ${rows.length} calls` +
      (missed.length > 0 ? `; not reached: ${missed.map(lineName).join(' ')}` : ''),
  ]);
}

export const emu: CommandModule<object, Arguments> = {
  command: 'emu <file> [call] [args..]',
  describe: 'run a filter over a call, or over every call',
  builder: (yargs) =>
    common(yargs)
      .positional('file', { type: 'string', demandOption: true, describe: 'a filter; - is standard input' })
      .positional('call', { type: 'string', describe: 'name or number of the system call' })
      .positional('args', { type: 'string', array: true, default: [], describe: 'up to six arguments' })
      .option('quiet', { alias: 'q', type: 'boolean', default: false, describe: 'print the result alone' })
      .option('ip', {
        alias: 'i',
        type: 'string',
        default: '0',
        describe: 'the instruction pointer',
        requiresArg: true,
      })
      .option('table', {
        type: 'boolean',
        default: false,
        describe: 'every call of the architecture, and coverage',
      }) as never,
  handler: (argv) => {
    const { target, output } = prepare(argv);
    const program = readProgram(argv.file, target);
    const refusal = findRefusal(program);
    if (refusal) {
      const where = refusal.pc < 0 ? '' : ` at line ${lineName(refusal.pc)}`;
      throw new UsageError(`the kernel refuses this filter${where}: ${refusal.reason}`);
    }
    const texts = argv.table && argv.call !== undefined ? [argv.call, ...argv.args] : argv.args;
    if (texts.length > 6) throw new UsageError(`a system call has six arguments, not ${texts.length}`);
    const { bits } = target.arch;
    const args = texts.map((text, i) => pairOf(text, `argument ${i}`, bits));
    const emulator = new Emulator(program, target, args, pairOf(argv.ip, 'instruction pointer', bits));
    if (argv.table) {
      showTable(program, target, emulator, output, argv.json);
      return;
    }
    const run = emulator.run(argv.call === undefined ? 0 : targetNumber(target, argv.call));
    if (argv.json) {
      output.json({
        action: actionText(run.action),
        word: run.action,
        line: run.line,
        executed: run.lines,
        instructions: program.length,
      });
    } else showOne(program, target, run, output, argv.quiet);
  },
};
