// tstrace-bpf diff: whether two filters decide alike, proved over every input; if not, for which calls they do not.
import type { CommandModule } from 'yargs';
import { archParameters, archSyscallName, archSyscallNumbers } from '../../abi/architectures.js';
import { ARCHITECTURES, architectureOf, type Architecture } from '../../bpf/architecture.js';
import { comparePrograms, type Comparison } from '../../bpf/decision/equivalence.js';
import { findInput, fixWord, valueAt } from '../../bpf/decision/regions.js';
import type { Node } from '../../bpf/decision/diagrams.js';
import { DATA_ARCH, DATA_ARGS, DATA_IP, DATA_NR, type Program } from '../../bpf/instruction.js';
import { Machine } from '../../bpf/interpret.js';
import { actionText } from '../../bpf/notation.js';
import { lineName } from '../../bpf/disassemble.js';
import { common, prepare, type CommonArguments } from '../common.js';
import { readProgram } from '../input.js';
import type { Output } from '../output.js';
import { paintAction } from '../paint-line.js';

interface Arguments extends CommonArguments {
  left: string;
  right: string;
  exact: boolean;
}

/** An architecture that nobody has: it stands for all that a filter does not name. */
const NO_ARCHITECTURE = 0x12345678;
/** Calls of one change that are listed for people; JSON has all of them. */
const MOST_LISTED = 12;
const ARCH_WORD = DATA_ARCH / 4;
const NR_WORD = DATA_NR / 4;

/** A call that two filters decide differently. */
interface Example {
  readonly arch: number;
  readonly nr: number;
  readonly words: Uint32Array;
  readonly left: { readonly action: string; readonly line: number };
  readonly right: { readonly action: string; readonly line: number };
}

/** Calls with the same change. */
interface Change {
  readonly arch: string;
  readonly from: string;
  readonly to: string;
  /** For all arguments, or for some of them. */
  readonly always: boolean;
  readonly calls: string[];
}

function runOf(program: Program, words: Uint32Array): { action: string; line: number } {
  const coverage = new Uint8Array(program.length);
  const action = new Machine().run(program, words, coverage);
  return { action: actionText(action), line: coverage.lastIndexOf(1) };
}

class Difference {
  constructor(
    private readonly comparison: Comparison,
    private readonly programs: { readonly left: Program; readonly right: Program },
    private readonly target: Architecture,
  ) {}

  /** Architectures with tables, the target first. */
  private architectures(): Architecture[] {
    return [this.target, ...ARCHITECTURES.filter((arch) => arch.audit !== this.target.audit)];
  }

  private fix(node: Node, word: number, value: number): Node {
    const { diagrams, order } = this.comparison;
    return fixWord(diagrams, order, node, word, value);
  }

  /** Every named call that is decided differently, by how its verdict changes. */
  changes(): Change[] {
    const { diagrams, order, left, right, difference } = this.comparison;
    const changes = new Map<string, Change>();
    const [restLeft, restRight] = [left, right].map((node) => this.fix(node, ARCH_WORD, NO_ARCHITECTURE));
    for (const arch of this.architectures()) {
      const of = (node: Node): Node => this.fix(node, ARCH_WORD, arch.audit);
      const whole = of(difference);
      if (whole === diagrams.false) continue;
      const sides = [of(left), of(right)];
      if (arch !== this.target && sides[0] === restLeft && sides[1] === restRight) continue;
      for (const nr of archSyscallNumbers(arch.audit)) {
        const here = this.fix(whole, NR_WORD, nr);
        const words = findInput(diagrams, order, here);
        if (!words) continue;
        const [p, q] = sides.map((side) => this.fix(side, NR_WORD, nr));
        const from = actionText(valueAt(diagrams, order, p, words));
        const to = actionText(valueAt(diagrams, order, q, words));
        const always = diagrams.isEnd(p) && diagrams.isEnd(q);
        const key = `${arch.name} ${from} ${to} ${always}`;
        const change = changes.get(key) ?? { arch: arch.name, from, to, always, calls: [] };
        change.calls.push(archSyscallName(arch.audit, nr) ?? String(nr));
        changes.set(key, change);
      }
    }
    return [...changes.values(), ...this.others(restLeft, restRight)];
  }

  /** What changes for the architectures that neither filter names. */
  private others(left: Node, right: Node): Change[] {
    const { diagrams, order } = this.comparison;
    const words = findInput(diagrams, order, diagrams.difference(left, right));
    if (!words) return [];
    const from = actionText(valueAt(diagrams, order, left, words));
    const to = actionText(valueAt(diagrams, order, right, words));
    const always = diagrams.isEnd(left) && diagrams.isEnd(right);
    return [{ arch: 'other architectures', from, to, always, calls: [] }];
  }

