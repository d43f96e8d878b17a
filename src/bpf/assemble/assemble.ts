// Rule files to programs: labels become distances, and jumps that are too far get a stepping stone.
import { AMD64, type Architecture } from '../architecture.js';
import { BpfError } from '../bpf-error.js';
import { ProgramBuilder, type Label } from '../builder.js';
import { isReturn, MAX_INSTRUCTIONS, type Program } from '../instruction.js';
import { findRefusal } from '../validate.js';
import { Parser, type AssembleNames } from './parser.js';
import { SourceError, type Mistake } from './source-error.js';
import type { ParsedSource, Target } from './statement.js';

/** How a source is read. */
export interface AssembleOptions extends AssembleNames {
  /** Whose system calls are meant by their bare names; amd64 by default. */
  readonly arch?: Architecture;
  /** Name of the file, for messages. */
  readonly file?: string;
  /** Whether programs are refused that the kernel would refuse; they are by default. */
  readonly check?: boolean;
}

/** Statement that a jump of statement `from` goes to; undefined, with a mistake, when there is none. */
function resolve(source: ParsedSource, from: number, target: Target, mistakes: Mistake[]): number | undefined {
  const { statements, labels } = source;
  const wrong = (message: string): undefined => {
    mistakes.push({ span: target.span, message });
    return undefined;
  };
  const end = `past the end: only ${statements.length - from - 1} statements follow`;
  if (target.kind === 'next') return from + 1 < statements.length ? from + 1 : wrong(`jump ${end}`);
  const label = labels.get(target.name);
  if (label) {
    if (label.index <= from) return wrong(`label '${target.name}' lies before the jump: filters only jump forward`);
    return label.index < statements.length ? label.index : wrong(`label '${target.name}' has no statement behind it`);
  }
  if (!/^(0[xX][0-9a-fA-F]+|[0-9]+)$/.test(target.name)) return wrong(`there is no label '${target.name}'`);
  const to = from + 1 + Number(target.name);
  return to < statements.length ? to : wrong(`jump ${end}`);
}

/**
 * Assembles a source. One statement makes one instruction, in order; a `goto` is put behind a conditional jump that
 * reaches farther than 255 instructions.
 * @throws SourceError with every mistake.
 */
export function assemble(text: string, options: AssembleOptions = {}): Program {
  const { arch = AMD64, file = '-', check = true } = options;
  const mistakes: Mistake[] = [];
  const source = new Parser(text, arch, options, mistakes).parse();
  const { statements } = source;
  const failed = (): never => {
    throw new SourceError(
      file,
      text,
      mistakes.sort((p, q) => p.span.start - q.span.start),
    );
  };
  // A line that could not be read would shift what numbers count.
  if (mistakes.length > 0) failed();
  if (statements.length === 0) {
    mistakes.push({ span: { start: text.length, end: text.length }, message: 'there is no statement' });
    failed();
  }
  const builder = new ProgramBuilder(true);
  const labels = statements.map((_, at): Label => builder.label(`statement ${at}`));
  statements.forEach((statement, at) => {
    builder.place(labels[at]);
    const to = (target: Target | undefined): Label | undefined => {
      if (!target) return undefined;
      const found = resolve(source, at, target, mistakes);
      return found === undefined ? undefined : labels[found];
    };
    if (statement.kind === 'plain') builder.raw(statement.instruction);
    else if (statement.kind === 'goto') builder.goto(to(statement.target) ?? labels[at]);
    else {
      if (at + 1 === statements.length && !(statement.whenTrue && statement.whenFalse)) {
        mistakes.push({ span: statement.span, message: 'no statement follows this condition' });
      }
      builder.branch(statement.code, statement.k, to(statement.whenTrue), to(statement.whenFalse));
    }
  });
  const last = statements[statements.length - 1];
  if (check && mistakes.length === 0 && !(last.kind === 'plain' && isReturn(last.instruction.code))) {
    mistakes.push({ span: last.span, message: 'the last statement is no return' });
  }
  if (mistakes.length > 0) failed();
  let program: Program;
  try {
    program = builder.build();
  } catch (error) {
    if (!(error instanceof BpfError) || error.fault !== 'program too long') throw error;
    mistakes.push({ span: last.span, message: `more than ${MAX_INSTRUCTIONS} instructions` });
    return failed();
  }
  const refusal = check ? findRefusal(program) : undefined;
  if (refusal) {
    // Stepping stones shift instructions, so the statement is found by counting back from them.
    const at = builder.itemOf(refusal.pc);
    mistakes.push({ span: statements[at]?.span ?? last.span, message: `the kernel refuses this: ${refusal.reason}` });
    failed();
  }
  return program;
}
