// The script of a shell.
import { bash } from './bash.js';
import { fish } from './fish.js';
import { SHELLS } from './model.js';
import type { CompletedProgram, Shell } from './model.js';
import { UsageError } from '../errors.js';
import { zsh } from './zsh.js';

const MAKERS: Readonly<Record<Shell, (program: CompletedProgram) => string>> = { bash, zsh, fish };

/** The completion script of a program, without its last newline. @throws UsageError for a shell that is not known. */
export function completionScript(program: CompletedProgram, name: string): string {
  const shell = SHELLS.find((s) => s === name);
  if (shell === undefined) throw new UsageError(`completion scripts are for bash, zsh and fish, not for '${name}'`);
  return MAKERS[shell](program);
}