  /** One input, with a name if a named call can tell them apart. */
  example(): Example {
    const { diagrams, order, difference } = this.comparison;
    const named = this.architectures().flatMap((arch) => {
      const whole = this.fix(difference, ARCH_WORD, arch.audit);
      const nr = archSyscallNumbers(arch.audit).find((n) => this.fix(whole, NR_WORD, n) !== diagrams.false);
      return nr === undefined ? [] : [{ arch: arch.audit, nr, rest: this.fix(whole, NR_WORD, nr) }];
    });
    const words = findInput(diagrams, order, named[0]?.rest ?? difference) ?? new Uint32Array(16);
    if (named[0]) {
      words[ARCH_WORD] = named[0].arch;
      words[NR_WORD] = named[0].nr;
    }
    return {
      arch: words[ARCH_WORD],
      nr: words[NR_WORD],
      words,
      left: runOf(this.programs.left, words),
      right: runOf(this.programs.right, words),
    };
  }
}

/** The two halves of a member of seccomp_data as one number. */
function member(words: Uint32Array, offset: number, bigEndian: boolean): bigint {
  const first = BigInt(words[offset / 4]);
  const second = BigInt(words[offset / 4 + 1]);
  return bigEndian ? (first << 32n) | second : (second << 32n) | first;
}

function argumentsOf({ arch, nr, words }: Example): { name: string; value: bigint }[] {
  const bigEndian = architectureOf(arch)?.bigEndian ?? false;
  const parameters = archParameters(arch, nr);
  const values = Array.from({ length: 6 }, (_, i) => ({
    name: parameters?.[i]?.name ?? `args[${i}]`,
    value: member(words, DATA_ARGS + 8 * i, bigEndian),
  }));
  const last = values.findLastIndex(({ value }) => value !== 0n);
  const ip = member(words, DATA_IP, bigEndian);
  return [
    ...values.slice(0, Math.max(parameters?.length ?? 0, last + 1)),
    ...(ip === 0n ? [] : [{ name: 'instruction_pointer', value: ip }]),
  ];
}

function exampleText(example: Example, output: Output): string {
  const { arch, nr } = example;
  const name = archSyscallName(arch, nr) ?? `0x${nr.toString(16)}`;
  const list = argumentsOf(example).map(({ name: argument, value }) => `${argument}=0x${value.toString(16)}`);
  const where = architectureOf(arch)?.name ?? `arch 0x${arch.toString(16)}`;
  return `${where} ${output.paint('call', name)}(${list.join(', ')})`;
}

function changeText({ arch, from, to, always, calls }: Change, output: Output): string {
  const more = calls.length - MOST_LISTED;
  const list = calls.slice(0, MOST_LISTED).join(', ') + (more > 0 ? ` and ${more} more` : '');
  const step = `${paintAction(output, from)} -> ${paintAction(output, to)}`;
  if (calls.length === 0) return `${arch}: ${step}${always ? '' : ' for some calls'}`;
  return `${arch}: ${step}${always ? '' : ' for some arguments'}: ${list}`;
}

function show(files: readonly [string, string], example: Example, changes: readonly Change[], output: Output): void {
  const width = Math.max(...files.map((file) => file.length)) + 1;
  const line = (file: string, { action, line: at }: Example['left']): string =>
    `  ${`${file}:`.padEnd(width)} return ${paintAction(output, action)} at line ${lineName(at)}`;
  output.lines([
    `different: ${exampleText(example, output)}`,
    line(files[0], example.left),
    line(files[1], example.right),
    ...changes.map((change) => changeText(change, output)),
  ]);
}

export const diff: CommandModule<object, Arguments> = {
  command: 'diff <left> <right>',
  describe: 'prove that two filters decide alike, or find a call that tells them apart',
  builder: (yargs) =>
    common(yargs)
      .positional('left', { type: 'string', demandOption: true, describe: 'a filter or rules; - is standard input' })
      .positional('right', { type: 'string', demandOption: true, describe: 'another one' })
      .option('exact', {
        type: 'boolean',
        default: false,
        describe: 'compare the words that are returned, not what the kernel does with them',
      }) as never,
  handler: (argv) => {
    const { target, output } = prepare(argv);
    // Trouble is told apart from a difference, as diff(1) does.
    process.exitCode = 2;
    const programs = { left: readProgram(argv.left, target), right: readProgram(argv.right, target) };
    const comparison = comparePrograms(programs.left, programs.right, { exact: argv.exact });
    const equivalent = comparison.difference === comparison.diagrams.false;
    process.exitCode = equivalent ? 0 : 1;
    if (equivalent) {
      if (argv.json) output.json({ equivalent });
      else output.lines([output.paint('good', 'equivalent: both decide alike for every input')]);
      return;
    }
    const difference = new Difference(comparison, programs, target.arch);
    const example = difference.example();
    const changes = difference.changes();
    if (argv.json) {
      const { arch, nr, left, right } = example;
      output.json({
        equivalent,
        example: {
          arch: architectureOf(arch)?.name ?? arch,
          nr,
          name: archSyscallName(arch, nr) ?? null,
          arguments: argumentsOf(example).map(({ name, value }) => ({ name, value: `0x${value.toString(16)}` })),
          left,
          right,
        },
        changes,
      });
    } else show([argv.left || '-', argv.right || '-'], example, changes, output);
  },
};
